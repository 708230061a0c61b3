// InitProducerId. Versions 0-5; 3 lets a producer keep its id and ask for the next epoch (KIP-360).
// Idempotent producers only: transactional ids need the transaction coordinator.
#include "wire/messages/init_producer_id.h"

#include "broker/handlers/handlers.h"
#include "broker/producer_ids.h"

namespace barnabas::broker {
namespace {

wire::InitProducerIdResponse failed(Call& call, ErrorCode error) {
    call.count_error(error);
    wire::InitProducerIdResponse response;
    response.error_code = static_cast<std::int16_t>(error);
    response.producer_epoch = -1;
    return response;
}

}  // namespace

awaitable<wire::InitProducerIdResponse> handle_init_producer_id(
    Call& call, wire::InitProducerIdRequest& request) {
    if (request.transactional_id) {
        co_return failed(call, request.transactional_id->empty()
                                   ? ErrorCode::invalid_request
                                   : ErrorCode::coordinator_not_available);
    }
    if ((request.producer_id == no_producer.get()) != (request.producer_epoch == -1)) {
        co_return failed(call, ErrorCode::invalid_request);
    }
    auto& services = call.services;
    auto next = [&services] { return services.producer_ids->next(); };
    const auto id =
        co_await runtime::await_on(call.home.shard, services.shards.front()->shard, next);
    if (!id) {
        co_return failed(call, id.error().code);
    }
    wire::InitProducerIdResponse response;
    response.producer_id = id->get();
    response.producer_epoch = 0;
    co_return response;
}

}  // namespace barnabas::broker

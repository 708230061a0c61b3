// InitProducerId. Versions 0-6; 3 lets a producer keep its id and ask for the next epoch (KIP-360),
// 4 knows PRODUCER_FENCED, 6 prepares transactions for an outside coordinator (KIP-939). Without a
// transactional id any broker gives out an id; with one its coordinator does.
#include "wire/messages/init_producer_id.h"

#include "broker/coordinators/transaction_refusals.h"
#include "broker/handlers/handlers.h"
#include "broker/handlers/on_coordinator.h"
#include "broker/producer_ids.h"

#include <utility>

namespace barnabas::broker {
namespace {

using wire::InitProducerIdResponse;

/// So long the cluster's store is waited for (Kafka's request.timeout.ms).
constexpr Duration id_wait = 30s;

/// For a producer that is idempotent and no more. One that asks for its next epoch gets a new id,
/// as from Kafka's brokers.
awaitable<InitProducerIdResponse> give_out(Call& call, const wire::InitProducerIdRequest& request) {
    if ((request.producer_id == no_producer.get()) != (request.producer_epoch == -1)) {
        co_return refused_init(ErrorCode::invalid_request);
    }
    auto& services = call.services;
    auto next = [&services, until = call.received + id_wait] {
        return services.producer_ids->next(until);
    };
    const auto id =
        co_await runtime::await_on(call.home.shard, services.shards.front()->shard, next);
    if (!id) {
        co_return refused_init(id.error().code);
    }
    InitProducerIdResponse response;
    response.producer_id = id->get();
    response.producer_epoch = 0;
    co_return response;
}

awaitable<InitProducerIdResponse> ask(Call& call, const wire::InitProducerIdRequest& request) {
    const auto refuse = [](const Error& error) { return refused_init(error.code); };
    auto init = [client = client_of(call), &request](TransactionPartition& coordinator) {
        return coordinator.init(request, client);
    };
    co_return co_await on_transaction<InitProducerIdResponse>(call, *request.transactional_id,
                                                              std::move(init), refuse);
}

}  // namespace

awaitable<InitProducerIdResponse> handle_init_producer_id(Call& call,
                                                          wire::InitProducerIdRequest& request) {
    InitProducerIdResponse response;
    if (!request.transactional_id) {
        response = co_await give_out(call, request);
    } else if (request.transactional_id->empty()) {
        response = refused_init(ErrorCode::invalid_request);
    } else {
        response = co_await ask(call, request);
    }
    call.count_error(static_cast<ErrorCode>(response.error_code));
    co_return response;
}

}  // namespace barnabas::broker

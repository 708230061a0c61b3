// FindCoordinator. Versions 0-6; 1 knows transactions, 4 asks for several keys at once (KIP-699), 6
// for share groups (KIP-932). Nothing is coordinated here yet, and every key is answered as Kafka
// answers while it cannot create the topic that coordinators keep their state in: with
// COORDINATOR_NOT_AVAILABLE, which clients take for "ask again later". Those that assign their
// partitions themselves go on meanwhile.
#include "wire/messages/find_coordinator.h"

#include "broker/handlers/handlers.h"

namespace barnabas::broker {
namespace {

using wire::FindCoordinatorRequest;
using wire::FindCoordinatorResponse;

constexpr std::int8_t transaction = 1;
constexpr std::int8_t share = 2;

Error why_not(const FindCoordinatorRequest& request, std::int16_t version, std::string_view key) {
    const bool known = request.key_type == 0 || request.key_type == transaction ||
                       (request.key_type == share && version >= 6);
    if (!known) {
        return {.code = ErrorCode::invalid_request,
                .message = fmt::format("key type {} of {}; there are groups (0), transactions (1) "
                                       "and, from version 6 on, share groups (2)",
                                       request.key_type, key)};
    }
    return {.code = ErrorCode::coordinator_not_available,
            .message =
                fmt::format("{} {} has no coordinator: this broker coordinates neither "
                            "groups nor transactions yet",
                            request.key_type == transaction ? "transactional id" : "group", key)};
}

/// Without one: what Kafka calls Node.noNode().
template <class Answer>
void name_nobody(Answer& answer) {
    answer.node_id = -1;
    answer.host.clear();
    answer.port = -1;
}

}  // namespace

FindCoordinatorResponse handle_find_coordinator(Call& call, FindCoordinatorRequest& request) {
    FindCoordinatorResponse response;
    name_nobody(response);
    if (call.version < 4) {
        call.refuse(response, why_not(request, call.version, request.key));
        return response;
    }
    for (const auto& key : request.coordinator_keys) {
        auto& answer = response.coordinators.emplace_back();
        answer.key = key;
        name_nobody(answer);
        call.refuse(answer, why_not(request, call.version, key));
    }
    return response;
}

}  // namespace barnabas::broker

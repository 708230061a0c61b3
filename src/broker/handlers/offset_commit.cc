// OffsetCommit. Versions 0-10; 1 names the member and its generation, 2 to 4 a time to keep the
// offsets, 6 the leader epoch of the record (KIP-320), 7 has static members (KIP-345), 9 is for
// members of either protocol (KIP-848), 10 has topic ids. Version 0, which Kafka kept in ZooKeeper,
// goes to the coordinator as well.
#include "wire/messages/offset_commit.h"

#include "broker/handlers/handlers.h"
#include "broker/handlers/known_topics.h"
#include "broker/handlers/on_coordinator.h"
#include "coordinator/offsets/replies.h"

#include <utility>

namespace barnabas::broker {

awaitable<wire::OffsetCommitResponse> handle_offset_commit(Call& call,
                                                           wire::OffsetCommitRequest& request) {
    using Reply = wire::OffsetCommitResponse;
    constexpr std::int16_t topic_ids_since = 10;
    const bool by_id = call.version >= topic_ids_since;
    auto refused = refuse_unknown<Reply>(*call.home.image, request, by_id);
    Reply response;
    if (!request.topics.empty()) {
        const auto refuse = [&request](const Error& error) {
            return coordinator::refused(request, error.code);
        };
        auto commit = [client = client_of(call), &request](GroupPartition& group) {
            return group.commit(request, client);
        };
        response = co_await on_group<Reply>(call, request.group_id, std::move(commit), refuse);
    }
    add_refused(response, std::move(refused), by_id);
    count_errors(call, response);
    co_return response;
}

}  // namespace barnabas::broker

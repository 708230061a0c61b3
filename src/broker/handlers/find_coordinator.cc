// FindCoordinator. Versions 0-6; 1 knows transactions, 4 asks for several keys at once (KIP-699), 6
// for share groups' partitions (KIP-932), which Kafka tells only who has the right to
// CLUSTER_ACTION. Whoever asks first has the topic made that the coordinators keep their state in.
#include "wire/messages/find_coordinator.h"

#include "base/hashing.h"
#include "broker/coordinators/state_topics.h"
#include "broker/handlers/handlers.h"
#include "broker/handlers/on_coordinator.h"
#include "coordinator/share_state/share_state_key.h"

#include <algorithm>

namespace barnabas::broker {
namespace {

using wire::FindCoordinatorRequest;
using wire::FindCoordinatorResponse;

constexpr std::int8_t group_key = 0;
constexpr std::int8_t transaction_key = 1;
constexpr std::int8_t share_key = 2;
constexpr Duration patience = 10s;  // for the making of a topic; clients ask again

/// Which topic the coordinator of a key of that type keeps its state in.
Result<StateTopic> topic_of(std::int8_t key_type, std::int16_t version) {
    if (key_type == group_key) {
        return StateTopic::offsets;
    }
    if (key_type == transaction_key && version >= 1) {
        return StateTopic::transactions;
    }
    if (key_type == share_key && version >= 6) {
        return StateTopic::shares;
    }
    return fail(ErrorCode::invalid_request,
                "key type {}; there are groups (0), transactions (1, from version 1 on) and share "
                "groups (2, from version 6 on)",
                key_type);
}

/// What the hash is taken of: the key, but those of share groups in the form that brokers write.
Result<std::string> hashed(StateTopic topic, std::string_view key) {
    if (topic != StateTopic::shares) {
        return std::string(key);
    }
    TRY_ASSIGN(const auto parsed, coordinator::parse_coordinator_key(key));
    return coordinator::coordinator_key(parsed);
}

/// Without one: what Kafka calls Node.noNode().
template <class Answer>
void name_nobody(Answer& answer) {
    answer.node_id = -1;
    answer.host.clear();
    answer.port = -1;
}

Result<const BrokerImage*> find(const Call& call, StateTopic topic, std::string_view key) {
    TRY_ASSIGN(const auto text, hashed(topic, key));
    const auto& image = *call.home.image;
    const auto* found = image.topic(state_topic_name(topic));
    if (found == nullptr) {
        return fail(ErrorCode::coordinator_not_available, "topic {} was deleted meanwhile",
                    state_topic_name(topic));
    }
    const auto number =
        coordinator_partition_for(text, static_cast<std::int32_t>(found->partitions.size()));
    const auto* leader = image.broker(found->partition(number)->leader);
    if (leader == nullptr || !leader->endpoints.contains(call.listener)) {
        return fail(ErrorCode::coordinator_not_available, "{}-{} has no leader at the moment",
                    state_topic_name(topic), number);
    }
    return leader;
}

template <class Answer>
void answer_key(Call& call, const Result<StateTopic>& topic, std::string_view key, Answer& answer) {
    name_nobody(answer);
    if (!topic) {
        call.refuse(answer, topic.error());
        return;
    }
    const auto leader = find(call, *topic, key);
    if (!leader) {
        call.refuse(answer, leader.error());
        return;
    }
    const auto& endpoint = (*leader)->endpoints.find(call.listener)->second;
    answer.node_id = (*leader)->id.get();
    answer.host = endpoint.host;
    answer.port = endpoint.port;
}

}  // namespace

awaitable<FindCoordinatorResponse> handle_find_coordinator(Call& call,
                                                           FindCoordinatorRequest& request) {
    auto topic = topic_of(call.version == 0 ? group_key : request.key_type, call.version);
    const auto has_coordinator = [&topic](const std::string& key) {
        return hashed(*topic, key).has_value();
    };
    if (topic &&
        (call.version < 4 || std::ranges::any_of(request.coordinator_keys, has_coordinator))) {
        const auto made =
            co_await ensure_state_topic(call.services, call.home, *topic, call.received + patience);
        if (!made) {
            topic = fail(made.error().code, "{}", made.error().message);
        }
    }
    FindCoordinatorResponse response;
    if (call.version < 4) {
        answer_key(call, topic, request.key, response);
        co_return response;
    }
    for (const auto& key : request.coordinator_keys) {
        auto& answer = response.coordinators.emplace_back();
        answer.key = key;
        answer_key(call, topic, key, answer);
    }
    co_return response;
}

}  // namespace barnabas::broker

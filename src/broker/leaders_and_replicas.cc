#include "broker/leaders_and_replicas.h"

#include "base/invariant.h"

#include <algorithm>
#include <functional>

namespace barnabas::broker {
namespace {

/// Brokers that are there, each once. The least of the wrong ones is named, as Kafka does.
Result<void> check_manual_assignment(const ClusterImage& image, std::vector<std::int32_t> brokers) {
    if (brokers.empty()) {
        return fail(ErrorCode::invalid_replica_assignment,
                    "The manual partition assignment includes an empty replica list.");
    }
    std::ranges::sort(brokers);
    for (std::size_t i = 0; i < brokers.size(); ++i) {
        if (image.broker(BrokerId{brokers[i]}) == nullptr) {
            return fail(ErrorCode::invalid_replica_assignment,
                        "The manual partition assignment includes broker {}, but no such broker is "
                        "registered.",
                        brokers[i]);
        }
        if (i > 0 && brokers[i] == brokers[i - 1]) {
            return fail(ErrorCode::invalid_replica_assignment,
                        "The manual partition assignment includes the broker {} more than once.",
                        brokers[i]);
        }
    }
    return {};
}

bool are_the_same(const std::vector<BrokerId>& replicas, const std::vector<std::int32_t>& brokers) {
    return std::ranges::equal(replicas, brokers, std::equal_to(), &BrokerId::get);
}

}  // namespace

Error why_no_election(const ClusterImage& image, ElectionType type,
                      const TopicPartition& partition) {
    const auto* topic = image.topic(partition.topic);
    if (topic == nullptr) {
        return {ErrorCode::unknown_topic_or_partition,
                fmt::format("No such topic as {}", partition.topic)};
    }
    const auto* found = topic->partition(partition.partition);
    if (found == nullptr) {
        return {ErrorCode::unknown_topic_or_partition,
                fmt::format("No such partition as {}", partition)};
    }
    INVARIANT(!found->replicas.empty(), "{} has no replica", partition);
    const bool preferred = type == ElectionType::preferred;
    const bool led = found->leader != no_broker;
    if (led && (!preferred || found->leader == found->replicas.front())) {
        return {ErrorCode::election_not_needed, "Leader election not needed for topic partition."};
    }
    return preferred ? Error{ErrorCode::preferred_leader_not_available,
                             "The preferred leader was not available."}
                     : Error{ErrorCode::eligible_leaders_not_available,
                             "Eligible topic partition leaders are not available."};
}

Result<void> check_reassignment(const ClusterImage& image, const TopicPartition& partition,
                                const WantedReplicas& wanted) {
    const auto* topic = image.topic(partition.topic);
    if (topic == nullptr) {
        return fail(ErrorCode::unknown_topic_or_partition, "Unable to find a topic named {}.",
                    partition.topic);
    }
    const auto* found = topic->partition(partition.partition);
    if (found == nullptr) {
        return fail(ErrorCode::unknown_topic_or_partition, "Unable to find partition {}:{}.",
                    partition.topic, partition.partition);
    }
    if (!wanted.brokers) {
        return fail(ErrorCode::no_reassignment_in_progress,
                    "No partition reassignment is in progress.");
    }
    TRY(check_manual_assignment(image, *wanted.brokers));
    if (!wanted.factor_may_change && wanted.brokers->size() != found->replicas.size()) {
        return fail(ErrorCode::invalid_replication_factor,
                    "The replication factor is changed from {} to {}", found->replicas.size(),
                    wanted.brokers->size());
    }
    if (!are_the_same(found->replicas, *wanted.brokers)) {
        // Of a Kafka broker whose directories were taken over: other brokers had it.
        return fail(ErrorCode::invalid_replica_assignment,
                    "{} is on brokers [{}], which are not in this cluster: there is nothing to "
                    "copy to [{}] from",
                    partition, fmt::join(found->replicas, ","), fmt::join(*wanted.brokers, ","));
    }
    return {};
}

}  // namespace barnabas::broker

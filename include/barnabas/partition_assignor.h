#pragma once

#include <barnabas/producer_record.h>
#include <barnabas/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace barnabas {

/// A group's leader of the classic protocol deals the partitions by one of these (Kafka's
/// ConsumerPartitionAssignor). Kafka's own four are known by their names in
/// partition.assignment.strategy; others are given to Consumer::create(), and named there by their
/// name(). With group.protocol=consumer the broker deals, and none is asked.
///
/// Threads: called on the event loop's thread, one call at a time of one consumer: it must not
/// block, nor call a consumer. An object that several consumers share guards its own state.
/// Errors: it has none to return, and throws nothing.
class PartitionAssignor {
public:
    /// A member's subscription, and what it adds to it.
    struct Member {
        std::vector<std::string> topics;
        std::vector<TopicPartition> owned;
        std::int32_t generation = -1;  ///< in which it owned that; -1: none
        std::optional<std::string> group_instance_id;
        std::optional<std::string> rack;
        Bytes user_data;
    };
    /// What a member is given, and what its assignor is told besides.
    struct Assigned {
        std::vector<TopicPartition> partitions;
        Bytes user_data{};
    };
    using Members = std::map<std::string, Member, std::less<>>;
    using Assignment = std::map<std::string, Assigned, std::less<>>;
    /// By topic, how many partitions there are; topics that do not exist are not in it.
    using PartitionCounts = std::map<std::string, std::int32_t, std::less<>>;

    virtual ~PartitionAssignor() = default;

    /// By which the members of a group agree on it; all members' must mean the same.
    [[nodiscard]] virtual std::string name() const = 0;
    /// Whether members keep what they own while they rebalance (KIP-429). Then assign() must not
    /// give away what another member still owns.
    [[nodiscard]] virtual bool is_cooperative() const { return false; }
    /// What goes along with this member's subscription.
    [[nodiscard]] virtual Bytes user_data(const std::vector<std::string>& /*topics*/) { return {}; }
    /// Only the group's leader is asked. Every member has to be in the answer, no partition twice.
    [[nodiscard]] virtual Assignment assign(const PartitionCounts& counts,
                                            const Members& members) = 0;
    /// What this member was given, in which generation.
    virtual void on_assignment(const Assigned& /*assigned*/, std::int32_t /*generation*/) {}
};

}  // namespace barnabas

#pragma once

#include "client/assignors/group.h"

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace barnabas::client {

/// Members, topics and partitions each have numbers from 0: members in the order of their ids,
/// topics in the order of their names, partitions topic after topic. So the order of numbers is the
/// order that Kafka's assignors sort by.
using Number = std::size_t;
inline constexpr Number no_number = static_cast<Number>(-1);

struct NumberedTopic {
    std::string_view name;
    Number first_partition = 0;
    Number partition_count = 0;       ///< > 0
    std::vector<Number> subscribers;  ///< members, rising, at least one
};

/// A group's members and the topics that both exist and have a subscriber. Made for one
/// assignment; what it was made from must outlive it.
class NumberedGroup {
public:
    NumberedGroup(const TopicLayouts& layouts, const std::vector<GroupMember>& members);

    [[nodiscard]] Number member_count() const { return members_.size(); }
    [[nodiscard]] Number partition_count() const { return topic_of_.size(); }
    [[nodiscard]] const GroupMember& member(Number member) const { return *members_[member]; }
    [[nodiscard]] const std::vector<NumberedTopic>& topics() const { return topics_; }

    [[nodiscard]] Number topic_of(Number partition) const { return topic_of_[partition]; }
    /// The number within its topic.
    [[nodiscard]] Number index_of(Number partition) const {
        return partition - topics_[topic_of_[partition]].first_partition;
    }
    /// Nothing where the topic or the partition is not part of the assignment.
    [[nodiscard]] std::optional<Number> number_of(const TopicPartition& partition) const;

    /// Topics that the member subscribes to, rising.
    [[nodiscard]] const std::vector<Number>& topics_of(Number member) const {
        return topics_of_[member];
    }
    [[nodiscard]] bool subscribes(Number member, Number topic) const;
    /// Whether all members subscribe to the same topics, those that do not exist included.
    [[nodiscard]] bool all_subscribe_alike() const;

    /// The members in the order in which range and round-robin deal: those with a group instance
    /// id by that, then the others by id.
    [[nodiscard]] std::vector<Number> members_in_turn() const;

    /// The members in the order in which a Java HashMap that got them as they were given yields
    /// their ids. Kafka lets them keep what they own in that order, so who keeps a longer share
    /// stays the same when the group's leader changes from Kafka's client to ours.
    [[nodiscard]] std::vector<Number> members_in_map_order() const;

    [[nodiscard]] bool has_rack(Number member) const { return rack_of_[member] != no_number; }
    /// The member's rack as a number, or no_number.
    [[nodiscard]] Number rack_of(Number member) const { return rack_of_[member]; }
    /// Whether the member has a rack and a replica of the partition stands in it.
    [[nodiscard]] bool in_rack(Number member, Number partition) const;
    /// Whether placing by rack gains anything, for one topic or for all: some replica stands in a
    /// subscriber's rack, and not every partition has replicas in all the racks (KIP-881).
    [[nodiscard]] bool racks_matter(const NumberedTopic& topic) const;
    [[nodiscard]] bool racks_matter() const;

    /// Partitions by member become what the group is told.
    [[nodiscard]] Assignment to_assignment(
        const std::vector<std::vector<Number>>& partitions_of) const;

private:
    void number_topics(const TopicLayouts& layouts);
    void number_racks(const TopicLayouts& layouts);

    std::vector<const GroupMember*> members_;
    std::vector<NumberedTopic> topics_;
    std::vector<Number> topic_of_;                ///< by partition
    std::vector<std::vector<Number>> topics_of_;  ///< by member
    std::vector<Number> rack_of_;                 ///< by member
    std::vector<std::vector<Number>> racks_of_;   ///< by partition, rising
};

}  // namespace barnabas::client

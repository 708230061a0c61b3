#pragma once

#include <barnabas/admin/acl_operation.h>
#include <barnabas/admin/cluster.h>
#include <barnabas/result.h>
#include <barnabas/time.h>
#include <barnabas/types.h>

#include <compare>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::admin {

/// What a group of any kind is doing; not each kind has all of them.
enum class GroupState : std::uint8_t {
    unknown,
    preparing_rebalance,
    completing_rebalance,
    stable,
    dead,
    empty,
    assigning,
    reconciling,
    not_ready,
};

/// Kafka's word: "PreparingRebalance".
[[nodiscard]] std::string_view to_text(GroupState state);
/// The state of that name, in letters of any case; unknown where there is none.
[[nodiscard]] GroupState parse_group_state(std::string_view text);

/// The protocol that a group's members speak.
enum class GroupType : std::uint8_t { unknown, consumer, classic, share, streams };

/// Kafka's word: "Consumer".
[[nodiscard]] std::string_view to_text(GroupType type);
/// The type of that name, in letters of any case; unknown where there is none.
[[nodiscard]] GroupType parse_group_type(std::string_view text);

/// Empty filters let everything pass. A broker that is too old for a filter is an error of its own
/// in GroupListings, except that types {classic} or {classic, consumer} are taken to mean what
/// brokers before 3.8 have.
struct ListGroupsOptions {
    std::optional<Duration> timeout{};
    std::set<GroupState> states{};
    std::set<GroupType> types{};
    std::set<std::string> protocol_types{};  ///< filtered here, as Kafka's client does

    /// Groups of consumers, of both protocols, and simple ones (offsets without members).
    [[nodiscard]] static ListGroupsOptions for_consumer_groups();
    [[nodiscard]] static ListGroupsOptions for_share_groups();
};

/// What one broker tells of a group without being asked about it.
struct GroupListing {
    std::string id;
    std::string protocol;  ///< the protocol type: "consumer", "share", empty for simple groups
    std::optional<GroupType> type;    ///< nothing: an old broker does not say
    std::optional<GroupState> state;  ///< nothing: an old broker does not say

    /// A group without a protocol: somebody committed offsets without being a member.
    [[nodiscard]] bool is_simple_consumer_group() const {
        return protocol.empty() && type.value_or(GroupType::classic) == GroupType::classic;
    }
};

/// What the brokers told, by id, and what those said that failed.
struct GroupListings {
    std::vector<GroupListing> groups;
    std::vector<Error> errors;
};

/// Of the calls that describe groups, whatever their kind.
struct DescribeGroupsOptions {
    std::optional<Duration> timeout{};
    bool include_authorized_operations = false;
};

/// A member of a group of consumers. What only one of the two protocols has is optional.
struct MemberDescription {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    std::optional<std::string> rack_id;
    std::string client_id;
    std::string host;
    std::set<TopicPartition> assignment;
    std::optional<std::set<TopicPartition>> target_assignment;  ///< consumer protocol
    std::optional<std::int32_t> member_epoch;                   ///< consumer protocol
    std::optional<bool> upgraded;  ///< speaks the consumer protocol; nothing: not known
    std::vector<std::string> subscribed_topics;  ///< consumer protocol
    std::optional<std::string> subscribed_regex;
};

/// Of either protocol: what speaks only the classic one has no epochs.
struct ConsumerGroupDescription {
    std::string group_id;
    bool is_simple = false;
    std::vector<MemberDescription> members;
    std::string partition_assignor;
    GroupType type = GroupType::unknown;
    GroupState state = GroupState::unknown;
    std::optional<Node> coordinator;
    AuthorizedOperations authorized_operations;
    std::optional<std::int32_t> group_epoch;
    std::optional<std::int32_t> target_assignment_epoch;
};

/// Any group of the classic protocol, whatever its protocol type is (Connect's are "connect").
struct ClassicGroupDescription {
    std::string group_id;
    std::string protocol;                    ///< the protocol type
    std::string protocol_data;               ///< the protocol that the members agreed on
    std::vector<MemberDescription> members;  ///< assignments only where protocol is "consumer"
    GroupState state = GroupState::unknown;
    std::optional<Node> coordinator;
    AuthorizedOperations authorized_operations;

    [[nodiscard]] bool is_simple_consumer_group() const { return protocol.empty(); }
};

/// Of list_consumer_group_offsets().
struct ListConsumerGroupOffsetsOptions {
    std::optional<Duration> timeout{};
    /// Waits for transactions that are about to commit offsets.
    bool require_stable = false;
};

/// Whose offsets are asked for: all partitions that the group has any for, unless some are named.
struct GroupOffsetsSpec {
    std::optional<std::vector<TopicPartition>> partitions{};
};

/// A member that shall leave: a static one by its instance id (then the member id may be empty),
/// or any by its member id.
struct MemberToRemove {
    std::optional<std::string> group_instance_id{};
    std::string member_id{};

    friend auto operator<=>(const MemberToRemove&, const MemberToRemove&) = default;
};

/// Of remove_members_from_consumer_group(): who, and why, which the broker logs.
struct RemoveMembersOptions {
    std::optional<Duration> timeout{};
    std::vector<MemberToRemove> members{};  ///< none: everybody
    std::string reason{};
};

/// A member of a share group.
struct ShareMemberDescription {
    std::string member_id;
    std::string client_id;
    std::string host;
    std::optional<std::string> rack_id;
    std::int32_t member_epoch = 0;
    std::vector<std::string> subscribed_topics;
    std::set<TopicPartition> assignment;
};

/// A share group (KIP-932).
struct ShareGroupDescription {
    std::string group_id;
    std::vector<ShareMemberDescription> members;
    GroupState state = GroupState::unknown;
    std::optional<Node> coordinator;
    std::int32_t group_epoch = 0;
    std::int32_t target_assignment_epoch = 0;
    std::string assignor;
    AuthorizedOperations authorized_operations;
};

/// Where a share group begins to read a partition, and how many records are still to be done.
struct SharePartitionOffset {
    Offset start_offset = no_offset;
    std::optional<LeaderEpoch> leader_epoch{};
    std::optional<std::int64_t> lag{};
};

}  // namespace barnabas::admin

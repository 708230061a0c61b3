#pragma once

#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "coordinator/record.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace barnabas::coordinator {

/// Kafka's kinds of groups; ListGroups and the metrics name them.
enum class GroupType : std::uint8_t { classic, consumer, share, streams };

/// "Classic", "Consumer", ..., as Kafka's clients show them; ListGroups has them in lower case.
[[nodiscard]] std::string_view group_type_name(GroupType type);

/// Who commits or asks for offsets of a group. Requests that know no members have the defaults.
struct Committer {
    std::string_view member_id;
    std::optional<std::string_view> instance_id;
    std::int32_t generation_or_epoch = -1;  // -1: an administrator, or a consumer without a group
    std::int16_t version = 0;               // of the request
    bool transactional = false;             // TxnOffsetCommit
    bool names_member = false;              // OffsetFetch, if only with an empty id
};

/// One partition of a commit. The id is zero if the request has names only.
struct PartitionOfCommit {
    std::string_view topic;
    Uuid topic_id;
    std::int32_t partition = 0;
};

/// What a group, of whatever kind, answers to those who keep offsets, list, describe or delete.
/// Lives in the GroupTable of its partition.
/// Errors carry Kafka's codes for the API that asks, and a sentence.
class Group {
public:
    Group() = default;
    Group(const Group&) = delete;
    Group& operator=(const Group&) = delete;
    virtual ~Group() = default;

    [[nodiscard]] virtual GroupType type() const = 0;
    [[nodiscard]] virtual const std::string& id() const = 0;
    /// As ListGroups and DescribeGroups have it: "Stable", "PreparingRebalance", "Empty", ...
    [[nodiscard]] virtual std::string_view state_name() const = 0;
    /// "consumer", or what the members of a classic group say; empty if none ever joined.
    [[nodiscard]] virtual std::string_view protocol_type() const = 0;
    [[nodiscard]] virtual std::size_t member_count() const = 0;
    [[nodiscard]] bool is_empty() const { return member_count() == 0; }

    /// Whether these offsets may be committed (Group.validateOffsetCommit).
    [[nodiscard]] virtual Result<void> check_commit(const Committer& from) const = 0;
    /// Whether they may be committed of this partition, when check_commit allows it at all
    /// (CommitPartitionValidator, KIP-1251).
    [[nodiscard]] virtual Result<void> check_commit_of(const Committer& /*from*/,
                                                       const PartitionOfCommit& /*what*/) const {
        return {};
    }
    /// Whether they may be read (Group.validateOffsetFetch); by administrators always.
    [[nodiscard]] virtual Result<void> check_fetch(const Committer& from) const = 0;
    /// Whether the group may be deleted (DeleteGroups): non_empty_group while it has members.
    [[nodiscard]] virtual Result<void> check_delete() const = 0;
    /// Whether somebody reads the topic, so that its offsets may not be deleted or expire.
    [[nodiscard]] virtual bool is_subscribed_to(std::string_view topic) const = 0;

    /// Since when offsets of topics that nobody reads grow old (Group.offsetExpirationCondition).
    struct Expiry {
        /// Nothing: an offset's own commit decides; a moment: not before it either.
        std::optional<Timestamp> not_before;
    };
    /// Nothing: the group's offsets do not expire at all.
    [[nodiscard]] virtual std::optional<Expiry> offset_expiry() const = 0;

    /// What removes the group from the topic, without its offsets.
    virtual void add_tombstones(Records& to) const = 0;
};

}  // namespace barnabas::coordinator

#pragma once

#include "base/time.h"
#include "base/uuid.h"
#include "coordinator/consumer/assignment.h"
#include "coordinator/consumer/member.h"
#include "coordinator/group.h"
#include "coordinator/share/member.h"
#include "coordinator/share/share_partitions.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace barnabas::coordinator {

/// A share group (KIP-932, Kafka's ShareGroup): what its records say, and what follows from it.
/// Only ShareGroups changes it. It commits no offsets: where it stands in a partition the share
/// coordinators know.
/// Always: assignment_epoch() <= epoch().
class ShareGroup final : public Group {
public:
    static constexpr GroupType kind = GroupType::share;

    using Members = std::map<std::string, ShareMember, std::less<>>;
    using Targets = std::map<std::string, Assignment, std::less<>>;

    explicit ShareGroup(std::string id) : id_(std::move(id)) {}

    [[nodiscard]] GroupType type() const override { return kind; }
    [[nodiscard]] const std::string& id() const override { return id_; }
    /// "Empty" or "Stable": members need nobody else to take what they are to have.
    [[nodiscard]] std::string_view state_name() const override;
    [[nodiscard]] std::string_view protocol_type() const override { return "share"; }
    [[nodiscard]] std::size_t member_count() const override { return members_.size(); }
    /// group_id_not_found for these two: it is no group that offsets are committed to.
    [[nodiscard]] Result<void> check_commit(const Committer& from) const override;
    [[nodiscard]] Result<void> check_fetch(const Committer& from) const override;
    [[nodiscard]] Result<void> check_delete() const override;
    [[nodiscard]] bool is_subscribed_to(std::string_view topic) const override;
    [[nodiscard]] std::optional<Expiry> offset_expiry() const override { return std::nullopt; }
    void add_tombstones(Records& to) const override;

    [[nodiscard]] std::int32_t epoch() const { return epoch_; }
    [[nodiscard]] std::int64_t metadata_hash() const { return metadata_hash_; }
    [[nodiscard]] std::int32_t assignment_epoch() const { return assignment_epoch_; }
    /// When it was computed; the zero time if that is not known.
    [[nodiscard]] Timestamp assigned_at() const { return assigned_at_; }
    /// Whether a topic may have changed since the hash was computed.
    [[nodiscard]] bool topics_may_differ() const { return topics_may_differ_; }

    [[nodiscard]] const Members& members() const { return members_; }
    /// nullptr if there is none.
    [[nodiscard]] const ShareMember* member(std::string_view member_id) const;
    [[nodiscard]] const Targets& targets() const { return targets_; }
    /// Empty if the member has none.
    [[nodiscard]] const Assignment& target_of(std::string_view member_id) const;
    [[nodiscard]] const SharePartitions& partitions() const { return partitions_; }

    /// When it was asked last that the partition be initialized, if that was not answered yet.
    [[nodiscard]] std::optional<Time> asked_at(const Uuid& topic, std::int32_t partition) const;
    /// Whether any answer is awaited.
    [[nodiscard]] bool awaits_answers() const { return !asked_.empty(); }

private:
    friend class ShareGroups;

    std::string id_;
    std::int32_t epoch_ = initial_epoch;
    std::int64_t metadata_hash_ = 0;
    std::int32_t assignment_epoch_ = initial_epoch;
    Timestamp assigned_at_{};
    bool topics_may_differ_ = true;
    Members members_;
    Targets targets_;
    SharePartitions partitions_;
    std::map<std::pair<Uuid, std::int32_t>, Time> asked_;  // not stored: a new host asks again
};

}  // namespace barnabas::coordinator

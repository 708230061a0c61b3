#pragma once

#include "base/time.h"
#include "coordinator/consumer/assignment.h"
#include "coordinator/consumer/member.h"
#include "coordinator/consumer/topics_view.h"
#include "coordinator/group.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace barnabas::coordinator {

/// The topics that a subscribed regular expression names (ResolvedRegularExpression).
struct ResolvedRegex {
    std::set<std::string, std::less<>> topics;
    std::int64_t version = 0;  // of the topics
    Timestamp when{};
};

/// A group of the consumer protocol (KIP-848, Kafka's ConsumerGroup): what its records say, and
/// what follows from it. Only ConsumerGroups changes it.
/// Always: each partition has at most one owner; an owner's member holds it;
/// assignment_epoch() <= epoch().
class ConsumerGroup final : public Group {
public:
    static constexpr GroupType kind = GroupType::consumer;

    enum class State : std::uint8_t { empty, assigning, reconciling, stable };
    using Members = std::map<std::string, ConsumerMember, std::less<>>;

    /// `topics` tells ids by name for commits of names; it outlives the group.
    ConsumerGroup(std::string id, const TopicsView& topics);
    /// What another kind of group was converted to.
    struct Stored {
        std::int32_t epoch = 0;  // of the assignment too
        std::vector<ConsumerMember>
            members{};  // with different ids; what they hold is their target
    };
    ConsumerGroup(std::string id, const TopicsView& topics, Stored stored);

    [[nodiscard]] GroupType type() const override { return kind; }
    [[nodiscard]] const std::string& id() const override { return id_; }
    /// "Empty", "Assigning", "Reconciling", "Stable".
    [[nodiscard]] std::string_view state_name() const override;
    [[nodiscard]] std::string_view protocol_type() const override { return "consumer"; }
    [[nodiscard]] std::size_t member_count() const override { return members_.size(); }
    [[nodiscard]] Result<void> check_commit(const Committer& from) const override;
    [[nodiscard]] Result<void> check_commit_of(const Committer& from,
                                               const PartitionOfCommit& what) const override;
    [[nodiscard]] Result<void> check_fetch(const Committer& from) const override;
    [[nodiscard]] Result<void> check_delete() const override;
    [[nodiscard]] bool is_subscribed_to(std::string_view topic) const override;
    [[nodiscard]] std::optional<Expiry> offset_expiry() const override;
    void add_tombstones(Records& to) const override;

    [[nodiscard]] State state() const;
    [[nodiscard]] std::int32_t epoch() const { return epoch_; }
    [[nodiscard]] std::int64_t metadata_hash() const { return metadata_hash_; }
    [[nodiscard]] std::int32_t assignment_epoch() const { return assignment_epoch_; }
    /// When it was computed; the zero time if that is not known.
    [[nodiscard]] Timestamp assigned_at() const { return assigned_at_; }
    /// Whether a topic may have changed since the hash was computed.
    [[nodiscard]] bool topics_may_differ() const { return topics_may_differ_; }
    /// Whether topics may have come or gone since the regular expressions were evaluated.
    [[nodiscard]] bool names_may_differ() const { return names_may_differ_; }

    [[nodiscard]] const Members& members() const { return members_; }
    /// nullptr if there is none.
    [[nodiscard]] const ConsumerMember* member(std::string_view member_id) const;
    [[nodiscard]] const ConsumerMember* static_member(std::string_view instance_id) const;
    /// Who holds the partition; nullptr if nobody.
    [[nodiscard]] const ConsumerMember* owner_of(const Uuid& topic, std::int32_t partition) const;
    /// Empty if the member has none.
    [[nodiscard]] const Assignment& target_of(std::string_view member_id) const;
    [[nodiscard]] const std::map<std::string, Assignment, std::less<>>& targets() const {
        return targets_;
    }
    [[nodiscard]] const std::map<std::string, ResolvedRegex, std::less<>>& regexes() const {
        return regexes_;
    }
    /// How many members subscribe to it.
    [[nodiscard]] std::size_t subscribers_of_regex(std::string_view regex) const;

private:
    friend class ConsumerGroups;

    using Owners = std::unordered_map<std::int32_t, const ConsumerMember*>;

    [[nodiscard]] Result<const ConsumerMember*> check_member(const Committer& from) const;

    // What records change. A member is taken out of the indexes, changed, and put in again.
    template <class Change>
    void change_member(std::string_view member_id, Change change);
    void remove_member(std::string_view member_id);
    void own(const ConsumerMember& member);
    void disown(const ConsumerMember& member);
    void count(const ConsumerMember& member, int by);
    void count_topics(const ResolvedRegex& resolved, int by);
    void resolve(const std::string& regex, ResolvedRegex resolved);
    void forget(std::string_view regex);

    std::string id_;
    const TopicsView& topics_;
    std::int32_t epoch_ = initial_epoch;
    std::int64_t metadata_hash_ = 0;
    std::int32_t assignment_epoch_ = initial_epoch;
    Timestamp assigned_at_{};
    bool topics_may_differ_ = true;
    bool names_may_differ_ = true;
    Members members_;
    std::map<std::string, Assignment, std::less<>> targets_;
    std::map<std::string, ResolvedRegex, std::less<>> regexes_;
    std::map<std::string, std::string, std::less<>> static_members_;  // instance id -> member id
    std::unordered_map<Uuid, Owners> owners_;
    std::map<std::string, std::size_t, std::less<>> topic_counts_;  // who or what names the topic
    std::map<std::string, std::size_t, std::less<>> regex_counts_;  // subscribed members
    std::set<std::string, std::less<>> revoking_since_;  // whose rebalance timer begins anew
    bool has_sessions_ = false;  // false until loaded, or somebody is heard in a new group
};

}  // namespace barnabas::coordinator

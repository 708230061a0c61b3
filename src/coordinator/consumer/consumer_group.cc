#include "coordinator/consumer/consumer_group.h"

#include "base/invariant.h"
#include "coordinator/consumer/group_records.h"
#include "coordinator/group_keys.h"

#include <algorithm>
#include <utility>

namespace barnabas::coordinator {
namespace {

/// The newest protocol wants an epoch with each commit: OffsetCommit has it since version 9.
constexpr std::int16_t commit_with_epoch_version = 9;

void add_to(std::map<std::string, std::size_t, std::less<>>& counts, const std::string& name,
            int by) {
    if (by > 0) {
        ++counts[name];
        return;
    }
    const auto at = counts.find(name);
    INVARIANT(at != counts.end(), "{} is counted", name);
    if (--at->second == 0) {
        counts.erase(at);
    }
}

std::unexpected<Error> wrong_epoch(const ConsumerMember& member, std::int32_t received) {
    if (member.classic) {
        return fail(ErrorCode::illegal_generation,
                    "The received generation id {} does not match the expected member epoch {}.",
                    received, member.epoch);
    }
    return fail(ErrorCode::stale_member_epoch,
                "The received member epoch {} does not match the expected member epoch {}.",
                received, member.epoch);
}

}  // namespace

ConsumerGroup::ConsumerGroup(std::string id, const TopicsView& topics)
    : id_(std::move(id)), topics_(topics) {}

ConsumerGroup::ConsumerGroup(std::string id, const TopicsView& topics, Stored stored)
    : id_(std::move(id)), topics_(topics), epoch_(stored.epoch), assignment_epoch_(stored.epoch) {
    for (ConsumerMember& member : stored.members) {
        targets_.emplace(member.id, partitions_of(member.assigned));
        std::string member_id = member.id;
        const auto [at, fresh] = members_.emplace(std::move(member_id), std::move(member));
        INVARIANT(fresh, "{} is in group {} twice", at->first, id_);
        own(at->second);
        count(at->second, +1);
    }
}

ConsumerGroup::State ConsumerGroup::state() const {
    if (members_.empty()) {
        return State::empty;
    }
    if (epoch_ > assignment_epoch_) {
        return State::assigning;
    }
    const auto reconciled = [this](const auto& member) {
        return member.second.is_reconciled_to(assignment_epoch_);
    };
    return std::ranges::all_of(members_, reconciled) ? State::stable : State::reconciling;
}

std::string_view ConsumerGroup::state_name() const {
    switch (state()) {
        case State::empty:
            return "Empty";
        case State::assigning:
            return "Assigning";
        case State::reconciling:
            return "Reconciling";
        case State::stable:
            return "Stable";
    }
    INVARIANT(false, "state {}", static_cast<int>(state()));
    return {};
}

Result<const ConsumerMember*> ConsumerGroup::check_member(const Committer& from) const {
    const ConsumerMember* const known = member(from.member_id);
    if (known == nullptr) {
        return fail(ErrorCode::unknown_member_id, "Member {} is not a member of group {}.",
                    from.member_id, id_);
    }
    return known;
}

Result<void> ConsumerGroup::check_commit(const Committer& from) const {
    if (from.generation_or_epoch < 0 && members_.empty()) {
        return {};
    }
    const bool says_nothing =
        from.generation_or_epoch == -1 && from.member_id.empty() && !from.instance_id;
    if (from.transactional && says_nothing) {
        return {};
    }
    TRY_ASSIGN(const ConsumerMember* known, check_member(from));
    if (!from.transactional && !known->classic && from.version < commit_with_epoch_version) {
        return fail(ErrorCode::unsupported_version,
                    "Members of the consumer protocol commit with OffsetCommit version {} or "
                    "above; this was version {}.",
                    commit_with_epoch_version, from.version);
    }
    // An earlier epoch may do for some of the partitions: check_commit_of().
    if (from.generation_or_epoch > known->epoch) {
        return wrong_epoch(*known, from.generation_or_epoch);
    }
    return {};
}

Result<void> ConsumerGroup::check_commit_of(const Committer& from,
                                            const PartitionOfCommit& what) const {
    const ConsumerMember* const known = member(from.member_id);
    if (known == nullptr || from.generation_or_epoch == known->epoch) {
        return {};  // check_commit() let it pass: the group is empty or no member is named
    }
    Uuid topic = what.topic_id;
    if (topic.is_zero()) {
        const auto found = topics_.find(what.topic);
        topic = found ? found->id : Uuid{};
    }
    const HeldPartition* held = find_held(known->assigned, topic, what.partition);
    if (held == nullptr) {
        held = find_held(known->revoking, topic, what.partition);
    }
    if (held == nullptr || from.generation_or_epoch < held->epoch) {
        return wrong_epoch(*known, from.generation_or_epoch);
    }
    return {};
}

Result<void> ConsumerGroup::check_fetch(const Committer& from) const {
    if (!from.names_member && from.generation_or_epoch < 0) {
        return {};
    }
    if (!from.names_member) {
        // Kafka 4.x looks a member up that is null, and fails at it.
        return fail(ErrorCode::unknown_server_error,
                    "member epoch {} of no member of group {}: the member's id is missing",
                    from.generation_or_epoch, id_);
    }
    TRY_ASSIGN(const ConsumerMember* known, check_member(from));
    if (from.generation_or_epoch != known->epoch) {
        return wrong_epoch(*known, from.generation_or_epoch);
    }
    return {};
}

Result<void> ConsumerGroup::check_delete() const {
    if (!members_.empty()) {
        return fail(ErrorCode::non_empty_group, "Group {} has {} members: it is not empty.", id_,
                    members_.size());
    }
    return {};
}

bool ConsumerGroup::is_subscribed_to(std::string_view topic) const {
    return topic_counts_.contains(topic);
}

std::optional<Group::Expiry> ConsumerGroup::offset_expiry() const {
    return Expiry{};
}

void ConsumerGroup::add_tombstones(Records& to) const {
    for (const auto& [member_id, member] : members_) {
        add_member_tombstones(to, id_, member_id);
    }
    for (const auto& [regex, resolved] : regexes_) {
        to.push_back(regex_tombstone(id_, regex));
    }
    to.push_back(make_tombstone(key_of<wire::ConsumerGroupTargetAssignmentMetadataKey>(id_)));
    // One of an older coordinator may be there.
    to.push_back(make_tombstone(key_of<wire::ConsumerGroupPartitionMetadataKey>(id_)));
    to.push_back(make_tombstone(key_of<wire::ConsumerGroupMetadataKey>(id_)));
}

const ConsumerMember* ConsumerGroup::member(std::string_view member_id) const {
    const auto at = members_.find(member_id);
    return at == members_.end() ? nullptr : &at->second;
}

const ConsumerMember* ConsumerGroup::static_member(std::string_view instance_id) const {
    const auto at = static_members_.find(instance_id);
    return at == static_members_.end() ? nullptr : member(at->second);
}

const ConsumerMember* ConsumerGroup::owner_of(const Uuid& topic, std::int32_t partition) const {
    const auto owners = owners_.find(topic);
    if (owners == owners_.end()) {
        return nullptr;
    }
    const auto owner = owners->second.find(partition);
    return owner == owners->second.end() ? nullptr : owner->second;
}

const Assignment& ConsumerGroup::target_of(std::string_view member_id) const {
    static const Assignment nothing;
    const auto at = targets_.find(member_id);
    return at == targets_.end() ? nothing : at->second;
}

std::size_t ConsumerGroup::subscribers_of_regex(std::string_view regex) const {
    const auto at = regex_counts_.find(regex);
    return at == regex_counts_.end() ? 0 : at->second;
}

void ConsumerGroup::remove_member(std::string_view member_id) {
    const auto at = members_.find(member_id);
    if (at == members_.end()) {
        return;
    }
    disown(at->second);
    count(at->second, -1);
    if (const auto since = revoking_since_.find(member_id); since != revoking_since_.end()) {
        revoking_since_.erase(since);
    }
    members_.erase(at);
}

// A log that is only partly compacted can show one partition with two members for a while; the
// later record is right.
void ConsumerGroup::own(const ConsumerMember& member) {
    for (const auto* holding : {&member.assigned, &member.revoking}) {
        for (const auto& [topic, partitions] : *holding) {
            auto& owners = owners_[topic];
            for (const HeldPartition& held : partitions) {
                owners[held.partition] = &member;
            }
        }
    }
}

void ConsumerGroup::disown(const ConsumerMember& member) {
    for (const auto* holding : {&member.assigned, &member.revoking}) {
        for (const auto& [topic, partitions] : *holding) {
            const auto owners = owners_.find(topic);
            if (owners == owners_.end()) {
                continue;
            }
            for (const HeldPartition& held : partitions) {
                const auto owner = owners->second.find(held.partition);
                if (owner != owners->second.end() && owner->second == &member) {
                    owners->second.erase(owner);
                }
            }
            if (owners->second.empty()) {
                owners_.erase(owners);
            }
        }
    }
}

void ConsumerGroup::count(const ConsumerMember& member, int by) {
    for (const std::string& topic : member.topics) {
        add_to(topic_counts_, topic, by);
    }
    if (!member.regex.empty()) {
        add_to(regex_counts_, member.regex, by);
    }
    if (!member.instance_id) {
        return;
    }
    if (by > 0) {
        static_members_[*member.instance_id] = member.id;
    } else if (const auto at = static_members_.find(*member.instance_id);
               at != static_members_.end() && at->second == member.id) {
        static_members_.erase(at);
    }
}

void ConsumerGroup::count_topics(const ResolvedRegex& resolved, int by) {
    for (const std::string& topic : resolved.topics) {
        add_to(topic_counts_, topic, by);
    }
}

void ConsumerGroup::resolve(const std::string& regex, ResolvedRegex resolved) {
    forget(regex);
    count_topics(resolved, +1);
    regexes_.emplace(regex, std::move(resolved));
    names_may_differ_ = false;
}

void ConsumerGroup::forget(std::string_view regex) {
    if (const auto at = regexes_.find(regex); at != regexes_.end()) {
        count_topics(at->second, -1);
        regexes_.erase(at);
    }
}

}  // namespace barnabas::coordinator

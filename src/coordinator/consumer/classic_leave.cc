// LeaveGroup of classic members in a consumer group: one, since version 3 several.
#include "coordinator/consumer/classic_members.h"
#include "coordinator/consumer/group_records.h"
#include "coordinator/consumer/subscriptions.h"
#include "coordinator/leaving.h"

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::coordinator {
namespace {

using Leaving = wire::LeaveGroupRequest::Member;
using Left = wire::LeaveGroupResponse::Member;
using Ids = std::set<std::string, std::less<>>;

/// An administrator names the instance only, of a member of either protocol. Otherwise members of
/// the consumer protocol do not leave like this.
Result<const ConsumerMember*> find_leaving(const ConsumerGroup& group, const Leaving& leaving) {
    const auto& instance = leaving.group_instance_id;
    const ConsumerMember* const member =
        instance ? group.static_member(*instance) : group.member(leaving.member_id);
    if (member == nullptr) {
        return fail(ErrorCode::unknown_member_id, "{} is no member of group {}.",
                    instance.value_or(leaving.member_id), group.id());
    }
    if (instance && !leaving.member_id.empty() && member->id != leaving.member_id) {
        return fail(ErrorCode::fenced_instance_id, "Instance id {} is member {}'s.", *instance,
                    member->id);
    }
    const bool by_administrator = instance && leaving.member_id.empty();
    if (!member->classic && !by_administrator) {
        return fail(ErrorCode::unknown_member_id, "Member {} does not use the classic protocol.",
                    member->id);
    }
    return member;
}

/// As fence() does: else their topics count as subscribed to while the group is there.
void add_tombstones_of_regexes(Records& records, const ConsumerGroup& group, const Ids& gone) {
    std::map<std::string_view, std::size_t> left_by;
    for (const auto& [id, member] : group.members()) {
        if (gone.contains(id) && !member.regex.empty()) {
            ++left_by[member.regex];
        }
    }
    for (const auto& [regex, count] : left_by) {
        if (group.subscribers_of_regex(regex) == count) {
            records.push_back(regex_tombstone(group.id(), regex));
        }
    }
}

std::int64_t hash_without(const ConsumerGroup& group, const Ids& gone, const TopicsView& topics) {
    std::set<std::string, std::less<>> names;
    const GroupDraft draft{.group = group};
    for (const auto& [id, member] : group.members()) {
        if (gone.contains(id)) {
            continue;
        }
        names.insert(member.topics.begin(), member.topics.end());
        if (const ResolvedRegex* const regex = draft.resolved(member.regex)) {
            names.insert(regex->topics.begin(), regex->topics.end());
        }
    }
    return metadata_hash_of(names, topics);
}

}  // namespace

Outcome<wire::LeaveGroupResponse> ClassicMembers::leave(const wire::LeaveGroupRequest& request,
                                                        const Client& client) const {
    const ConsumerGroup& group = group_of(request.group_id);
    Outcome<wire::LeaveGroupResponse> outcome;
    Ids gone;
    for (const Leaving& leaving : leaving_members(request, client.version)) {
        Left& left = outcome.reply.members.emplace_back();
        left.member_id = leaving.member_id;
        left.group_instance_id = leaving.group_instance_id;
        const auto member = find_leaving(group, leaving);
        if (!member) {
            left.error_code = static_cast<std::int16_t>(member.error().code);
            continue;
        }
        if (gone.insert((*member)->id).second) {
            add_member_tombstones(outcome.records, group.id(), (*member)->id);
        } else {
            left.error_code = static_cast<std::int16_t>(ErrorCode::unknown_member_id);
        }
    }
    if (!gone.empty()) {
        add_tombstones_of_regexes(outcome.records, group, gone);
        const std::int32_t epoch = group.epoch() + 1;
        outcome.records.push_back(
            group_epoch_record(group.id(), epoch, hash_without(group, gone, ports_.topics)));
        const std::size_t rest = group.member_count() - gone.size();
        outcome.events.push_back(
            {.kind = rest == 0 ? GroupEvent::Kind::emptied : GroupEvent::Kind::rebalance,
             .group = group.id(),
             .why = fmt::format("{} members left or were removed, {} among them: epoch {} with {} "
                                "members",
                                gone.size(), *gone.begin(), epoch, rest),
             .cause = RebalanceCause::member_left});
    }
    if (client.version < leaves_several_since) {  // their one error is the reply's
        outcome.reply.error_code = outcome.reply.members.front().error_code;
        outcome.reply.members.clear();
    }
    return outcome;
}

}  // namespace barnabas::coordinator

#include "coordinator/share/share_group.h"

#include "coordinator/share/records.h"

#include <algorithm>

namespace barnabas::coordinator {
namespace {

Result<void> no_consumer_group(std::string_view id) {
    return fail(ErrorCode::group_id_not_found, "Group {} is not a consumer group.", id);
}

}  // namespace

std::string_view ShareGroup::state_name() const {
    return members_.empty() ? "Empty" : "Stable";
}

Result<void> ShareGroup::check_commit(const Committer& /*from*/) const {
    return no_consumer_group(id_);
}

Result<void> ShareGroup::check_fetch(const Committer& /*from*/) const {
    return no_consumer_group(id_);
}

Result<void> ShareGroup::check_delete() const {
    if (!members_.empty()) {
        return fail(ErrorCode::non_empty_group, "Share group {} has {} members: it is not empty.",
                    id_, members_.size());
    }
    return {};
}

bool ShareGroup::is_subscribed_to(std::string_view topic) const {
    return std::ranges::any_of(members_, [topic](const auto& member) {
        return std::ranges::binary_search(member.second.topics, topic);
    });
}

void ShareGroup::add_tombstones(Records& to) const {
    for (const auto& [member_id, member] : members_) {
        add_share_member_tombstones(to, id_, member_id);
    }
    add_share_group_tombstones(to, id_);
}

const ShareMember* ShareGroup::member(std::string_view member_id) const {
    const auto at = members_.find(member_id);
    return at == members_.end() ? nullptr : &at->second;
}

const Assignment& ShareGroup::target_of(std::string_view member_id) const {
    static const Assignment nothing;
    const auto at = targets_.find(member_id);
    return at == targets_.end() ? nothing : at->second;
}

std::optional<Time> ShareGroup::asked_at(const Uuid& topic, std::int32_t partition) const {
    const auto at = asked_.find({topic, partition});
    return at == asked_.end() ? std::nullopt : std::optional(at->second);
}

}  // namespace barnabas::coordinator

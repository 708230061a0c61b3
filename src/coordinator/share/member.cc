#include "coordinator/share/member.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace barnabas::coordinator {

bool ShareMember::same_subscription(const ShareMember& other) const {
    const auto stored = [](const ShareMember& member) {
        return std::tie(member.id, member.rack_id, member.client_id, member.client_host,
                        member.topics);
    };
    return stored(*this) == stored(other);
}

bool ShareMember::same_assignment(const ShareMember& other) const {
    const auto stored = [](const ShareMember& member) {
        return std::tie(member.epoch, member.previous_epoch, member.assigned);
    };
    return stored(*this) == stored(other);
}

void ShareMember::set_topics(std::vector<std::string> names) {
    std::ranges::sort(names);
    const auto twice = std::ranges::unique(names);
    names.erase(twice.begin(), twice.end());
    topics = std::move(names);
}

void ShareMember::read(const wire::ShareGroupMemberMetadataValue& value) {
    rack_id = value.rack_id;
    client_id = value.client_id;
    client_host = value.client_host;
    set_topics(value.subscribed_topic_names);
}

void ShareMember::read(const wire::ShareGroupCurrentMemberAssignmentValue& value) {
    epoch = value.member_epoch;
    previous_epoch = value.previous_member_epoch;
    assigned = assignment_from(value.assigned_partitions);
}

}  // namespace barnabas::coordinator

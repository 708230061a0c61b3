#include "coordinator/classic/group_record.h"

#include "base/invariant.h"

#include <set>
#include <string_view>
#include <utility>

namespace barnabas::coordinator {
namespace {

constexpr std::int16_t value_version = 3;

template <class AssignmentOf>
Record record_of(const ClassicGroup& group, AssignmentOf assignment_of) {
    wire::GroupMetadataValue value;
    value.protocol_type = group.protocol_type();
    value.generation = group.generation();
    value.protocol = group.protocol();
    value.leader = group.leader();
    value.current_state_timestamp = group.since().value_or(no_timestamp).get();
    for (const auto& [id, member] : group.members()) {
        wire::GroupMetadataValue::MemberMetadata stored;
        stored.member_id = id;
        stored.group_instance_id = member.instance_id;
        stored.client_id = member.client_id;
        stored.client_host = member.client_host;
        stored.rebalance_timeout = member.rebalance_timeout_ms;
        stored.session_timeout = member.session_timeout_ms;
        const auto subscription = member.metadata(group.protocol().value_or(""));
        INVARIANT(subscription != nullptr, "{} is stored in a protocol that {} does not offer",
                  group.id(), id);
        stored.subscription = subscription->view();  // the member keeps it
        stored.assignment = assignment_of(member);
        value.members.push_back(std::move(stored));
    }
    return make_record(wire::GroupMetadataKey{.group = group.id()}, value, value_version);
}

}  // namespace

Record group_record(const ClassicGroup& group) {
    return record_of(group, [](const ClassicGroupMember& member) { return member.assigned(); });
}

Record group_record(const ClassicGroup& group,
                    const std::map<std::string, SharedBytes, std::less<>>& assigned) {
    return record_of(group, [&](const ClassicGroupMember& member) {
        const auto at = assigned.find(member.id);
        return at == assigned.end() ? ByteView{} : at->second->view();
    });
}

Record new_group_record(const ClassicGroup& group) {
    wire::GroupMetadataValue value;
    value.protocol = std::nullopt;
    value.leader = std::nullopt;
    value.current_state_timestamp = group.since().value_or(no_timestamp).get();
    return make_record(wire::GroupMetadataKey{.group = group.id()}, value, value_version);
}

ClassicGroup::Stored stored_group(const wire::GroupMetadataValue& value) {
    ClassicGroup::Stored stored;
    stored.generation = value.generation;
    stored.protocol_type = value.protocol_type;
    stored.protocol = value.protocol;
    stored.leader = value.leader;
    if (value.current_state_timestamp != no_timestamp.get()) {
        stored.since = Timestamp{value.current_state_timestamp};
    }
    std::set<std::string_view> ids;
    std::set<std::string_view> instances;
    for (const auto& read : value.members) {
        if (ids.contains(read.member_id) ||
            (read.group_instance_id && !instances.insert(*read.group_instance_id).second)) {
            continue;
        }
        ids.insert(read.member_id);
        ClassicGroupMember member;
        member.id = read.member_id;
        member.instance_id = read.group_instance_id;
        member.client_id = read.client_id;
        member.client_host = read.client_host;
        member.session_timeout_ms = read.session_timeout;
        member.rebalance_timeout_ms =
            read.rebalance_timeout == -1 ? read.session_timeout : read.rebalance_timeout;
        member.protocol_type = value.protocol_type;
        member.assignment = share(read.assignment);
        ClassicProtocols offers{
            {.name = value.protocol.value_or(""), .metadata = share(read.subscription)}};
        stored.members.push_back({.member = std::move(member), .protocols = std::move(offers)});
    }
    if (!stored.members.empty() && !stored.protocol) {
        stored.protocol = "";
    }
    return stored;
}

}  // namespace barnabas::coordinator

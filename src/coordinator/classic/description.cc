// DescribeGroups.
#include "coordinator/classic/classic_groups.h"
#include "coordinator/classic/sentences.h"

#include <fmt/format.h>

#include <utility>

namespace barnabas::coordinator {
namespace {

constexpr std::int16_t errors_since = 6;  // KIP-1043: before, an unknown group is only "Dead"

}  // namespace

ClassicDescription ClassicGroups::describe(std::string_view id, std::int16_t version) const {
    ClassicDescription described;
    auto& told = described.group;
    told.group_id = id;
    const auto* group = ports_.groups.find_as<ClassicGroup>(id);
    if (group == nullptr) {
        told.group_state = classic_state_name(ClassicGroupState::dead);
        if (version >= errors_since) {
            const auto* other = ports_.groups.find(id);
            told.error_code = static_cast<std::int16_t>(ErrorCode::group_id_not_found);
            told.error_message = other == nullptr
                                     ? fmt::format("there is no group {}", shown(id))
                                     : fmt::format("group {} is no classic group but of type {}",
                                                   shown(id), group_type_name(other->type()));
        }
        return described;
    }
    told.group_state = group->state_name();
    told.protocol_type = group->protocol_type();
    const bool stable = group->is_in(ClassicGroupState::stable);
    const auto protocol = group->protocol().value_or("");
    if (stable) {
        told.protocol_data = protocol;
    }
    for (const auto& [member_id, member] : group->members()) {
        wire::DescribeGroupsResponse::Group::Member shown_member;
        shown_member.member_id = member_id;
        shown_member.group_instance_id = member.instance_id;
        shown_member.client_id = member.client_id;
        shown_member.client_host = member.client_host;
        if (auto metadata = stable ? member.metadata(protocol) : nullptr) {
            shown_member.member_metadata = metadata->view();
            described.held.push_back(std::move(metadata));
        }
        if (member.assignment != nullptr) {
            shown_member.member_assignment = member.assigned();
            described.held.push_back(member.assignment);
        }
        told.members.push_back(std::move(shown_member));
    }
    return described;
}

}  // namespace barnabas::coordinator

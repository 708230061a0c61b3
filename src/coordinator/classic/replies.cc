#include "coordinator/classic/replies.h"

#include "base/invariant.h"

#include <utility>

namespace barnabas::coordinator {
namespace {

constexpr std::int16_t null_protocol_since = 7;

std::optional<std::string> protocol_name(std::optional<std::string> name, std::int16_t version) {
    if (version < null_protocol_since) {
        return name.value_or("");
    }
    return name && !name->empty() ? name : std::nullopt;
}

wire::JoinGroupResponse generation_of(const ClassicGroup& group, const ClassicGroupMember& member,
                                      std::int16_t version) {
    wire::JoinGroupResponse reply;
    reply.generation_id = group.generation();
    if (group.has_protocol_type()) {
        reply.protocol_type = std::string(group.protocol_type());
    }
    reply.protocol_name = protocol_name(group.protocol(), version);
    reply.member_id = member.id;
    return reply;
}

}  // namespace

wire::JoinGroupResponse join_refused(ErrorCode error, std::string member, std::int16_t version) {
    wire::JoinGroupResponse reply;
    reply.error_code = static_cast<std::int16_t>(error);
    reply.protocol_name = protocol_name(std::nullopt, version);
    reply.member_id = std::move(member);
    return reply;
}

void tell_generation(const ClassicGroup& group, const ClassicGroupMember& member, ClassicWait wait,
                     bool skip_assignment, Decisions& out) {
    auto reply = generation_of(group, member, wait.version);
    reply.leader = group.leader().value_or("");
    reply.skip_assignment = skip_assignment;
    HeldBytes held;
    if (group.is_leader(member.id)) {
        for (const auto& [id, other] : group.members()) {
            auto metadata = other.metadata(group.protocol().value_or(""));
            INVARIANT(metadata != nullptr, "member {} of {} does not offer what the group uses", id,
                      group.id());
            wire::JoinGroupResponse::Member told;
            told.member_id = id;
            told.group_instance_id = other.instance_id;
            told.metadata = metadata->view();
            reply.members.push_back(std::move(told));
            held.push_back(std::move(metadata));
        }
    }
    out.answer(wait.ticket, std::move(reply), std::move(held));
}

void tell_generation_led_by(std::string leader, const ClassicGroup& group,
                            const ClassicGroupMember& member, ClassicWait wait, Decisions& out) {
    auto reply = generation_of(group, member, wait.version);
    reply.leader = std::move(leader);
    out.answer(wait.ticket, std::move(reply));
}

wire::SyncGroupResponse sync_refused(ErrorCode error) {
    wire::SyncGroupResponse reply;
    reply.error_code = static_cast<std::int16_t>(error);
    return reply;
}

void tell_assignment(const ClassicGroup& group, const ClassicGroupMember& member, Ticket ticket,
                     Decisions& out) {
    wire::SyncGroupResponse reply;
    if (group.has_protocol_type()) {
        reply.protocol_type = std::string(group.protocol_type());
    }
    reply.protocol_name = group.protocol();
    reply.assignment = member.assigned();
    HeldBytes held;
    if (member.assignment != nullptr) {
        held.push_back(member.assignment);
    }
    out.answer(ticket, std::move(reply), std::move(held));
}

}  // namespace barnabas::coordinator

#pragma once

#include "coordinator/classic/classic_groups.h"
#include "unit/coordinator/classic/classic_requests.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace barnabas::coordinator::testing {

/// The classic groups of one partition with what hosts them: a clock, the records that were
/// appended, and the replies. Appends go through at once unless `append_error` is set.
class ClassicWorld {
public:
    GroupTable groups;
    Timers timers;
    ClassicConfig config;
    ClassicGroups classic{{.groups = groups, .timers = timers, .config = config}};
    Now now{.steady = Time{} + 1h, .wall = Timestamp{1'000'000}};
    std::optional<ErrorCode> append_error;  // appends fail with it
    bool hold_appends = false;              // until let_append()

    Records log;
    std::vector<GroupEvent> events;
    std::map<Ticket, Answer> answers;
    std::set<Ticket> waiting;

    /// The first partition's, so that replay into another world can be compared.
    [[nodiscard]] ClassicGroup& group(std::string_view id = "g");
    [[nodiscard]] std::string_view state(std::string_view id = "g");

    Ticket join(const JoinSpec& spec);
    Ticket sync(std::string_view member, std::int32_t generation,
                const std::vector<std::pair<std::string, std::string>>& assignments = {},
                std::optional<std::string> instance = std::nullopt);
    Ticket sync(const wire::SyncGroupRequest& request);
    ErrorCode heartbeat(std::string_view member, std::int32_t generation,
                        std::optional<std::string> instance = std::nullopt);
    wire::LeaveGroupResponse leave(const std::vector<wire::LeaveGroupRequest::Member>& members,
                                   std::int16_t version = 5);
    ErrorCode leave(std::string_view member);

    /// A member joins by the two steps of version 4 and later; its id.
    std::string come(JoinSpec spec = {});

    void advance(Duration time);
    void let_append();
    [[nodiscard]] bool is_answered(Ticket ticket) const { return answers.contains(ticket); }
    [[nodiscard]] const wire::JoinGroupResponse& joined(Ticket ticket) const;
    [[nodiscard]] const wire::SyncGroupResponse& synced(Ticket ticket) const;
    [[nodiscard]] ErrorCode error(Ticket ticket) const;
    [[nodiscard]] std::size_t count_events(GroupEvent::Kind kind) const;

    /// Carries decisions out, as a host does.
    void carry_out(Decisions decisions);
    Client client(const std::string& id, std::int16_t version);
    /// Ids go on where the other's ended.
    void fresh_from(const ClassicWorld& other) { last_fresh_ = other.last_fresh_; }

private:
    Ticket next_ticket();
    void finish_append(Records records, const std::string& group);

    std::uint64_t last_ticket_ = 0;
    std::uint32_t last_fresh_ = 0;
    std::vector<std::pair<Records, std::string>> held_;
};

inline ClassicGroup& ClassicWorld::group(std::string_view id) {
    auto* group = groups.find_as<ClassicGroup>(id);
    EXPECT_NE(group, nullptr) << id;
    return *group;
}

inline std::string_view ClassicWorld::state(std::string_view id) {
    const auto* group = groups.find(id);
    return group == nullptr ? "" : group->state_name();
}

inline Client ClassicWorld::client(const std::string& id, std::int16_t version) {
    Uuid fresh;
    const auto number = ++last_fresh_;
    fresh.bytes[14] = static_cast<std::uint8_t>(number >> 8);
    fresh.bytes[15] = static_cast<std::uint8_t>(number);
    return {.id = id, .host = "/127.0.0.1", .version = version, .fresh = fresh};
}

inline Ticket ClassicWorld::next_ticket() {
    const Ticket ticket{++last_ticket_};
    waiting.insert(ticket);
    return ticket;
}

inline Ticket ClassicWorld::join(const JoinSpec& spec) {
    std::vector<ByteBuffer> bytes;  // gone when the request is, as a frame is
    const auto request = join_request(spec, bytes);
    const auto ticket = next_ticket();
    Decisions out;
    classic.join(ticket, request, client(spec.client, spec.version), now, out);
    carry_out(std::move(out));
    return ticket;
}

inline Ticket ClassicWorld::sync(
    std::string_view member, std::int32_t generation,
    const std::vector<std::pair<std::string, std::string>>& assignments,
    std::optional<std::string> instance) {
    wire::SyncGroupRequest request;
    request.group_id = "g";
    request.member_id = member;
    request.generation_id = generation;
    request.group_instance_id = std::move(instance);
    for (const auto& [id, bytes] : assignments) {
        wire::SyncGroupRequest::Assignment assignment;
        assignment.member_id = id;
        assignment.assignment = as_bytes(bytes);
        request.assignments.push_back(std::move(assignment));
    }
    return sync(request);
}

inline Ticket ClassicWorld::sync(const wire::SyncGroupRequest& request) {
    const auto ticket = next_ticket();
    Decisions out;
    classic.sync(ticket, request, client("c", 5), now, out);
    carry_out(std::move(out));
    return ticket;
}

inline ErrorCode ClassicWorld::heartbeat(std::string_view member, std::int32_t generation,
                                         std::optional<std::string> instance) {
    wire::HeartbeatRequest request;
    request.group_id = "g";
    request.member_id = member;
    request.generation_id = generation;
    request.group_instance_id = std::move(instance);
    return static_cast<ErrorCode>(classic.heartbeat(request, now).error_code);
}

inline wire::LeaveGroupResponse ClassicWorld::leave(
    const std::vector<wire::LeaveGroupRequest::Member>& members, std::int16_t version) {
    wire::LeaveGroupRequest request;
    request.group_id = "g";
    if (version < 3) {
        request.member_id = members.front().member_id;
    } else {
        request.members = members;
    }
    Decisions out;
    auto reply = classic.leave(request, client("c", version), now, out);
    carry_out(std::move(out));
    return reply;
}

inline ErrorCode ClassicWorld::leave(std::string_view member) {
    const auto reply = leave({leaving(std::string(member))});
    EXPECT_EQ(reply.members.size(), 1U);
    return static_cast<ErrorCode>(reply.members.at(0).error_code);
}

inline std::string ClassicWorld::come(JoinSpec spec) {
    const auto asked = join(spec);
    if (spec.version < 4 || spec.instance) {
        for (const auto& [id, member] : group(spec.group).members()) {
            if (member.waits_for_join() && id.ends_with(fmt::format("{:04x}", last_fresh_))) {
                return id;
            }
        }
        ADD_FAILURE() << "nobody joined";
        return {};
    }
    EXPECT_EQ(error(asked), ErrorCode::member_id_required);
    spec.member = joined(asked).member_id;
    join(spec);
    return spec.member;
}

inline void ClassicWorld::advance(Duration time) {
    const auto until = now.steady + time;
    while (timers.next() <= until) {
        const auto due = std::max(timers.next(), now.steady);
        now.wall += std::chrono::duration_cast<std::chrono::milliseconds>(due - now.steady).count();
        now.steady = due;
        const auto key = timers.take_due(now.steady);
        ASSERT_TRUE(key);
        Decisions out;
        classic.on_timer(*key, now, out);
        carry_out(std::move(out));
    }
    now.wall += std::chrono::duration_cast<std::chrono::milliseconds>(until - now.steady).count();
    now.steady = until;
}

inline void ClassicWorld::carry_out(Decisions decisions) {
    ASSERT_EQ(decisions.records.empty(), !decisions.appended) << "of whom are the records?";
    for (auto& event : decisions.events) {
        events.push_back(std::move(event));
    }
    if (decisions.appended) {
        if (hold_appends) {
            held_.emplace_back(std::move(decisions.records), *decisions.appended);
        } else {
            finish_append(std::move(decisions.records), *decisions.appended);
        }
    }
    for (auto& answer : decisions.answers) {
        const auto ticket = answer.ticket;
        ASSERT_EQ(waiting.erase(ticket), 1U) << "ticket " << ticket.get() << " is answered twice";
        answers.emplace(ticket, std::move(answer));
    }
}

inline void ClassicWorld::finish_append(Records records, const std::string& group) {
    Result<void> result;
    if (append_error) {
        result = fail(*append_error, "the test says so");
    } else {
        std::ranges::move(records, std::back_inserter(log));
    }
    Decisions out;
    classic.appended(group, result, now, out);
    carry_out(std::move(out));
}

inline void ClassicWorld::let_append() {
    hold_appends = false;
    for (auto& [records, group] : std::exchange(held_, {})) {
        finish_append(std::move(records), group);
    }
}

inline const wire::JoinGroupResponse& ClassicWorld::joined(Ticket ticket) const {
    return std::get<wire::JoinGroupResponse>(answers.at(ticket).reply);
}

inline const wire::SyncGroupResponse& ClassicWorld::synced(Ticket ticket) const {
    return std::get<wire::SyncGroupResponse>(answers.at(ticket).reply);
}

inline ErrorCode ClassicWorld::error(Ticket ticket) const {
    if (!is_answered(ticket)) {
        ADD_FAILURE() << "ticket " << ticket.get() << " waits";
        return ErrorCode::unknown_server_error;
    }
    return static_cast<ErrorCode>(
        std::visit([](const auto& reply) { return reply.error_code; }, answers.at(ticket).reply));
}

inline std::size_t ClassicWorld::count_events(GroupEvent::Kind kind) const {
    return static_cast<std::size_t>(std::ranges::count(events, kind, &GroupEvent::kind));
}

}  // namespace barnabas::coordinator::testing

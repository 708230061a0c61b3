#pragma once

#include "unit/coordinator/classic/classic_world.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::coordinator::testing {

/// A consumer as it behaves towards its coordinator: it joins, assigns if it leads, syncs, sends
/// heartbeats, and does what errors ask for.
class ModelMember {
public:
    static constexpr int partitions = 6;
    enum class Doing : std::uint8_t { out, joining, syncing, working };

    JoinSpec spec;
    Doing doing = Doing::out;
    std::string id;
    std::int32_t generation = -1;
    std::vector<int> owned;
    std::optional<Ticket> ticket;
    bool wants_rebalance = false;

    [[nodiscard]] bool is_static() const { return spec.instance.has_value(); }

    /// It dies, or its connection does.
    void forget() {
        doing = Doing::out;
        ticket.reset();
    }
    void reset() {
        id.clear();
        generation = -1;
        owned.clear();
    }

    /// Looks at the reply that it waits for, or sends what is next.
    void act(ClassicWorld& world) {
        switch (doing) {
            case Doing::out:
                return join(world);
            case Doing::joining:
                return world.is_answered(*ticket) ? on_joined(world) : void();
            case Doing::syncing:
                return world.is_answered(*ticket) ? on_synced(world) : void();
            case Doing::working:
                return beat(world);
        }
    }

private:
    void join(ClassicWorld& world) {
        spec.member = id;
        ticket = world.join(spec);
        doing = Doing::joining;
        if (world.is_answered(*ticket)) {
            on_joined(world);
        }
    }

    void on_joined(ClassicWorld& world) {
        const auto& reply = world.joined(*ticket);
        switch (static_cast<ErrorCode>(reply.error_code)) {
            case ErrorCode::none:
                id = reply.member_id;
                generation = reply.generation_id;
                return sync(world, reply);
            case ErrorCode::member_id_required:
                id = reply.member_id;
                return forget();
            case ErrorCode::unknown_member_id:
            case ErrorCode::fenced_instance_id:
            case ErrorCode::group_max_size_reached:
                reset();
                return forget();
            case ErrorCode::rebalance_in_progress:
            case ErrorCode::coordinator_not_available:
            case ErrorCode::not_coordinator:
                return forget();
            default:
                ADD_FAILURE() << "JoinGroup answers " << reply.error_code;
                return forget();
        }
    }

    void sync(ClassicWorld& world, const wire::JoinGroupResponse& reply) {
        std::vector<std::pair<std::string, std::string>> assignments;
        if (reply.leader == id && !reply.skip_assignment) {
            EXPECT_FALSE(reply.members.empty()) << "a leader without members";
            for (const auto& member : reply.members) {
                assignments.emplace_back(member.member_id, "");
            }
            for (int i = 0; i < partitions && !assignments.empty(); ++i) {
                const auto turn = static_cast<std::size_t>(i) % assignments.size();
                assignments[turn].second += fmt::format("{} ", i);
            }
        }
        ticket = world.sync(id, generation, assignments, spec.instance);
        doing = Doing::syncing;
        if (world.is_answered(*ticket)) {
            on_synced(world);
        }
    }

    void on_synced(ClassicWorld& world) {
        const auto& reply = world.synced(*ticket);
        switch (static_cast<ErrorCode>(reply.error_code)) {
            case ErrorCode::none: {
                std::istringstream text{std::string(as_text(reply.assignment))};
                owned.clear();
                for (int partition = 0; text >> partition;) {
                    owned.push_back(partition);
                }
                doing = Doing::working;
                wants_rebalance = false;
                return;
            }
            case ErrorCode::unknown_member_id:
            case ErrorCode::fenced_instance_id:
                reset();
                return forget();
            case ErrorCode::rebalance_in_progress:
            case ErrorCode::illegal_generation:
            case ErrorCode::coordinator_not_available:
            case ErrorCode::not_coordinator:
                return forget();
            default:
                ADD_FAILURE() << "SyncGroup answers " << reply.error_code;
                return forget();
        }
    }

    void beat(ClassicWorld& world) {
        switch (world.heartbeat(id, generation, spec.instance)) {
            case ErrorCode::none:
                return wants_rebalance ? forget() : void();
            case ErrorCode::unknown_member_id:
            case ErrorCode::fenced_instance_id:
            case ErrorCode::illegal_generation:
                reset();
                return forget();
            case ErrorCode::rebalance_in_progress:
                return forget();
            default:
                ADD_FAILURE() << "Heartbeat answers something else";
        }
    }
};

}  // namespace barnabas::coordinator::testing

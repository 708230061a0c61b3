#pragma once

#include "coordinator/consumer/embedded_protocol.h"
#include "unit/coordinator/group_model_member.h"
#include "unit/coordinator/group_model_world.h"
#include "wire/persisted/consumer_protocol.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <variant>
#include <vector>

namespace barnabas::coordinator::testing {

/// A consumer of the classic protocol with an eager assignor: it gives up everything before it
/// joins, assigns if it leads, and joins again whenever it is told to.
class OldMember : public GroupModelMember {
public:
    std::int16_t version = 9;  // of JoinGroup
    std::int32_t session_ms = 10'000;
    std::int32_t rebalance_ms = 20'000;

    [[nodiscard]] bool is_stable() const { return stage_ == Stage::stable; }

    /// It sends what is due, or takes the answer to what it sent.
    void step(GroupModelWorld& world, bool reply_lost = false) {
        switch (stage_) {
            case Stage::outside:
                return join(world, reply_lost);
            case Stage::joining:
                return take_join(world);
            case Stage::syncing:
                return take_sync(world);
            case Stage::stable:
                return beat(world, reply_lost);
        }
    }
    /// It joins again with its next step.
    void rejoin() { stage_ = Stage::outside; }
    /// Nobody will answer what it waits for.
    void lose_connection() {
        if (stage_ == Stage::joining || stage_ == Stage::syncing) {
            stage_ = Stage::outside;
        }
    }
    void leave(GroupModelWorld& world) {
        wire::LeaveGroupRequest request;
        request.group_id = group;
        request.members.push_back(leaving(id, instance));
        ignore_errors(world.leave(request));
        gone = true;
    }

private:
    enum class Stage : std::uint8_t { outside, joining, syncing, stable };

    /// Whatever becomes of it, the member is gone; a session that is left over ends.
    static void ignore_errors(const wire::LeaveGroupResponse& /*reply*/) {}

    void told(ErrorCode error) {
        stage_ = Stage::outside;
        switch (error) {
            case ErrorCode::rebalance_in_progress:
            case ErrorCode::coordinator_not_available:
            case ErrorCode::not_coordinator:
                return;  // it goes on with what it has until it joins
            case ErrorCode::illegal_generation:
                break;
            case ErrorCode::unknown_member_id:
                id.clear();
                break;
            case ErrorCode::fenced_instance_id:
                gone = true;
                break;
            default:
                ADD_FAILURE() << "member " << id << " of the classic protocol is told "
                              << error_name(error);
        }
        owned.clear();
    }

    void join(GroupModelWorld& world, bool reply_lost) {
        owned.clear();
        wire::ConsumerProtocolSubscription subscription;
        subscription.topics = names;
        const auto bytes = wire::encode_versioned(subscription, 3);
        wire::JoinGroupRequest request;
        request.group_id = group;
        request.session_timeout_ms = session_ms;
        request.rebalance_timeout_ms = rebalance_ms;
        request.member_id = id;
        request.group_instance_id = instance;
        request.protocol_type = "consumer";
        auto& offered = request.protocols.emplace_back();
        offered.name = "range";
        offered.metadata = bytes.view();
        ticket_ = world.join(request, version);
        stage_ = reply_lost ? Stage::outside : Stage::joining;
    }

    void take_join(GroupModelWorld& world) {
        const auto answer = world.take(ticket_);
        if (!answer) {
            return;
        }
        const auto& reply = std::get<wire::JoinGroupResponse>(answer->reply);
        const auto error = static_cast<ErrorCode>(reply.error_code);
        if (error == ErrorCode::member_id_required) {
            id = reply.member_id;
            return join(world, false);
        }
        if (error != ErrorCode::none) {
            return told(error);
        }
        id = reply.member_id;
        epoch = reply.generation_id;
        std::vector<ByteBuffer> bytes;
        auto request = sync_request();
        if (reply.leader == id && !reply.skip_assignment) {
            assign(world, reply, request, bytes);
        }
        ticket_ = world.sync(request);
        stage_ = Stage::syncing;
    }

    [[nodiscard]] wire::SyncGroupRequest sync_request() const {
        wire::SyncGroupRequest request;
        request.group_id = group;
        request.member_id = id;
        request.group_instance_id = instance;
        request.generation_id = epoch;
        request.protocol_type = "consumer";
        request.protocol_name = "range";
        return request;
    }

    static void assign(const GroupModelWorld& world, const wire::JoinGroupResponse& reply,
                       wire::SyncGroupRequest& request, std::vector<ByteBuffer>& bytes) {
        const auto& topics = world.host.topics;
        std::vector<Assignment> assignments(reply.members.size());
        for (const auto& [name, topic] : topics.all()) {
            std::vector<std::size_t> subscribers;
            for (std::size_t i = 0; i < reply.members.size(); ++i) {
                const auto read = read_embedded_subscription(reply.members[i].metadata, topics);
                ASSERT_TRUE(read) << read.error().message;
                if (std::ranges::find(read->topics, name) != read->topics.end()) {
                    subscribers.push_back(i);
                }
            }
            for (std::int32_t p = 0; p < topic.partitions && !subscribers.empty(); ++p) {
                const auto who = subscribers[static_cast<std::size_t>(p) % subscribers.size()];
                assignments[who][topic.id].push_back(p);
            }
        }
        for (std::size_t i = 0; i < reply.members.size(); ++i) {
            bytes.push_back(write_embedded_assignment(assignments[i], topics, 3));
            auto& assignment = request.assignments.emplace_back();
            assignment.member_id = reply.members[i].member_id;
            assignment.assignment = bytes.back().view();
        }
    }

    void take_sync(GroupModelWorld& world) {
        const auto answer = world.take(ticket_);
        if (!answer) {
            return;
        }
        const auto& reply = std::get<wire::SyncGroupResponse>(answer->reply);
        if (reply.error_code != 0) {
            return told(static_cast<ErrorCode>(reply.error_code));
        }
        const auto read = read_embedded_assignment(reply.assignment, world.host.topics);
        ASSERT_TRUE(read) << read.error().message;
        owned = *read;
        stage_ = Stage::stable;
    }

    void beat(GroupModelWorld& world, bool reply_lost) {
        wire::HeartbeatRequest request;
        request.group_id = group;
        request.member_id = id;
        request.group_instance_id = instance;
        request.generation_id = epoch;
        const auto error = world.heartbeat(request);
        if (!reply_lost && error != ErrorCode::none) {
            told(error);
        }
    }

    Stage stage_ = Stage::outside;
    Ticket ticket_{};
};

}  // namespace barnabas::coordinator::testing

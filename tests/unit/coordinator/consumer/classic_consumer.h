#pragma once

#include "coordinator/consumer/embedded_protocol.h"
#include "wire/persisted/consumer_protocol.h"
#include "world.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace barnabas::coordinator::testing {

/// A consumer of the classic protocol with an eager assignor: it gives up everything before it
/// joins, assigns if it leads, and joins again whenever it is told to or hears nothing.
class ClassicConsumer {
public:
    std::optional<std::string> instance{};
    std::vector<std::string> names{"a"};
    std::string protocol = "range";
    std::int32_t session_ms = 45'000;
    std::int32_t rebalance_ms = 60'000;

    std::string id{};
    std::int32_t generation = -1;
    Assignment owned{};
    bool crashed = false;
    std::map<ErrorCode, int> errors{};  // what it was told

    [[nodiscard]] bool is_stable() const { return stage_ == Stage::stable; }

    /// Its next step: it sends what is due, or takes the answer to what it sent.
    void step(World& world, bool reply_lost = false) {
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

    void join(World& world, bool reply_lost = false) {
        owned.clear();
        const auto ticket = world.join(request());
        stage_ = reply_lost ? Stage::outside : Stage::joining;
        ticket_ = ticket;
    }

    ErrorCode leave(World& world) {
        wire::LeaveGroupRequest request;
        request.group_id = "g";
        auto& member = request.members.emplace_back();
        member.member_id = id;
        member.group_instance_id = instance;
        owned.clear();
        stage_ = Stage::outside;
        return static_cast<ErrorCode>(world.leave(request).members.at(0).error_code);
    }

    void subscribe(std::vector<std::string> to) {
        names = std::move(to);
        stage_ = Stage::outside;
    }

    /// The coordinator has changed: nobody will answer what it sent.
    void lose_connection() {
        if (stage_ == Stage::joining || stage_ == Stage::syncing) {
            stage_ = Stage::outside;
        }
    }

    /// To be stable, without waiting for others. Whether it is.
    bool settle(World& world) {
        for (int i = 0; i < 12 && !is_stable(); ++i) {
            step(world);
        }
        return is_stable();
    }

    [[nodiscard]] wire::JoinGroupRequest request() {
        wire::ConsumerProtocolSubscription subscription;
        subscription.topics = names;
        bytes_ = wire::encode_versioned(subscription, 3);
        wire::JoinGroupRequest request;
        request.group_id = "g";
        request.session_timeout_ms = session_ms;
        request.rebalance_timeout_ms = rebalance_ms;
        request.member_id = id;
        request.group_instance_id = instance;
        request.protocol_type = "consumer";
        auto& offered = request.protocols.emplace_back();
        offered.name = protocol;
        offered.metadata = bytes_.view();
        return request;
    }

    [[nodiscard]] wire::SyncGroupRequest sync_request() const {
        wire::SyncGroupRequest request;
        request.group_id = "g";
        request.member_id = id;
        request.group_instance_id = instance;
        request.generation_id = generation;
        request.protocol_type = "consumer";
        request.protocol_name = protocol;
        return request;
    }

    [[nodiscard]] wire::HeartbeatRequest heartbeat_request() const {
        wire::HeartbeatRequest request;
        request.group_id = "g";
        request.member_id = id;
        request.group_instance_id = instance;
        request.generation_id = generation;
        return request;
    }

private:
    enum class Stage : std::uint8_t { outside, joining, syncing, stable };

    /// It is in the group no more, as far as it knows.
    void told(ErrorCode error) {
        ++errors[error];
        stage_ = Stage::outside;
        switch (error) {
            case ErrorCode::rebalance_in_progress:
                return;  // it goes on with what it has until it joins
            case ErrorCode::illegal_generation:
                break;
            case ErrorCode::unknown_member_id:
                id.clear();
                break;
            case ErrorCode::fenced_instance_id:
                crashed = true;
                break;
            default:
                ADD_FAILURE() << "a classic consumer is told " << static_cast<int>(error);
        }
        owned.clear();
    }

    void take_join(World& world) {
        const auto at = world.answers.find(ticket_);
        if (at == world.answers.end()) {
            return;
        }
        const auto reply = std::get<wire::JoinGroupResponse>(at->second.reply);
        const auto error = static_cast<ErrorCode>(reply.error_code);
        if (error == ErrorCode::member_id_required) {
            id = reply.member_id;
            return join(world);
        }
        if (error != ErrorCode::none) {
            return told(error);
        }
        id = reply.member_id;
        generation = reply.generation_id;
        auto request = sync_request();
        std::vector<ByteBuffer> bytes;
        if (reply.leader == id) {
            assign(world, reply, request, bytes);
        }
        ticket_ = world.sync(request);
        stage_ = Stage::syncing;
    }

    static void assign(const World& world, const wire::JoinGroupResponse& reply,
                       wire::SyncGroupRequest& request, std::vector<ByteBuffer>& bytes) {
        std::vector<Assignment> assignments(reply.members.size());
        for (const auto& [name, topic] : world.topics.all()) {
            std::vector<std::size_t> subscribers;
            for (std::size_t i = 0; i < reply.members.size(); ++i) {
                const auto read =
                    read_embedded_subscription(reply.members[i].metadata, world.topics);
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
            bytes.push_back(write_embedded_assignment(assignments[i], world.topics, 3));
            auto& assignment = request.assignments.emplace_back();
            assignment.member_id = reply.members[i].member_id;
            assignment.assignment = bytes.back().view();
        }
    }

    void take_sync(World& world) {
        const auto at = world.answers.find(ticket_);
        if (at == world.answers.end()) {
            return;
        }
        const auto& reply = std::get<wire::SyncGroupResponse>(at->second.reply);
        if (reply.error_code != 0) {
            return told(static_cast<ErrorCode>(reply.error_code));
        }
        const auto read = read_embedded_assignment(reply.assignment, world.topics);
        ASSERT_TRUE(read) << read.error().message;
        owned = *read;
        stage_ = Stage::stable;
    }

    void beat(World& world, bool reply_lost) {
        const auto error = world.heartbeat(heartbeat_request());
        if (!reply_lost && error != ErrorCode::none) {
            told(error);
        }
    }

    Stage stage_ = Stage::outside;
    Ticket ticket_{};
    ByteBuffer bytes_;
};

}  // namespace barnabas::coordinator::testing

#pragma once

#include "coordinator/group_coordinator.h"
#include "unit/coordinator/classic/classic_requests.h"
#include "unit/coordinator/consumer/world.h"
#include "unit/coordinator/fake_sink.h"
#include "wire/persisted/consumer_protocol.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace barnabas::coordinator::testing {

/// A partition of __consumer_offsets with groups of all kinds, and what hosts it.
class GroupWorld {
public:
    GroupWorld() { begin(); }

    FakeTopics topics;
    FakeSettings consumer;
    FakeShareSettings share;
    ClassicConfig classic{.initial_rebalance_delay = 0s};
    OffsetsConfig offsets;
    FakeSink sink;
    Now now{.steady = Time{} + 1h, .wall = Timestamp{1'700'000'000'000}};
    Told told;
    std::unique_ptr<GroupCoordinator> groups;

    void begin() {
        groups = std::make_unique<GroupCoordinator>(GroupCoordinator::Ports{.sink = sink,
                                                                            .topics = topics,
                                                                            .classic = classic,
                                                                            .offsets = offsets,
                                                                            .consumer = consumer,
                                                                            .share = share});
    }
    void pass(std::chrono::milliseconds time) {
        now.steady += time;
        now.wall += time.count();
    }
    void run_due() {
        while (groups->run_due(now, told)) {
        }
    }
    Client client(std::int16_t version = 9) {
        return {.id = "c", .host = "/127.0.0.1", .version = version, .fresh = uuid(++last_fresh_)};
    }

    Ticket join(const JoinSpec& spec) {
        std::vector<ByteBuffer> bytes;
        const auto request = join_request(spec, bytes);
        const Ticket ticket{++last_ticket_};
        groups->join(ticket, request, client(spec.version), now, told);
        run_due();
        return ticket;
    }
    /// A member of version 3 joins an empty group and assigns itself something; its id.
    std::string come(const std::string& group) {
        const auto ticket = join({.group = group, .version = 3});
        const auto* reply = joined(ticket);
        if (reply == nullptr || reply->error_code != 0) {
            ADD_FAILURE() << "the join was not answered, or refused";
            return {};
        }
        const auto member = reply->member_id;
        wire::SyncGroupRequest sync;
        sync.group_id = group;
        sync.member_id = member;
        sync.generation_id = reply->generation_id;
        wire::ConsumerProtocolAssignment all;
        all.assigned_partitions.push_back({.topic = "t", .partitions = {0}});
        const auto bytes = wire::encode_versioned(all, 3);
        sync.assignments.push_back(
            {.member_id = member, .assignment = bytes.view(), .unknown_tags = {}});
        groups->sync(Ticket{++last_ticket_}, sync, client(3), now, told);
        return member;
    }
    ErrorCode heartbeat(const std::string& group, const std::string& member,
                        std::int32_t generation) {
        wire::HeartbeatRequest request;
        request.group_id = group;
        request.member_id = member;
        request.generation_id = generation;
        return static_cast<ErrorCode>(groups->heartbeat(request, now).error_code);
    }
    wire::LeaveGroupResponse leave(const std::string& group, const std::string& member) {
        wire::LeaveGroupRequest request;
        request.group_id = group;
        request.members.push_back(leaving(member));
        return groups->leave(request, client(5), now, told);
    }
    wire::ConsumerGroupHeartbeatResponse beat(wire::ConsumerGroupHeartbeatRequest request,
                                              const std::string& group = "g") {
        request.group_id = group;
        return groups->heartbeat(request, client(1), now, {}, told);
    }

    template <class Request>
    static Request commit_of(const std::string& group, std::int64_t offset) {
        Request request;
        request.group_id = group;
        auto& topic = request.topics.emplace_back();
        topic.name = "t";
        auto& partition = topic.partitions.emplace_back();
        partition.committed_offset = offset;
        return request;
    }
    ErrorCode commit(const std::string& group, std::int64_t offset, const std::string& member = "",
                     std::int32_t generation = -1) {
        auto request = commit_of<wire::OffsetCommitRequest>(group, offset);
        request.member_id = member;
        request.generation_id_or_member_epoch = generation;
        const auto reply = groups->commit(request, client(9), now);
        return static_cast<ErrorCode>(reply.topics.at(0).partitions.at(0).error_code);
    }
    ErrorCode commit_in_transaction(const std::string& group, std::int64_t offset,
                                    std::int64_t producer) {
        auto request = commit_of<wire::TxnOffsetCommitRequest>(group, offset);
        request.producer_id = producer;
        const auto reply = groups->commit(request, client(5), now);
        return static_cast<ErrorCode>(reply.topics.at(0).partitions.at(0).error_code);
    }
    void end(std::int64_t producer, bool committed) {
        sink.log.push_back(
            {.record = {}, .producer = ProducerId{producer}, .committed = committed});
        groups->end_transaction(ProducerId{producer}, committed);
    }

    /// From what the log has, or what is left of it when it is compacted.
    void restart(bool compacted) {
        begin();
        std::map<std::string, std::size_t> latest;
        for (std::size_t i = 0; i < sink.log.size(); ++i) {
            latest[std::string(as_text(sink.log[i].record.key.view()))] = i;
        }
        for (std::size_t i = 0; i < sink.log.size(); ++i) {
            const auto& entry = sink.log[i];
            if (entry.committed) {
                groups->end_transaction(entry.producer, *entry.committed);
            } else if (!compacted || latest[std::string(as_text(entry.record.key.view()))] == i) {
                const auto read = replay(entry, Offset{static_cast<std::int64_t>(i)});
                ASSERT_TRUE(read) << read.error().message;
            }
        }
        groups->loaded(now, told);
    }
    [[nodiscard]] Result<void> replay(const FakeSink::Entry& entry, Offset at) {
        const auto& value = entry.record.value;
        return groups->replay(
            {.offset = at,
             .key = entry.record.key.view(),
             .value = value ? wire::NullableBytes(value->view()) : wire::NullableBytes(),
             .producer = entry.producer});
    }

    /// "c:Consumer:Stable:2 s:Classic:Empty:0 s/t-0=5"; "~" where a transaction has offsets.
    [[nodiscard]] std::string state() const {
        std::string text;
        for (const auto& [id, group] : groups->groups().all()) {
            text +=
                fmt::format("{}{}:{}:{}:{}{}", text.empty() ? "" : " ", id,
                            group_type_name(group->type()), group->state_name(),
                            group->member_count(), groups->offsets().has_pending(id) ? "~" : "");
        }
        groups->offsets().for_each([&](const OffsetPlace& at, const CommittedOffset& offset) {
            text += fmt::format(" {}/{}-{}={}", at.group, at.topic, at.partition, offset.offset);
        });
        return text;
    }
    [[nodiscard]] const wire::JoinGroupResponse* joined(Ticket ticket) const {
        for (const auto& answer : told.answers) {
            if (answer.ticket == ticket) {
                return std::get_if<wire::JoinGroupResponse>(&answer.reply);
            }
        }
        return nullptr;
    }
    [[nodiscard]] std::size_t count(GroupEvent::Kind kind) const {
        return static_cast<std::size_t>(std::ranges::count(told.events, kind, &GroupEvent::kind));
    }

private:
    std::uint8_t last_fresh_ = 0;
    std::uint64_t last_ticket_ = 0;
};

}  // namespace barnabas::coordinator::testing

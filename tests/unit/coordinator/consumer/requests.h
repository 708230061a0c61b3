#pragma once

#include "coordinator/consumer/assignment.h"
#include "wire/messages/consumer_group_heartbeat.h"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

namespace barnabas::coordinator::testing {

using wire::ConsumerGroupHeartbeatRequest;
using wire::ConsumerGroupHeartbeatResponse;

inline Uuid uuid(std::uint8_t number) {
    Uuid id;
    id.bytes[15] = number;
    return id;
}

inline std::string text_of(const Holding& holding) {
    std::string text;
    for (const auto& [topic, partitions] : holding) {
        for (const HeldPartition& held : partitions) {
            text += fmt::format(" {}-{}@{}", topic.bytes[15], held.partition, held.epoch);
        }
    }
    return text;
}

inline std::string text_of(const Assignment& assignment) {
    std::string text;
    for (const auto& [topic, partitions] : assignment) {
        for (const std::int32_t partition : partitions) {
            text += fmt::format("{}{}-{}", text.empty() ? "" : " ", topic.bytes[15], partition);
        }
    }
    return text;
}

// Requests and what replies say.

inline ConsumerGroupHeartbeatRequest join(const std::string& member,
                                          std::vector<std::string> names = {"a"}) {
    ConsumerGroupHeartbeatRequest request;
    request.group_id = "g";
    request.member_id = member;
    request.rebalance_timeout_ms = 60'000;
    request.subscribed_topic_names = std::move(names);
    request.topic_partitions.emplace();
    return request;
}

inline ConsumerGroupHeartbeatRequest beat_of(const std::string& member, std::int32_t epoch) {
    ConsumerGroupHeartbeatRequest request;
    request.group_id = "g";
    request.member_id = member;
    request.member_epoch = epoch;
    return request;
}

inline ConsumerGroupHeartbeatRequest owning(ConsumerGroupHeartbeatRequest request,
                                            const Assignment& owned) {
    request.topic_partitions = topics_from<ConsumerGroupHeartbeatRequest::TopicPartition>(owned);
    return request;
}

/// "1-0 1-1": partitions 0 and 1 of the topic with id 1; "-" if the reply brings no assignment.
inline std::string assigned_in(const ConsumerGroupHeartbeatResponse& reply) {
    return reply.assignment ? text_of(assignment_from(reply.assignment->topic_partitions)) : "-";
}

}  // namespace barnabas::coordinator::testing

#pragma once

#include "base/bytes.h"
#include "wire/messages/join_group.h"
#include "wire/messages/leave_group.h"
#include "wire/persisted/consumer_protocol.h"
#include "wire/persisted/framing.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::coordinator::testing {

/// A JoinGroup as members send it.
struct JoinSpec {
    std::string group = "g";
    std::string member{};
    std::optional<std::string> instance{};
    std::string type = "consumer";
    std::vector<std::pair<std::string, std::string>> protocols = {{"range", "t"}};  // name, topic
    int session_ms = 10'000;
    int rebalance_ms = 60'000;
    std::optional<std::string> reason{};
    std::int16_t version = 9;
    std::string client = "c";
    bool raw_metadata = false;  // the second of a protocol is its metadata, not a topic
};

/// A consumer's subscription to one topic, version 3.
inline ByteBuffer subscription(std::string_view topic) {
    wire::ConsumerProtocolSubscription subscription;
    subscription.topics = {std::string(topic)};
    return wire::encode_versioned(subscription, 3);
}

/// `bytes` is what the request's views point to.
inline wire::JoinGroupRequest join_request(const JoinSpec& spec, std::vector<ByteBuffer>& bytes) {
    wire::JoinGroupRequest request;
    request.group_id = spec.group;
    request.session_timeout_ms = spec.session_ms;
    request.rebalance_timeout_ms = spec.rebalance_ms;
    request.member_id = spec.member;
    request.group_instance_id = spec.instance;
    request.protocol_type = spec.type;
    request.reason = spec.reason;
    for (const auto& [name, topic] : spec.protocols) {
        if (spec.raw_metadata) {
            bytes.emplace_back().append(as_bytes(topic));
        } else {
            bytes.push_back(subscription(topic));
        }
        wire::JoinGroupRequest::Protocol protocol;
        protocol.name = name;
        protocol.metadata = bytes.back().view();
        request.protocols.push_back(protocol);
    }
    return request;
}

inline wire::LeaveGroupRequest::Member leaving(std::string member,
                                               std::optional<std::string> instance = std::nullopt,
                                               std::optional<std::string> reason = std::nullopt) {
    wire::LeaveGroupRequest::Member leaver;
    leaver.member_id = std::move(member);
    leaver.group_instance_id = std::move(instance);
    leaver.reason = std::move(reason);
    return leaver;
}

}  // namespace barnabas::coordinator::testing

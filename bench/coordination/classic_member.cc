#include "coordination/member.h"
#include "wire/persisted/consumer_protocol.h"
#include "wire/persisted/framing.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace coordination_bench {

using namespace barnabas;
using wire::ConsumerProtocolAssignment;
using wire::ConsumerProtocolSubscription;
using wire::HeartbeatRequest;
using wire::HeartbeatResponse;
using wire::JoinGroupRequest;
using wire::JoinGroupResponse;
using wire::LeaveGroupRequest;
using wire::LeaveGroupResponse;
using wire::SyncGroupRequest;
using wire::SyncGroupResponse;

namespace {

constexpr std::int32_t session_timeout_ms = 45'000;  // the clients' default
constexpr std::int32_t rebalance_timeout_ms = 60'000;
constexpr const char* protocol_type = "consumer";
constexpr const char* protocol_name = "roundrobin";
constexpr std::int16_t subscription_version = 3;
constexpr std::int16_t assignment_version = 3;

/// Member number i of n gets the partitions i, i + n, i + 2n, ...; empty for who gets none.
std::vector<ByteBuffer> deal(const std::string& topic, std::int32_t partitions,
                             std::size_t members) {
    std::vector<ByteBuffer> dealt;
    for (std::size_t i = 0; i < members; ++i) {
        ConsumerProtocolAssignment::AssignedPartition own{.topic = topic};
        for (auto p = static_cast<std::int32_t>(i); p < partitions;
             p += static_cast<std::int32_t>(members)) {
            own.partitions.push_back(p);
        }
        ConsumerProtocolAssignment assignment;
        assignment.assigned_partitions.push_back(std::move(own));
        dealt.push_back(wire::encode_versioned(assignment, assignment_version));
    }
    return dealt;
}

}  // namespace

ClassicMember::ClassicMember(Loop& loop, Membership membership, std::int32_t partitions)
    : Member(loop, std::move(membership)), topic_partitions_(partitions) {
    ConsumerProtocolSubscription subscription;
    subscription.topics.push_back(this->membership().topic);
    subscription_ = wire::encode_versioned(subscription, subscription_version);
}

Task<> ClassicMember::join() {
    epoch_ = -1;
    partitions_.clear();
    for (;;) {
        auto joined = co_await join_generation();
        const bool in_generation = co_await sync(std::move(joined));
        if (in_generation) {
            co_return;
        }
    }
}

Task<JoinGroupResponse> ClassicMember::join_generation() {
    for (;;) {
        JoinGroupRequest request{.group_id = membership().group,
                                 .session_timeout_ms = session_timeout_ms,
                                 .rebalance_timeout_ms = rebalance_timeout_ms,
                                 .member_id = id_,
                                 .protocol_type = protocol_type};
        request.protocols.push_back({.name = protocol_name, .metadata = subscription_.view()});
        JoinGroupResponse response = co_await connection().call(request);
        const auto code = code_of(response.error_code);
        if (code == ErrorCode::none || code == ErrorCode::member_id_required) {
            id_ = response.member_id;
        }
        if (code == ErrorCode::none) {
            co_return response;
        }
        if (is_coordinator_starting(code)) {
            co_await loop().sleep(retry_pause_s);
        } else if (code != ErrorCode::member_id_required &&
                   code != ErrorCode::rebalance_in_progress) {
            give_up_on("JoinGroup", membership().group, code);
        }
    }
}

Task<bool> ClassicMember::sync(JoinGroupResponse joined) {
    SyncGroupRequest request{.group_id = membership().group,
                             .generation_id = joined.generation_id,
                             .member_id = id_,
                             .protocol_type = protocol_type,
                             .protocol_name = joined.protocol_name};
    std::vector<ByteBuffer> dealt;
    if (joined.leader == id_) {
        dealt = deal(membership().topic, topic_partitions_, joined.members.size());
        for (std::size_t i = 0; i < dealt.size(); ++i) {
            request.assignments.push_back(
                {.member_id = joined.members[i].member_id, .assignment = dealt[i].view()});
        }
    }
    const SyncGroupResponse response = co_await connection().call(request);
    const auto code = code_of(response.error_code);
    if (code == ErrorCode::rebalance_in_progress) {
        co_return false;
    }
    if (code != ErrorCode::none) {
        give_up_on("SyncGroup", membership().group, code);
    }
    take(response.assignment);
    epoch_ = joined.generation_id;
    co_return true;
}

void ClassicMember::take(ByteView bytes) {
    const auto stored = wire::read_versioned(bytes);
    if (!stored) {
        give_up("an assignment came back that is none: " + stored.error().message);
    }
    const auto assignment = wire::decode_stored<ConsumerProtocolAssignment>(*stored);
    if (!assignment) {
        give_up("an assignment came back that is none: " + assignment.error().message);
    }
    for (const auto& topic : assignment->assigned_partitions) {
        partitions_.insert(partitions_.end(), topic.partitions.begin(), topic.partitions.end());
    }
}

Task<bool> ClassicMember::beat() {
    const HeartbeatRequest request{
        .group_id = membership().group, .generation_id = epoch_, .member_id = id_};
    const HeartbeatResponse response = co_await connection().call(request);
    const auto code = code_of(response.error_code);
    if (code == ErrorCode::rebalance_in_progress) {
        co_await join();
        co_return true;  // somebody may have come meanwhile
    }
    if (code != ErrorCode::none) {
        give_up_on("Heartbeat", membership().group, code);
    }
    co_return false;
}

Task<> ClassicMember::leave() {
    LeaveGroupRequest request{.group_id = membership().group};
    request.members.push_back({.member_id = id_, .reason = "the measurement"});
    const LeaveGroupResponse response = co_await connection().call(request);
    const auto first = response.members.empty() ? std::int16_t{0} : response.members[0].error_code;
    const auto code = code_of(response.error_code != 0 ? response.error_code : first);
    if (code != ErrorCode::none) {
        give_up_on("LeaveGroup", membership().group, code);
    }
    epoch_ = -1;
    partitions_.clear();
    id_.clear();
}

}  // namespace coordination_bench

// What a classic member sends, and the leader's part in it.
#include "base/invariant.h"
#include "client/consumer/classic_membership.h"
#include "client/consumer/consumer_protocol.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace barnabas::client {

namespace {

/// A broker holds a JoinGroup back until the rebalance is over; then it still has to answer.
constexpr Duration join_slack = 5s;

std::int32_t milliseconds(Duration duration) {
    return static_cast<std::int32_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

std::shared_ptr<const ByteBuffer> shared(ByteBuffer bytes) {
    return std::make_shared<const ByteBuffer>(std::move(bytes));
}

}  // namespace

PartitionAssignor::Member ClassicMembership::self() const {
    return {.topics = {topics_.begin(), topics_.end()},
            .owned = owned_,
            .generation = generation_,
            .group_instance_id = settings_.group_instance_id,
            .rack = settings_.rack,
            .user_data = {}};
}

GroupCall ClassicMembership::join_request() {
    GroupCall call{
        .timeout = std::max(settings_.request_timeout, settings_.poll_interval_max + join_slack)};
    wire::JoinGroupRequest request;
    request.group_id = settings_.group_id;
    request.session_timeout_ms = milliseconds(settings_.session_timeout);
    request.rebalance_timeout_ms = milliseconds(settings_.poll_interval_max);
    request.member_id = member_id_;
    request.group_instance_id = settings_.group_instance_id;
    request.protocol_type = consumer_protocol_type;
    request.reason = reason_.empty() ? std::nullopt : std::optional(reason_);
    joined_topics_ = topics_;
    rejoin_needed_ = false;
    for (const auto& strategy : assignors_.strategies()) {
        auto member = self();
        member.user_data = assignors_.user_data(strategy, sticky_self(member));
        call.bytes.push_back(shared(encode_subscription(member)));
        auto& protocol = request.protocols.emplace_back();
        protocol.name = strategy.name;
        protocol.metadata = call.bytes.back()->view();
    }
    reason_.clear();
    call.request = std::move(request);
    return call;
}

/// What the sticky strategy remembers although an eager member has given it up.
PartitionAssignor::Member ClassicMembership::sticky_self(PartitionAssignor::Member member) const {
    if (!assignors_.cooperative()) {
        member.owned = remembered_;
        member.generation = remembered_generation_;
    }
    return member;
}

GroupCall ClassicMembership::sync_request() {
    GroupCall call{
        .timeout = std::max(settings_.request_timeout, settings_.poll_interval_max + join_slack),
        .bytes = share_bytes_};
    wire::SyncGroupRequest request;
    request.group_id = settings_.group_id;
    request.generation_id = generation_;
    request.member_id = member_id_;
    request.group_instance_id = settings_.group_instance_id;
    request.protocol_type = consumer_protocol_type;
    request.protocol_name = protocol_;
    request.assignments = shares_;
    call.request = std::move(request);
    return call;
}

GroupCall ClassicMembership::heartbeat_request() {
    wire::HeartbeatRequest request;
    request.group_id = settings_.group_id;
    request.generation_id = generation_;
    request.member_id = member_id_;
    request.group_instance_id = settings_.group_instance_id;
    return {.request = std::move(request), .timeout = settings_.request_timeout};
}

GroupCall ClassicMembership::leave_request(const std::string& member_id, std::string reason) const {
    wire::LeaveGroupRequest request;
    request.group_id = settings_.group_id;
    request.member_id = member_id;
    auto& member = request.members.emplace_back();
    member.member_id = member_id;
    member.group_instance_id = settings_.group_instance_id;
    member.reason = std::move(reason);
    return {.request = std::move(request), .timeout = settings_.request_timeout};
}

// --- the leader ------------------------------------------------------------------------------

std::set<std::string> ClassicMembership::topics_of_interest() const {
    return group_topics_;
}

/// Nothing as long as a topic is not known, be it as one that does not exist.
std::optional<TopicLayouts> ClassicMembership::layouts_in(const Metadata& metadata) const {
    TopicLayouts layouts;
    for (const std::string& name : group_topics_) {
        const TopicInfo* topic = metadata.topic(name);
        if (topic == nullptr) {
            return std::nullopt;
        }
        if (topic->error != ErrorCode::none) {
            continue;
        }
        TopicLayout& layout = layouts[name];
        layout.partitions = static_cast<std::int32_t>(topic->partitions.size());
        for (const auto& partition : topic->partitions) {
            auto& racks = layout.replica_racks.emplace_back();
            for (const BrokerId replica : partition.replicas) {
                if (const BrokerNode* broker = metadata.broker(replica); broker && broker->rack) {
                    racks.push_back(*broker->rack);
                }
            }
        }
    }
    return layouts;
}

void ClassicMembership::on_metadata(const Metadata& metadata, Time now) {
    if (state_ == State::assigning) {
        assign_as_leader(metadata, now);
    } else if (state_ == State::stable && leader_ && !rejoin_needed_ && !group_topics_.empty() &&
               metadata.generation() != seen_metadata_) {
        seen_metadata_ = metadata.generation();
        const auto layouts = layouts_in(metadata);
        if (!layouts) {
            return;
        }
        std::map<std::string, std::int32_t> counts;
        for (const auto& [topic, layout] : *layouts) {
            counts.emplace(topic, layout.partitions);
        }
        if (counts_.empty()) {
            counts_ = std::move(counts);  // somebody else assigned
        } else if (counts != counts_) {
            rejoin_needed_ = true;
            reason_ = "the partitions of the group's topics have changed";
        }
    }
}

void ClassicMembership::assign_as_leader(const Metadata& metadata, Time now) {
    const auto layouts = layouts_in(metadata);
    if (!layouts) {
        return;
    }
    const auto* strategy = assignors_.find(protocol_);
    INVARIANT(strategy != nullptr, "the group's strategy \"{}\" is none of ours", protocol_);
    auto assignment = assignors_.assign(*strategy, *layouts, members_);
    if (!assignment) {
        fail_for_good(assignment.error().code, assignment.error().message);
        return;
    }
    for (const auto& [topic, layout] : *layouts) {
        counts_.emplace(topic, layout.partitions);
    }
    for (const auto& [id, assigned] : *assignment) {
        share_bytes_.push_back(shared(encode_assignment(assigned)));
        auto& share = shares_.emplace_back();
        share.member_id = id;
        share.assignment = share_bytes_.back()->view();
    }
    members_.clear();
    retry_at_ = now;
    transition(State::syncing);
}

}  // namespace barnabas::client

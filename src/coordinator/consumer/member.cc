#include "coordinator/consumer/member.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace barnabas::coordinator {
namespace {

using StoredPartitions = wire::ConsumerGroupCurrentMemberAssignmentValue::TopicPartitions;

/// Coordinators before KIP-1251 stored no epochs: the member's own is right then, or 0 for a
/// static member that has left (Utils.assignmentFromTopicPartitions).
Holding holding_from(const std::vector<StoredPartitions>& topics, std::int32_t member_epoch) {
    Holding holding;
    const std::int32_t otherwise = std::max(member_epoch, 0);
    for (const StoredPartitions& topic : topics) {
        const bool with_epochs = topic.assignment_epochs.has_value() &&
                                 topic.assignment_epochs->size() == topic.partitions.size();
        for (std::size_t i = 0; i < topic.partitions.size(); ++i) {
            hold(holding, topic.topic_id,
                 {.partition = topic.partitions[i],
                  .epoch = with_epochs ? (*topic.assignment_epochs)[i] : otherwise});
        }
    }
    return holding;
}

MemberState state_from(std::int8_t number) {
    switch (const auto state = static_cast<MemberState>(number)) {
        case MemberState::stable:
        case MemberState::unrevoked_partitions:
        case MemberState::unreleased_partitions:
            return state;
        default:
            return MemberState::unknown;
    }
}

}  // namespace

bool ConsumerMember::same_subscription(const ConsumerMember& other) const {
    const auto stored = [](const ConsumerMember& member) {
        return std::tie(member.id, member.instance_id, member.rack_id, member.client_id,
                        member.client_host, member.topics, member.regex,
                        member.rebalance_timeout_ms, member.assignor, member.classic);
    };
    return stored(*this) == stored(other);
}

bool ConsumerMember::same_assignment(const ConsumerMember& other) const {
    const auto stored = [](const ConsumerMember& member) {
        return std::tie(member.epoch, member.previous_epoch, member.state, member.assigned,
                        member.revoking);
    };
    return stored(*this) == stored(other);
}

void ConsumerMember::set_topics(std::vector<std::string> names) {
    std::ranges::sort(names);
    const auto twice = std::ranges::unique(names);
    names.erase(twice.begin(), twice.end());
    topics = std::move(names);
}

void ConsumerMember::read(const wire::ConsumerGroupMemberMetadataValue& value) {
    instance_id = value.instance_id;
    rack_id = value.rack_id;
    client_id = value.client_id;
    client_host = value.client_host;
    set_topics(value.subscribed_topic_names);
    regex = value.subscribed_topic_regex.value_or("");
    rebalance_timeout_ms = value.rebalance_timeout_ms;
    assignor = value.server_assignor;
    classic.reset();
    if (value.classic_member_metadata) {
        ClassicMember& member = classic.emplace();
        member.session_timeout_ms = value.classic_member_metadata->session_timeout_ms;
        for (const auto& protocol : value.classic_member_metadata->supported_protocols) {
            member.protocols.push_back(
                {.name = protocol.name,
                 .metadata = {protocol.metadata.begin(), protocol.metadata.end()}});
        }
    }
}

void ConsumerMember::read(const wire::ConsumerGroupCurrentMemberAssignmentValue& value) {
    epoch = value.member_epoch;
    previous_epoch = value.previous_member_epoch;
    state = state_from(value.state);
    assigned = holding_from(value.assigned_partitions, value.member_epoch);
    revoking = holding_from(value.partitions_pending_revocation, value.member_epoch);
}

}  // namespace barnabas::coordinator

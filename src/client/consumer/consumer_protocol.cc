#include "client/consumer/consumer_protocol.h"

#include "base/endian.h"
#include "wire/codec.h"
#include "wire/persisted/consumer_protocol.h"

#include <algorithm>
#include <utility>

namespace barnabas::client {

namespace {

constexpr std::size_t version_size = 2;

template <class Message>
Result<Message> read(ByteView bytes) {
    if (bytes.size() < version_size) {
        return fail(ErrorCode::invalid_request, "{} of {} bytes has no version", Message::name,
                    bytes.size());
    }
    const auto version = load_big_endian<std::int16_t>(bytes.data());
    if (version < 0) {
        return fail(ErrorCode::invalid_request, "{} has version {}", Message::name, version);
    }
    return wire::decode<Message>(bytes.subspan(version_size),
                                 std::min(version, consumer_protocol_version));
}

template <class Message>
ByteBuffer write(const Message& message) {
    wire::Output output;
    store_big_endian(output.bytes.grow(version_size), consumer_protocol_version);
    wire::encode(message, consumer_protocol_version, output);
    return std::move(output.bytes);
}

/// Partitions that follow one another and are of one topic become one element.
template <class Element>
std::vector<Element> by_topic(const std::vector<TopicPartition>& partitions) {
    std::vector<Element> topics;
    for (const TopicPartition& partition : partitions) {
        auto topic = std::ranges::find(topics, partition.topic, &Element::topic);
        if (topic == topics.end()) {
            topic = topics.insert(topic, Element{.topic = partition.topic, .partitions = {}});
        }
        topic->partitions.push_back(partition.partition.get());
    }
    return topics;
}

template <class Element>
std::vector<TopicPartition> flat(const std::vector<Element>& topics) {
    std::vector<TopicPartition> partitions;
    for (const Element& topic : topics) {
        for (const std::int32_t partition : topic.partitions) {
            partitions.push_back({topic.topic, PartitionId{partition}});
        }
    }
    return partitions;
}

Bytes copy_of(const std::optional<ByteView>& bytes) {
    return bytes ? to_bytes(*bytes) : Bytes();
}

std::optional<ByteView> view_of(const Bytes& bytes) {
    return bytes.empty() ? std::nullopt : std::optional<ByteView>(bytes);
}

}  // namespace

ByteBuffer encode_subscription(const PartitionAssignor::Member& member) {
    wire::ConsumerProtocolSubscription message;
    message.topics = member.topics;
    std::ranges::sort(message.topics);
    message.user_data = view_of(member.user_data);
    message.owned_partitions =
        by_topic<wire::ConsumerProtocolSubscription::OwnedPartition>(member.owned);
    message.generation_id = member.generation;
    message.rack_id = member.rack;
    return write(message);
}

Result<PartitionAssignor::Member> decode_subscription(ByteView bytes) {
    TRY_ASSIGN(auto message, read<wire::ConsumerProtocolSubscription>(bytes));
    PartitionAssignor::Member member;
    member.topics = std::move(message.topics);
    member.owned = flat(message.owned_partitions);
    member.generation = message.generation_id;
    member.rack = std::move(message.rack_id);
    member.user_data = copy_of(message.user_data);
    return member;
}

ByteBuffer encode_assignment(const PartitionAssignor::Assigned& assigned) {
    wire::ConsumerProtocolAssignment message;
    message.assigned_partitions =
        by_topic<wire::ConsumerProtocolAssignment::AssignedPartition>(assigned.partitions);
    message.user_data = view_of(assigned.user_data);
    return write(message);
}

Result<PartitionAssignor::Assigned> decode_assignment(ByteView bytes) {
    if (bytes.empty()) {
        return PartitionAssignor::Assigned{};
    }
    TRY_ASSIGN(const auto message, read<wire::ConsumerProtocolAssignment>(bytes));
    return PartitionAssignor::Assigned{.partitions = flat(message.assigned_partitions),
                                       .user_data = copy_of(message.user_data)};
}

}  // namespace barnabas::client

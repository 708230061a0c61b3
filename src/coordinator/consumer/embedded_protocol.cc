#include "coordinator/consumer/embedded_protocol.h"

#include "wire/codec.h"
#include "wire/persisted/consumer_protocol.h"
#include "wire/persisted/framing.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace barnabas::coordinator {
namespace {

template <class Message>
struct Embedded {
    Message message;
    std::int16_t version = 0;
};

template <class Message>
Result<Embedded<Message>> read(ByteView bytes, std::string_view what) {
    const auto framed = wire::read_versioned(bytes);
    if (!framed || framed->version < Message::versions.first) {
        return fail(ErrorCode::inconsistent_group_protocol,
                    "{} of the embedded consumer protocol is malformed: {} bytes that do not begin "
                    "with a version from 0.",
                    what, bytes.size());
    }
    const auto version = std::min(framed->version, Message::versions.last);
    auto message = wire::decode<Message>(framed->body, version);
    if (!message) {
        return fail(ErrorCode::inconsistent_group_protocol,
                    "{} of the embedded consumer protocol is malformed: {}", what,
                    message.error().message);
    }
    return Embedded<Message>{.message = std::move(*message), .version = version};
}

template <class Named>
Assignment by_id(const std::vector<Named>& named, const TopicsView& topics) {
    Assignment assignment;
    for (const Named& topic : named) {
        if (const auto found = topics.find(topic.topic)) {
            auto& partitions = assignment[found->id];
            partitions.insert(partitions.end(), topic.partitions.begin(), topic.partitions.end());
        }
    }
    normalize(assignment);
    return assignment;
}

}  // namespace

Result<EmbeddedSubscription> read_embedded_subscription(ByteView metadata,
                                                        const TopicsView& topics) {
    TRY_ASSIGN(auto read_in,
               read<wire::ConsumerProtocolSubscription>(metadata, "The subscription"));
    return EmbeddedSubscription{.version = read_in.version,
                                .topics = std::move(read_in.message.topics),
                                .owned = by_id(read_in.message.owned_partitions, topics),
                                .rack_id = std::move(read_in.message.rack_id)};
}

Result<Assignment> read_embedded_assignment(ByteView bytes, const TopicsView& topics) {
    if (bytes.empty()) {
        return Assignment{};
    }
    TRY_ASSIGN(const auto read_in, read<wire::ConsumerProtocolAssignment>(bytes, "The assignment"));
    return by_id(read_in.message.assigned_partitions, topics);
}

ByteBuffer write_embedded_assignment(const Assignment& assignment, const TopicsView& topics,
                                     std::int16_t version) {
    wire::ConsumerProtocolAssignment message;
    for (const auto& [id, partitions] : assignment) {
        if (auto name = topics.name_of(id)) {
            auto& topic = message.assigned_partitions.emplace_back();
            topic.topic = std::move(*name);
            topic.partitions = partitions;
        }
    }
    return wire::encode_versioned(message, version);
}

}  // namespace barnabas::coordinator

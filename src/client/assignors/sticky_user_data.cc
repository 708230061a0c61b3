#include "client/assignors/sticky_user_data.h"

#include "base/topic_name.h"
#include "wire/reader.h"
#include "wire/writer.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace barnabas::client {
namespace {

using PartitionsByTopic = std::vector<std::pair<std::string, std::vector<PartitionId>>>;

PartitionsByTopic by_topic(const std::vector<TopicPartition>& partitions) {
    PartitionsByTopic topics;
    for (const auto& partition : partitions) {
        auto found =
            std::ranges::find(topics, partition.topic, &PartitionsByTopic::value_type::first);
        if (found == topics.end()) {
            found = topics.insert(topics.end(), {partition.topic, {}});
        }
        found->second.push_back(partition.partition);
    }
    return topics;
}

/// A length, which the bytes that are left can hold at `size_min` each.
std::size_t read_length(wire::Reader& in, std::size_t size_min) {
    const auto length = in.integer<std::int32_t>();
    if (length < 0 || static_cast<std::size_t>(length) > in.left() / size_min) {
        in.fail(fmt::format("an array of {} elements in {} bytes", length, in.left()));
        return 0;
    }
    return static_cast<std::size_t>(length);
}

std::string read_topic(wire::Reader& in) {
    const auto size = in.integer<std::int16_t>();
    if (size < 0 || static_cast<std::size_t>(size) > topic_name_size_max) {
        in.fail(fmt::format("a topic's name of {} bytes", size));  // it is copied per partition
        return {};
    }
    return std::string{as_text(in.bytes(static_cast<std::size_t>(size)))};
}

}  // namespace

ByteBuffer encode_sticky_user_data(const StickyUserData& data) {
    ByteBuffer buffer;
    wire::Writer out{buffer};
    const auto topics = by_topic(data.owned);
    out.integer(static_cast<std::int32_t>(topics.size()));
    for (const auto& [topic, partitions] : topics) {
        out.integer(static_cast<std::int16_t>(topic.size()));
        out.bytes(as_bytes(topic));
        out.integer(static_cast<std::int32_t>(partitions.size()));
        for (const auto partition : partitions) {
            out.integer(partition.get());
        }
    }
    out.integer(data.generation);
    return buffer;
}

Result<StickyUserData> decode_sticky_user_data(ByteView bytes) {
    wire::Reader in{bytes};
    StickyUserData data;
    for (auto topics = read_length(in, 6); topics > 0; --topics) {
        const auto topic = read_topic(in);
        for (auto partitions = read_length(in, 4); partitions > 0; --partitions) {
            data.owned.push_back(
                {.topic = topic, .partition = PartitionId{in.integer<std::int32_t>()}});
        }
    }
    if (in.ok() && in.left() >= sizeof(data.generation)) {
        data.generation = in.integer<std::int32_t>();
    }
    if (!in.ok()) {
        return fail(ErrorCode::inconsistent_group_protocol,
                    "a member's data for the sticky assignor cannot be read: {}", in.error());
    }
    return data;
}

ByteBuffer encode_cooperative_user_data(std::int32_t generation) {
    ByteBuffer buffer;
    wire::Writer{buffer}.integer(generation);
    return buffer;
}

Result<std::int32_t> decode_cooperative_user_data(ByteView bytes) {
    wire::Reader in{bytes};
    const auto generation = in.integer<std::int32_t>();
    if (!in.ok()) {
        return fail(ErrorCode::inconsistent_group_protocol,
                    "a member's data for the cooperative-sticky assignor cannot be read: {}",
                    in.error());
    }
    return generation;
}

}  // namespace barnabas::client

#pragma once

#include "client/cluster/metadata.h"
#include "wire/records/batch_builder.h"
#include "wire/records/control_record.h"
#include <barnabas/consumer_records.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::client {

inline TopicPartition tp(std::string topic, std::int32_t partition) {
    return {.topic = std::move(topic), .partition = PartitionId{partition}};
}

inline Uuid topic_id(std::string_view topic) {
    Uuid id;
    for (std::size_t i = 0; i < topic.size() && i < id.bytes.size(); ++i) {
        id.bytes[i] = static_cast<std::uint8_t>(topic[i]);
    }
    return id;
}

/// A cluster as its metadata have it: topics with a leader and an epoch for each partition.
struct Layout {
    struct Leader {
        std::int32_t broker = 1;
        std::int32_t epoch = 0;
    };
    std::map<std::string, std::vector<Leader>> topics;
    std::int32_t brokers = 3;

    [[nodiscard]] wire::MetadataResponse answer() const {
        wire::MetadataResponse response;
        response.cluster_id = "c";
        response.controller_id = 1;
        for (std::int32_t id = 1; id <= brokers; ++id) {
            response.brokers.push_back({.node_id = id,
                                        .host = "b" + std::to_string(id),
                                        .port = 9092,
                                        .rack = "r" + std::to_string(id)});
        }
        for (const auto& [name, leaders] : topics) {
            auto& topic = response.topics.emplace_back();
            topic.name = name;
            topic.topic_id = topic_id(name);
            for (std::size_t i = 0; i < leaders.size(); ++i) {
                auto& partition = topic.partitions.emplace_back();
                partition.partition_index = static_cast<std::int32_t>(i);
                partition.leader_id = leaders[i].broker;
                partition.leader_epoch = leaders[i].epoch;
                partition.replica_nodes = {leaders[i].broker};
                partition.isr_nodes = {leaders[i].broker};
            }
        }
        return response;
    }
    void teach(Metadata& metadata, Time now) const {
        for (const auto& [name, leaders] : topics) {
            metadata.want(name, now);
        }
        static_cast<void>(metadata.begin(now));
        metadata.update(answer(), now);
    }
};

/// How a batch is made; records are "<offset>" with the key "k".
struct BatchSpec {
    std::int64_t base = 0;
    std::int32_t count = 1;
    wire::Codec codec = wire::Codec::none;
    std::int32_t epoch = 0;
    std::int64_t producer = -1;
    bool transactional = false;
    std::int64_t cover_up_to = -1;        ///< where compaction left a gap at the end
    std::vector<std::int64_t> offsets{};  ///< instead of base..base+count-1
};

inline void add_batch(ByteBuffer& out, const BatchSpec& spec) {
    wire::BatchBuilder builder;
    builder.start(out, {.compression = wire::Compression::of(spec.codec),
                        .base_offset = Offset{spec.base},
                        .leader_epoch = LeaderEpoch{spec.epoch},
                        .producer_id = ProducerId{spec.producer},
                        .producer_epoch =
                            ProducerEpoch{static_cast<std::int16_t>(spec.producer < 0 ? -1 : 0)},
                        .base_sequence = spec.producer < 0 ? -1 : 0,
                        .transactional = spec.transactional});
    auto offsets = spec.offsets;
    if (spec.offsets.empty()) {
        for (std::int32_t i = 0; i < spec.count; ++i) {
            offsets.push_back(spec.base + i);
        }
    }
    for (const std::int64_t offset : offsets) {
        const std::string value = std::to_string(offset);
        const wire::RecordHeader headers[] = {{.key = "h", .value = as_bytes("v")},
                                              {.key = "n", .value = std::nullopt}};
        ignore(builder.append(Offset{offset}, {.timestamp = Timestamp{1000 + offset},
                                               .key = as_bytes("k"),
                                               .value = as_bytes(value),
                                               .headers = headers}),
               "offsets rise");
    }
    if (spec.cover_up_to >= 0) {
        builder.cover_up_to(Offset{spec.cover_up_to});
    }
    ignore(builder.finish(), "it compresses");
}

inline void add_marker(ByteBuffer& out, std::int64_t offset, std::int64_t producer,
                       wire::ControlType type) {
    wire::BatchBuilder builder;
    builder.start(out, {.compression = {},
                        .base_offset = Offset{offset},
                        .leader_epoch = LeaderEpoch{0},
                        .producer_id = ProducerId{producer},
                        .producer_epoch = ProducerEpoch{0},
                        .transactional = true,
                        .control = true});
    const auto key = wire::make_control_key(type);
    const auto value = wire::make_end_transaction_value(0);
    ignore(builder.append(Offset{offset}, {.timestamp = Timestamp{0},
                                           .key = ByteView(key),
                                           .value = ByteView(value),
                                           .headers = {}}),
           "one record");
    ignore(builder.finish(), "it is not compressed");
}

inline std::string offsets_of(const ConsumerRecords& records) {
    std::string text;
    for (const auto& record : records) {
        text += fmt::format("{}{}", text.empty() ? "" : " ", record.offset());
    }
    return text;
}

}  // namespace barnabas::client

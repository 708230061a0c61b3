#pragma once

#include "unit/broker/broker_fixture.h"
#include "wire/messages/describe_log_dirs.h"
#include "wire/messages/fetch.h"
#include "wire/messages/list_offsets.h"
#include "wire/messages/metadata.h"
#include "wire/messages/produce.h"
#include "wire/records/batch_builder.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace barnabas::broker {

inline ErrorCode code(std::int16_t number) {
    return static_cast<ErrorCode>(number);
}

/// To a partition of topic "t".
inline ErrorCode produce_to(BrokerFixture& at, std::int32_t partition,
                            std::string* sentence = nullptr, std::string_view value = "value") {
    ByteBuffer records;
    wire::BatchBuilder builder;
    builder.start(records, {});
    EXPECT_TRUE(builder.append(Offset{0}, {.timestamp = Timestamp{1000},
                                           .key = as_bytes("key"),
                                           .value = as_bytes(value),
                                           .headers = {}}));
    EXPECT_TRUE(builder.finish());
    wire::ProduceRequest request;
    request.acks = -1;
    request.timeout_ms = 1000;
    auto& topic = request.topic_data.emplace_back();
    topic.name = "t";
    auto& data = topic.partition_data.emplace_back();
    data.index = partition;
    data.records = wire::Records(ByteView(records.data(), records.size()));
    const auto response = at.call<wire::ProduceResponse>(request, 12);
    const auto& answer = response.responses.at(0).partition_responses.at(0);
    if (sentence != nullptr) {
        *sentence = answer.error_message.value_or("");
    }
    return code(answer.error_code);
}

/// A broker with two directories and a topic with a partition in each: 0 in /a, 1 in /b.
class TwoDirectories {
public:
    explicit TwoDirectories(const ConfigMap& more = {}) : at_(with_directories(more)) {
        EXPECT_EQ(at_.create_topic("t", 2), ErrorCode::none);
        EXPECT_EQ(produce(0), ErrorCode::none);
        EXPECT_EQ(produce(1), ErrorCode::none);
        EXPECT_TRUE(at_.disk().exists("/a/t-0"));
        EXPECT_TRUE(at_.disk().exists("/b/t-1"));
    }

    [[nodiscard]] BrokerFixture& at() { return at_; }

    ErrorCode produce(std::int32_t partition, std::string* sentence = nullptr,
                      std::string_view value = "value") {
        return produce_to(at_, partition, sentence, value);
    }

    ErrorCode fetch(std::int32_t partition, std::int64_t offset = 0, std::int32_t wait_ms = 0) {
        wire::FetchRequest request;
        request.max_wait_ms = wait_ms;
        request.min_bytes = 1;
        request.max_bytes = 1 << 20;
        auto& topic = request.topics.emplace_back();
        topic.topic = "t";
        auto& asked = topic.partitions.emplace_back();
        asked.partition = partition;
        asked.fetch_offset = offset;
        asked.partition_max_bytes = 1 << 20;
        const auto response = at_.call<wire::FetchResponse>(request, 12);
        return code(response.responses.at(0).partitions.at(0).error_code);
    }

    wire::ListOffsetsResponse::Topic::Partition latest(std::int32_t partition) {
        wire::ListOffsetsRequest request;
        auto& topic = request.topics.emplace_back();
        topic.name = "t";
        auto& asked = topic.partitions.emplace_back();
        asked.partition_index = partition;
        asked.timestamp = -1;
        const auto response = at_.call<wire::ListOffsetsResponse>(request, 7);
        return response.topics.at(0).partitions.at(0);
    }
    ErrorCode list_offset(std::int32_t partition) { return code(latest(partition).error_code); }
    std::int64_t end_offset(std::int32_t partition) { return latest(partition).offset; }

    wire::MetadataResponse::Topic::Partition metadata(std::size_t partition) {
        wire::MetadataRequest request;
        request.topics.reset();
        return at_.call<wire::MetadataResponse>(request).topics.at(0).partitions.at(partition);
    }

    /// By directory.
    std::vector<ErrorCode> directories() {
        wire::DescribeLogDirsRequest request;
        request.topics.reset();
        const auto response = at_.call<wire::DescribeLogDirsResponse>(request);
        std::vector<ErrorCode> codes;
        for (const auto& result : response.results) {
            codes.push_back(code(result.error_code));
        }
        return codes;
    }

private:
    static ConfigMap with_directories(ConfigMap configs) {
        configs["log.dirs"] = "/a,/b";
        configs.emplace("log.retention.ms", "-1");  // the records are of long ago
        return configs;
    }

    BrokerFixture at_;
};

}  // namespace barnabas::broker

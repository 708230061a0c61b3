// The APIs of share coordinators, through a whole broker.
#include "unit/broker/broker_fixture.h"
#include "wire/messages/delete_share_group_state.h"
#include "wire/messages/delete_topics.h"
#include "wire/messages/describe_configs.h"
#include "wire/messages/describe_share_group_offsets.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/initialize_share_group_state.h"
#include "wire/messages/list_offsets.h"
#include "wire/messages/metadata.h"
#include "wire/messages/read_share_group_state.h"
#include "wire/messages/read_share_group_state_summary.h"
#include "wire/messages/share_group_heartbeat.h"
#include "wire/messages/write_share_group_state.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::broker {
namespace {

using namespace wire;
using enum ErrorCode;

constexpr std::int32_t partitions = 20;
constexpr std::int32_t state_partitions = 5;

ErrorCode code(std::int16_t number) {
    return static_cast<ErrorCode>(number);
}

/// A broker of three shards with topic t; nobody has asked for a share coordinator.
class ShareStateTest : public testing::Test {
protected:
    using All = std::map<ErrorCode, int>;

    explicit ShareStateTest(const ConfigMap& configs = {},
                            const runtime::SimulationOptions& simulation = {})
        : at_(with_few_partitions(configs), 3, simulation) {
        EXPECT_EQ(at_.create_topic("t", partitions), none);
        topic_ = metadata("t").topic_id;
    }
    static ConfigMap with_few_partitions(ConfigMap configs) {
        configs.insert(
            {"share.coordinator.state.topic.num.partitions", fmt::format("{}", state_partitions)});
        return configs;
    }

    MetadataResponse::Topic metadata(const std::string& name) {
        MetadataRequest request;
        request.allow_auto_topic_creation = false;
        request.topics.emplace();
        request.topics->emplace_back().name = name;
        return at_.call<MetadataResponse>(request).topics.at(0);
    }
    FindCoordinatorResponse::Coordinator find(const std::string& key) {
        FindCoordinatorRequest request;
        request.key_type = 2;
        request.coordinator_keys = {key};
        return at_.call<FindCoordinatorResponse>(request).coordinators.at(0);
    }
    /// With every partition of t, set by `set(asked)`.
    template <class Request, class Set>
    Request of_all(Set set) {
        Request request;
        request.group_id = "g";
        auto& topic = request.topics.emplace_back();
        topic.topic_id = topic_;
        for (std::int32_t i = 0; i < partitions; ++i) {
            auto& asked = topic.partitions.emplace_back();
            asked.partition = i;
            set(asked);
        }
        return request;
    }
    /// How often each error is in the answers, which are those to all partitions in order.
    template <class Response>
    std::map<ErrorCode, int> errors(const Response& response) {
        std::map<ErrorCode, int> counts;
        EXPECT_EQ(response.results.size(), 1U);
        EXPECT_EQ(response.results.at(0).topic_id, topic_);
        std::int32_t next = 0;
        for (const auto& answer : response.results.at(0).partitions) {
            EXPECT_EQ(answer.partition, next++);
            ++counts[code(answer.error_code)];
        }
        return counts;
    }
    std::map<ErrorCode, int> initialize(std::int32_t state_epoch, std::int64_t start) {
        auto set = [&](auto& asked) {
            asked.state_epoch = state_epoch;
            asked.start_offset = start;
        };
        const auto request = of_all<InitializeShareGroupStateRequest>(set);
        return errors(at_.call<InitializeShareGroupStateResponse>(request));
    }
    std::map<ErrorCode, int> write(std::int32_t state_epoch, std::int16_t version) {
        auto set = [&](auto& asked) {
            asked.state_epoch = state_epoch;
            asked.start_offset = 10;
            asked.delivery_complete_count = version == 0 ? -1 : 3;
            asked.state_batches.push_back({.first_offset = 10 + asked.partition,
                                           .last_offset = 100,
                                           .delivery_state = 2,
                                           .delivery_count = 1,
                                           .unknown_tags = {}});
        };
        const auto request = of_all<WriteShareGroupStateRequest>(set);
        return errors(at_.call<WriteShareGroupStateResponse>(request, version));
    }
    ReadShareGroupStateResponse read(std::int32_t leader_epoch) {
        auto set = [&](auto& asked) { asked.leader_epoch = leader_epoch; };
        return at_.call<ReadShareGroupStateResponse>(of_all<ReadShareGroupStateRequest>(set));
    }
    std::map<ErrorCode, int> summarize() {
        auto nothing = [](auto&) {};
        const auto request = of_all<ReadShareGroupStateSummaryRequest>(nothing);
        return errors(at_.call<ReadShareGroupStateSummaryResponse>(request));
    }
    /// Until all coordinators have loaded.
    void wait_for_coordinators() {
        for (int i = 0; i < 100 && summarize() != All{{none, partitions}}; ++i) {
            at_.wait(20ms);
        }
        EXPECT_EQ(summarize(), (All{{none, partitions}}));
    }
    std::int64_t first_offset_of(std::int32_t partition) {
        ListOffsetsRequest request;
        request.replica_id = -1;
        auto& topic = request.topics.emplace_back();
        topic.name = "__share_group_state";
        auto& asked = topic.partitions.emplace_back();
        asked.partition_index = partition;
        asked.timestamp = -2;
        return at_.call<ListOffsetsResponse>(request, 7).topics.at(0).partitions.at(0).offset;
    }

    BrokerFixture at_;
    Uuid topic_;
};

TEST_F(ShareStateTest, WhoAsksForACoordinatorHasItsTopicMade) {
    EXPECT_EQ(initialize(0, 0), (All{{not_coordinator, partitions}}));
    const auto wrong = find("g");
    EXPECT_EQ(code(wrong.error_code), invalid_request);
    EXPECT_EQ(wrong.node_id, -1);
    EXPECT_NE(wrong.error_message.value_or("").find("'g' is no group:topicId:partition"),
              std::string::npos);
    EXPECT_EQ(code(metadata("__share_group_state").error_code), unknown_topic_or_partition)
        << "that made nothing";

    const auto found = find(fmt::format("g:{}:0", topic_));
    EXPECT_EQ(code(found.error_code), none) << found.error_message.value_or("");
    EXPECT_EQ(found.node_id, 1);
    EXPECT_EQ(found.port, 9092);
    const auto topic = metadata("__share_group_state");
    EXPECT_EQ(code(topic.error_code), none);
    EXPECT_TRUE(topic.is_internal);
    EXPECT_EQ(topic.partitions.size(), std::size_t{state_partitions});

    DescribeConfigsRequest request;
    auto& resource = request.resources.emplace_back();
    resource.resource_type = 2;
    resource.resource_name = "__share_group_state";
    resource.configuration_keys.reset();
    const auto response = at_.call<DescribeConfigsResponse>(request);
    std::map<std::string, std::string> configs;
    for (const auto& config : response.results.at(0).configs) {
        configs[config.name] = config.value.value_or("");
    }
    EXPECT_EQ(configs["cleanup.policy"], "delete");
    EXPECT_EQ(configs["retention.ms"], "-1");
    EXPECT_EQ(configs["compression.type"], "producer");
    EXPECT_EQ(configs["segment.bytes"], "104857600");
    EXPECT_EQ(configs["min.insync.replicas"], "1");
}

TEST_F(ShareStateTest, OneRequestIsForCoordinatorsOnAllShards) {
    find(fmt::format("g:{}:0", topic_));
    wait_for_coordinators();
    EXPECT_EQ(write(1, 1), (All{{invalid_request, partitions}})) << "nothing is initialized";
    EXPECT_EQ(initialize(1, 5), (All{{none, partitions}}));
    EXPECT_EQ(write(1, 1), (All{{none, partitions}}));
    EXPECT_EQ(write(0, 1), (All{{fenced_state_epoch, partitions}}));

    const auto read_back = read(4);
    EXPECT_EQ(errors(read_back), (All{{none, partitions}}));
    for (const auto& answer : read_back.results.at(0).partitions) {
        EXPECT_EQ(answer.state_epoch, 1);
        EXPECT_EQ(answer.start_offset, 10);
        ASSERT_EQ(answer.state_batches.size(), 1U);
        EXPECT_EQ(answer.state_batches[0].first_offset, 10 + answer.partition);
        EXPECT_EQ(answer.state_batches[0].last_offset, 100);
    }
    EXPECT_EQ(errors(read(3)), (All{{fenced_leader_epoch, partitions}}));
    EXPECT_EQ(write(1, 1), (All{{fenced_leader_epoch, partitions}}));

    for (const std::int16_t version : {0, 1}) {
        auto nothing = [](auto&) {};
        const auto request = of_all<ReadShareGroupStateSummaryRequest>(nothing);
        const auto summary = at_.call<ReadShareGroupStateSummaryResponse>(request, version);
        EXPECT_EQ(errors(summary), (All{{none, partitions}}));
        const auto& answer = summary.results.at(0).partitions.at(7);
        EXPECT_EQ(answer.leader_epoch, 4);
        EXPECT_EQ(answer.start_offset, 10);
        EXPECT_EQ(answer.delivery_complete_count, version == 0 ? -1 : 3);
    }
    auto nothing = [](auto&) {};
    const auto remove = of_all<DeleteShareGroupStateRequest>(nothing);
    EXPECT_EQ(errors(at_.call<DeleteShareGroupStateResponse>(remove)), (All{{none, partitions}}));
    EXPECT_EQ(errors(read(9)), (All{{invalid_request, partitions}}));
    EXPECT_EQ(errors(at_.call<DeleteShareGroupStateResponse>(remove)), (All{{none, partitions}}));
}

TEST_F(ShareStateTest, AnOlderWriterDoesNotKnowHowManyAreDone) {
    find(fmt::format("g:{}:0", topic_));
    wait_for_coordinators();
    EXPECT_EQ(initialize(0, 0), (All{{none, partitions}}));
    EXPECT_EQ(write(0, 0), (All{{none, partitions}}));
    auto nothing = [](auto&) {};
    const auto request = of_all<ReadShareGroupStateSummaryRequest>(nothing);
    const auto summary = at_.call<ReadShareGroupStateSummaryResponse>(request, 1);
    EXPECT_EQ(summary.results.at(0).partitions.at(3).delivery_complete_count, -1);
}

TEST_F(ShareStateTest, WhatNamesNobodyIsAnsweredWithNothing) {
    find(fmt::format("g:{}:0", topic_));
    wait_for_coordinators();
    auto nothing = [](auto&) {};
    auto nameless = of_all<ReadShareGroupStateRequest>(nothing);
    nameless.group_id = "";
    EXPECT_TRUE(at_.call<ReadShareGroupStateResponse>(nameless).results.empty());
    WriteShareGroupStateRequest topicless;
    topicless.group_id = "g";
    EXPECT_TRUE(at_.call<WriteShareGroupStateResponse>(topicless).results.empty());
    auto one_empty = of_all<DeleteShareGroupStateRequest>(nothing);
    one_empty.topics.emplace_back().topic_id = topic_;
    EXPECT_TRUE(at_.call<DeleteShareGroupStateResponse>(one_empty).results.empty());
    auto passed_over = of_all<InitializeShareGroupStateRequest>(nothing);
    passed_over.topics.emplace_back().topic_id = topic_;
    EXPECT_EQ(errors(at_.call<InitializeShareGroupStateResponse>(passed_over)),
              (All{{none, partitions}}));
}

/// The group's coordinator asks from inside: it need not know whether share coordinators are there.
TEST_F(ShareStateTest, TheTopicIsMadeForWhoAsksFromInside) {
    FindCoordinatorRequest group;
    group.coordinator_keys = {"g"};
    at_.call<FindCoordinatorResponse>(group);
    ShareGroupHeartbeatRequest join;
    join.group_id = "g";
    join.member_id = "member";
    join.subscribed_topic_names = {"t"};
    auto joined = not_coordinator;
    for (int i = 0; i < 100 && joined != none; ++i) {
        joined = code(at_.call<ShareGroupHeartbeatResponse>(join).error_code);
        at_.wait(20ms);
    }
    ASSERT_EQ(joined, none);
    for (int i = 0; i < 100 && errors(read(0)) != All{{none, partitions}}; ++i) {
        at_.wait(50ms);
    }
    EXPECT_EQ(errors(read(0)), (All{{none, partitions}})) << "all are initialized";
    EXPECT_EQ(metadata("__share_group_state").partitions.size(), std::size_t{state_partitions});

    EXPECT_EQ(initialize(9, 8), (All{{none, partitions}}));
    DescribeShareGroupOffsetsRequest request;
    auto& described = request.groups.emplace_back();
    described.group_id = "g";
    described.topics.emplace();
    auto& topic = described.topics->emplace_back();
    topic.topic_name = "t";
    topic.partitions = {3, 1, 2};
    const auto response = at_.call<DescribeShareGroupOffsetsResponse>(request);
    ASSERT_EQ(response.groups.at(0).topics.size(), 1U);
    std::string text;
    for (const auto& answer : response.groups[0].topics[0].partitions) {
        text += fmt::format("{}@{} ", answer.partition_index, answer.start_offset);
    }
    EXPECT_EQ(text, "3@8 1@8 2@8 ");
}

/// A sync takes 10 ms.
class ShareStateSyncTest : public ShareStateTest {
protected:
    ShareStateSyncTest()
        : ShareStateTest({{"share.coordinator.state.topic.num.partitions", "1"}},
                         {.network_delay = {50us, 50us}, .blocking_delay = {10ms, 10ms}}) {}
};

/// They are of one coordinator's partition, each of another share partition.
TEST_F(ShareStateSyncTest, WritesThatComeTogetherShareOneSync) {
    find(fmt::format("g:{}:0", topic_));
    wait_for_coordinators();
    EXPECT_EQ(initialize(1, 0), (All{{none, partitions}}));
    std::vector<WriteShareGroupStateRequest> writes;
    for (std::int32_t i = 0; i < 3 * partitions; ++i) {
        auto& write = writes.emplace_back();
        write.group_id = "g";
        auto& topic = write.topics.emplace_back();
        topic.topic_id = topic_;
        auto& asked = topic.partitions.emplace_back();
        asked.partition = i % partitions;
        asked.state_epoch = 1;
        asked.start_offset = i;
    }
    const auto began = at_.simulation().clock().now();
    const auto answers = at_.call_together<WriteShareGroupStateResponse>(writes);
    const auto took = at_.simulation().clock().now() - began;
    ASSERT_EQ(answers.size(), writes.size());
    for (const auto& answer : answers) {
        EXPECT_EQ(code(answer.results.at(0).partitions.at(0).error_code), none);
    }
    EXPECT_GE(took, 10ms) << "it was acknowledged before it was on the medium";
    EXPECT_LT(took, 35ms) << "one that was under way, and one for all that came meanwhile";
}

class ShareStateUpkeepTest : public ShareStateTest {
protected:
    ShareStateUpkeepTest()
        : ShareStateTest({{"share.coordinator.cold.partition.snapshot.interval.ms", "1000"},
                          {"share.coordinator.state.topic.prune.interval.ms", "1000"},
                          {"share.coordinator.snapshot.update.records.per.snapshot", "2"}}) {}
    std::int64_t pruned() {
        std::int64_t sum = 0;
        for (std::int32_t i = 0; i < state_partitions; ++i) {
            sum += first_offset_of(i);
        }
        return sum;
    }
};

TEST_F(ShareStateUpkeepTest, TheLogBeginsWhereTheOldestSnapshotIs) {
    find(fmt::format("g:{}:0", topic_));
    wait_for_coordinators();
    EXPECT_EQ(initialize(0, 0), (All{{none, partitions}}));
    for (int i = 0; i < 4; ++i) {
        EXPECT_EQ(write(0, 1), (All{{none, partitions}}));
    }
    EXPECT_EQ(pruned(), 0);
    at_.wait(5s);
    EXPECT_GE(pruned(), 3 * partitions) << "two updates and the first snapshot of each";
    const auto answer = read(0);
    EXPECT_EQ(errors(answer), (All{{none, partitions}}));
    EXPECT_EQ(answer.results.at(0).partitions.at(19).state_batches.at(0).first_offset, 29);
}

TEST_F(ShareStateUpkeepTest, StatesOfATopicThatIsDeletedGoToo) {
    find(fmt::format("g:{}:0", topic_));
    wait_for_coordinators();
    EXPECT_EQ(initialize(0, 0), (All{{none, partitions}}));
    DeleteTopicsRequest request;
    request.topics.emplace_back().name = "t";
    request.timeout_ms = 10'000;
    EXPECT_EQ(code(at_.call<DeleteTopicsResponse>(request).responses.at(0).error_code), none);
    EXPECT_EQ(summarize(), (All{{unknown_topic_or_partition, partitions}}));
    at_.wait(5s);
    EXPECT_GE(pruned(), partitions) << "tombstones stand behind what the log began with";
}

}  // namespace
}  // namespace barnabas::broker

// The APIs of consumer groups, through a whole broker.
#include "unit/broker/broker_fixture.h"
#include "wire/messages/consumer_group_describe.h"
#include "wire/messages/consumer_group_heartbeat.h"
#include "wire/messages/delete_groups.h"
#include "wire/messages/delete_topics.h"
#include "wire/messages/describe_groups.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/heartbeat.h"
#include "wire/messages/join_group.h"
#include "wire/messages/leave_group.h"
#include "wire/messages/list_groups.h"
#include "wire/messages/metadata.h"
#include "wire/messages/offset_commit.h"
#include "wire/messages/offset_delete.h"
#include "wire/messages/offset_fetch.h"
#include "wire/messages/sync_group.h"
#include "wire/messages/txn_offset_commit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::broker {
namespace {

using namespace wire;

ErrorCode code(std::int16_t number) {
    return static_cast<ErrorCode>(number);
}

constexpr auto no_coordinator = ErrorCode::not_coordinator;  // as Kafka before there is a topic

template <class Request>
Request of_group(const std::string& group) {
    Request request;
    request.group_id = group;
    return request;
}

template <class Request>
Request commit_of(const std::string& group, const std::string& topic) {
    auto request = of_group<Request>(group);
    auto& asked = request.topics.emplace_back();
    asked.name = topic;
    asked.partitions.emplace_back().committed_offset = 5;
    return request;
}

/// Asks for the coordinator until it is there: the first one makes the topic.
void find_coordinator(BrokerFixture& at, const std::string& group) {
    FindCoordinatorRequest request;
    request.coordinator_keys = {group};
    for (int i = 0; i < 100; ++i) {
        const auto response = at.call<FindCoordinatorResponse>(request);
        if (response.coordinators.at(0).error_code == 0) {
            break;
        }
        at.wait(100ms);
    }
    for (int i = 0; i < 100; ++i) {
        const auto listed = at.call<ListGroupsResponse>(ListGroupsRequest());
        if (listed.error_code == 0) {
            return;
        }
        at.wait(100ms);
    }
    ADD_FAILURE() << "no coordinator";
}

/// Each version has another place for the error, or none.
TEST(Groups, WithoutACoordinatorEveryVersionSaysSo) {
    BrokerFixture at;
    ASSERT_EQ(at.create_topic("t"), ErrorCode::none);
    for (std::int16_t v = 0; v <= JoinGroupRequest::versions.last; ++v) {
        const auto response = at.call<JoinGroupResponse>(of_group<JoinGroupRequest>("g"), v);
        EXPECT_EQ(code(response.error_code), no_coordinator);
        EXPECT_EQ(response.protocol_name.has_value(), v < 7);
    }
    for (std::int16_t v = 0; v <= SyncGroupRequest::versions.last; ++v) {
        const auto response = at.call<SyncGroupResponse>(of_group<SyncGroupRequest>("g"), v);
        EXPECT_EQ(code(response.error_code),
                  v < 5 ? no_coordinator : ErrorCode::inconsistent_group_protocol);
    }
    for (std::int16_t v = 0; v <= HeartbeatRequest::versions.last; ++v) {
        const auto response = at.call<HeartbeatResponse>(of_group<HeartbeatRequest>("g"), v);
        EXPECT_EQ(code(response.error_code), no_coordinator);
    }
    for (std::int16_t v = 0; v <= LeaveGroupRequest::versions.last; ++v) {
        const auto response = at.call<LeaveGroupResponse>(of_group<LeaveGroupRequest>("g"), v);
        EXPECT_EQ(code(response.error_code), no_coordinator);
    }
    for (std::int16_t v = 0; v <= 9; ++v) {
        const auto response =
            at.call<OffsetCommitResponse>(commit_of<OffsetCommitRequest>("g", "t"), v);
        EXPECT_EQ(code(response.topics.at(0).partitions.at(0).error_code), no_coordinator);
    }
    for (std::int16_t v = 0; v <= 5; ++v) {
        const auto response =
            at.call<TxnOffsetCommitResponse>(commit_of<TxnOffsetCommitRequest>("g", "t"), v);
        EXPECT_EQ(code(response.topics.at(0).partitions.at(0).error_code), no_coordinator);
    }
    OffsetDeleteRequest of_offsets{.group_id = "g", .topics = {{.name = "t", .partitions = {{0}}}}};
    EXPECT_EQ(code(at.call<OffsetDeleteResponse>(of_offsets).error_code), no_coordinator);
}

TEST(Groups, AFetchWithoutACoordinatorHasItsErrorWhereThereIsRoom) {
    BrokerFixture at;
    for (std::int16_t v = 0; v < 8; ++v) {
        auto request = of_group<OffsetFetchRequest>("g");
        auto& topic = request.topics->emplace_back();
        topic.name = "t";
        topic.partition_indexes = {0, 3};
        const auto response = at.call<OffsetFetchResponse>(request, v);
        EXPECT_EQ(code(response.error_code), v < 2 ? ErrorCode::none : no_coordinator);
        ASSERT_EQ(response.topics.size(), v < 2 ? 1U : 0U);
        for (const auto& answer : response.topics) {
            ASSERT_EQ(answer.partitions.size(), 2U);
            EXPECT_EQ(answer.name, "t");
            EXPECT_EQ(answer.partitions[1].partition_index, 3);
            EXPECT_EQ(code(answer.partitions[1].error_code), no_coordinator);
            EXPECT_EQ(answer.partitions[1].committed_offset, -1);
        }
    }
    for (std::int16_t v = 8; v <= OffsetFetchRequest::versions.last; ++v) {
        OffsetFetchRequest request;
        request.groups.resize(2);
        request.groups[0].group_id = "g";
        request.groups[1].group_id = "h";
        request.groups[1].topics.reset();
        const auto response = at.call<OffsetFetchResponse>(request, v);
        ASSERT_EQ(response.groups.size(), 2U);
        EXPECT_EQ(response.groups[1].group_id, "h");
        EXPECT_EQ(code(response.groups[0].error_code), no_coordinator);
        EXPECT_EQ(code(response.groups[1].error_code), no_coordinator);
    }
}

TEST(Groups, WhoAdministersWithoutACoordinatorIsToldForEachGroup) {
    BrokerFixture at;
    EXPECT_EQ(at.call<ListGroupsResponse>(ListGroupsRequest()).error_code, 0);
    DescribeGroupsRequest describe;
    describe.groups = {"g", "h", "g"};
    describe.include_authorized_operations = true;
    for (std::int16_t v = 0; v <= DescribeGroupsRequest::versions.last; ++v) {
        const auto groups = at.call<DescribeGroupsResponse>(describe, v).groups;
        ASSERT_EQ(groups.size(), 3U);
        EXPECT_EQ(groups[1].group_id, "h");
        EXPECT_EQ(code(groups[1].error_code), no_coordinator);
        EXPECT_EQ(groups[1].error_message.has_value(), v >= 6);
        EXPECT_EQ(groups[1].authorized_operations, std::numeric_limits<std::int32_t>::min());
    }
    ConsumerGroupDescribeRequest consumer;
    consumer.group_ids = {"", "g"};
    const auto described = at.call<ConsumerGroupDescribeResponse>(consumer).groups;
    ASSERT_EQ(described.size(), 2U);
    EXPECT_EQ(code(described[0].error_code), ErrorCode::invalid_group_id);
    EXPECT_EQ(code(described[1].error_code), no_coordinator);
    DeleteGroupsRequest remove;
    remove.groups_names = {"b", "a", "b"};
    for (std::int16_t v = 0; v <= DeleteGroupsRequest::versions.last; ++v) {
        const auto results = at.call<DeleteGroupsResponse>(remove, v).results;
        ASSERT_EQ(results.size(), 2U) << "each once";
        EXPECT_EQ(results[0].group_id, "b");
        EXPECT_EQ(code(results[0].error_code), no_coordinator);
        EXPECT_EQ(results[0].error_message.has_value(), v >= 3);
    }
}

TEST(Groups, WhatIsNotThereIsRefusedBeforeAnybodyIsAsked) {
    BrokerFixture at;
    const auto by_name =
        at.call<OffsetCommitResponse>(commit_of<OffsetCommitRequest>("g", "none"), 9);
    EXPECT_EQ(code(by_name.topics.at(0).partitions.at(0).error_code),
              ErrorCode::unknown_topic_or_partition);
    const auto by_id = at.call<OffsetCommitResponse>(commit_of<OffsetCommitRequest>("g", ""), 10);
    EXPECT_EQ(code(by_id.topics.at(0).partitions.at(0).error_code), ErrorCode::unknown_topic_id);
    const auto transactional =
        at.call<TxnOffsetCommitResponse>(commit_of<TxnOffsetCommitRequest>("g", ""), 6);
    EXPECT_EQ(code(transactional.topics.at(0).partitions.at(0).error_code),
              ErrorCode::unknown_topic_id);
    EXPECT_TRUE(at.call<OffsetCommitResponse>(of_group<OffsetCommitRequest>("g")).topics.empty());
}

TEST(Groups, ManyGroupsOfOneRequestAreAskedOnTheirShards) {
    BrokerFixture at({{"offsets.topic.num.partitions", "7"}}, 3);
    ASSERT_EQ(at.create_topic("t"), ErrorCode::none);
    find_coordinator(at, "g");
    constexpr std::size_t count = 200;
    OffsetFetchRequest fetch;
    DeleteGroupsRequest remove;
    for (std::size_t i = 0; i < count; ++i) {
        const auto group = "g" + std::to_string(i);
        auto commit = commit_of<OffsetCommitRequest>(group, "t");
        commit.topics[0].partitions[0].committed_offset = static_cast<std::int64_t>(i);
        const auto committed = at.call<OffsetCommitResponse>(commit, 9);
        ASSERT_EQ(committed.topics.at(0).partitions.at(0).error_code, 0) << group;
        fetch.groups.emplace_back().group_id = group;
        fetch.groups.back().topics.reset();
        remove.groups_names.push_back(group);
    }
    const auto fetched = at.call<OffsetFetchResponse>(fetch, 9);
    ASSERT_EQ(fetched.groups.size(), count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto& group = fetched.groups[i];
        EXPECT_EQ(group.group_id, "g" + std::to_string(i));
        ASSERT_EQ(group.topics.size(), 1U);
        EXPECT_EQ(group.topics[0].partitions.at(0).committed_offset, static_cast<std::int64_t>(i));
    }
    std::set<std::string> listed;
    for (const auto& group : at.call<ListGroupsResponse>(ListGroupsRequest()).groups) {
        EXPECT_TRUE(listed.insert(group.group_id).second);
    }
    EXPECT_EQ(listed.size(), count);
    for (const auto& result : at.call<DeleteGroupsResponse>(remove).results) {
        EXPECT_EQ(result.error_code, 0) << result.group_id;
    }
    EXPECT_TRUE(at.call<ListGroupsResponse>(ListGroupsRequest()).groups.empty());
}

TEST(Groups, OffsetsOfAnEarlierTopicOfTheNameAreNotGivenOut) {
    BrokerFixture at;
    ASSERT_EQ(at.create_topic("t", 2), ErrorCode::none);
    find_coordinator(at, "g");
    const auto committed =
        at.call<OffsetCommitResponse>(commit_of<OffsetCommitRequest>("g", "t"), 9);
    ASSERT_EQ(committed.topics.at(0).partitions.at(0).error_code, 0);
    DeleteTopicsRequest remove;
    remove.topic_names = {"t"};
    remove.timeout_ms = 10'000;
    ASSERT_EQ(at.call<DeleteTopicsResponse>(remove, 5).responses.at(0).error_code, 0);
    ASSERT_EQ(at.create_topic("t", 2), ErrorCode::none);
    for (const bool all : {true, false}) {
        OffsetFetchRequest fetch;
        auto& group = fetch.groups.emplace_back();
        group.group_id = "g";
        if (all) {
            group.topics.reset();
        } else {
            auto& topic = group.topics->emplace_back();
            topic.name = "t";
            topic.partition_indexes = {0};
        }
        const auto fetched = at.call<OffsetFetchResponse>(fetch, 9).groups.at(0);
        EXPECT_EQ(fetched.error_code, 0);
        for (const auto& topic : fetched.topics) {
            EXPECT_EQ(topic.partitions.at(0).committed_offset, -1);
        }
        EXPECT_EQ(fetched.topics.size(), all ? 0U : 1U);
    }
}

std::optional<std::int64_t> offset_of(BrokerFixture& at, const std::string& group) {
    OffsetFetchRequest fetch;
    fetch.groups.emplace_back().group_id = group;
    fetch.groups.back().topics.reset();
    const auto fetched = at.call<OffsetFetchResponse>(fetch, 9).groups.at(0);
    EXPECT_EQ(fetched.error_code, 0);
    return fetched.topics.empty()
               ? std::nullopt
               : std::optional(fetched.topics[0].partitions.at(0).committed_offset);
}

std::vector<std::string> groups_listed(BrokerFixture& at) {
    std::vector<std::string> groups;
    for (const auto& group : at.call<ListGroupsResponse>(ListGroupsRequest()).groups) {
        groups.push_back(group.group_id);
    }
    return groups;
}

/// In time, without anybody asking; the group, which has nothing left, goes too. The next start
/// does not find them again.
TEST(Groups, OffsetsExpireWithTheirGroup) {
    BrokerFixture at(
        {{"offsets.retention.minutes", "2"}, {"offsets.retention.check.interval.ms", "5000"}});
    ASSERT_EQ(at.create_topic("t"), ErrorCode::none);
    find_coordinator(at, "old");
    const auto commit = [&at](const std::string& group) {
        const auto answer =
            at.call<OffsetCommitResponse>(commit_of<OffsetCommitRequest>(group, "t"), 9);
        EXPECT_EQ(answer.topics.at(0).partitions.at(0).error_code, 0);
    };
    commit("old");
    at.wait(60s);
    commit("young");
    at.wait(59s);
    EXPECT_EQ(offset_of(at, "old"), 5) << "a second is left";
    at.wait(7s);
    EXPECT_EQ(offset_of(at, "old"), std::nullopt);
    EXPECT_EQ(groups_listed(at), std::vector<std::string>{"young"});
    EXPECT_EQ(offset_of(at, "young"), 5);
    at.wait(60s);
    EXPECT_TRUE(groups_listed(at).empty());
}

using Beat = ConsumerGroupHeartbeatRequest;

Beat joining(const std::string& member) {
    auto beat = of_group<Beat>("g");
    beat.member_id = member;
    beat.rebalance_timeout_ms = 60'000;
    beat.topic_partitions.emplace();
    return beat;
}

/// A member of the consumer protocol that takes what it is given.
class Reader {
public:
    Reader(BrokerFixture& at, Beat first) : at_(at) { take(std::move(first)); }

    void beat() {
        auto next = of_group<Beat>("g");
        next.member_id = id_;
        next.member_epoch = epoch_;
        take(std::move(next));
    }
    /// The names and numbers of what it has; what it is to give up it gives up.
    [[nodiscard]] const std::set<std::string>& has() const { return has_; }
    [[nodiscard]] std::int32_t epoch() const { return epoch_; }
    [[nodiscard]] std::int32_t interval_ms() const { return interval_ms_; }

private:
    void take(Beat beat) {
        id_ = beat.member_id;
        const auto reply = at_.call<ConsumerGroupHeartbeatResponse>(beat);
        ASSERT_EQ(code(reply.error_code), ErrorCode::none) << reply.error_message.value_or("");
        epoch_ = reply.member_epoch;
        interval_ms_ = reply.heartbeat_interval_ms;
        if (!reply.assignment) {
            return;
        }
        has_.clear();
        auto owned = of_group<Beat>("g");
        owned.member_id = id_;
        owned.member_epoch = epoch_;
        owned.topic_partitions.emplace();
        for (const auto& topic : reply.assignment->topic_partitions) {
            owned.topic_partitions->push_back(
                {.topic_id = topic.topic_id, .partitions = topic.partitions, .unknown_tags = {}});
            for (const auto number : topic.partitions) {
                has_.insert(name_of(topic.topic_id) + "-" + std::to_string(number));
            }
        }
        const auto told = at_.call<ConsumerGroupHeartbeatResponse>(owned);
        EXPECT_EQ(code(told.error_code), ErrorCode::none) << told.error_message.value_or("");
        epoch_ = told.member_epoch;
    }
    std::string name_of(const Uuid& id) {
        MetadataRequest request;
        request.topics.reset();
        for (const auto& topic : at_.call<MetadataResponse>(request).topics) {
            if (topic.topic_id == id) {
                return topic.name.value_or("");
            }
        }
        return "?";
    }

    BrokerFixture& at_;
    std::string id_;
    std::int32_t epoch_ = 0;
    std::int32_t interval_ms_ = 0;
    std::set<std::string> has_;
};

using Partitions = std::set<std::string>;

/// RE2's, on the broker (KIP-848): also topics that come later, within 10 s.
TEST(Groups, ARegularExpressionIsEvaluatedByTheBroker) {
    BrokerFixture at;
    for (const auto* const topic : {"orders.eu", "orders", "orders.us.old", "other"}) {
        ASSERT_EQ(at.create_topic(topic), ErrorCode::none);
    }
    find_coordinator(at, "g");
    auto first = joining("m");
    first.subscribed_topic_regex = R"(orders\.[a-z]{2})";
    Reader reader(at, first);
    EXPECT_EQ(reader.has(), Partitions{"orders.eu-0"}) << "whole names";
    ASSERT_EQ(at.create_topic("orders.us", 2), ErrorCode::none);
    ASSERT_EQ(at.create_topic("orders-us"), ErrorCode::none);
    for (int i = 0; i < 4; ++i) {
        at.wait(3s);
        reader.beat();
    }
    EXPECT_EQ(reader.has(), (Partitions{"orders.eu-0", "orders.us-0", "orders.us-1"}));
    DeleteTopicsRequest remove;
    remove.topic_names = {"orders.eu"};
    remove.timeout_ms = 10'000;
    ASSERT_EQ(at.call<DeleteTopicsResponse>(remove, 5).responses.at(0).error_code, 0);
    for (int i = 0; i < 4; ++i) {
        at.wait(3s);
        reader.beat();
    }
    EXPECT_EQ(reader.has(), (Partitions{"orders.us-0", "orders.us-1"}));

    auto wrong = joining("w");
    wrong.subscribed_topic_regex = "orders(";
    const auto refused = at.call<ConsumerGroupHeartbeatResponse>(wrong);
    EXPECT_EQ(code(refused.error_code), ErrorCode::invalid_regular_expression);
    EXPECT_THAT(refused.error_message.value_or(""), testing::HasSubstr("orders("));
}

/// Members who come one after the other cost one assignment (group.consumer.assignment.interval.ms,
/// KIP-1263); the first does not wait.
TEST(Groups, AssignmentsAreComputedTogether) {
    BrokerFixture at({{"group.consumer.assignment.interval.ms", "10000"}});
    ASSERT_EQ(at.create_topic("t", 3), ErrorCode::none);
    find_coordinator(at, "g");
    const auto reads_t = [](const std::string& member) {
        auto beat = joining(member);
        beat.subscribed_topic_names = std::vector<std::string>{"t"};
        return beat;
    };
    Reader one(at, reads_t("one"));
    EXPECT_EQ(one.has().size(), 3U);
    const auto epoch = one.epoch();
    Reader two(at, reads_t("two"));
    Reader three(at, reads_t("three"));
    for (int i = 0; i < 3; ++i) {
        at.wait(3s);
        for (auto* const member : {&one, &two, &three}) {
            member->beat();
        }
    }
    EXPECT_EQ(one.epoch(), epoch) << "9 s";
    EXPECT_TRUE(two.has().empty() && three.has().empty());
    for (int i = 0; i < 3; ++i) {
        at.wait(1s);
        for (auto* const member : {&one, &two, &three}) {
            member->beat();
        }
    }
    EXPECT_EQ(one.epoch(), epoch + 2) << "both came, and one assignment was computed";
    for (const auto* const member : {&one, &two, &three}) {
        EXPECT_EQ(member->has().size(), 1U);
        EXPECT_EQ(member->epoch(), one.epoch());
    }
}

TEST(Groups, TheConsumerProtocolCanBeLeftOut) {
    BrokerFixture at({{"group.coordinator.rebalance.protocols", "classic"}});
    ConsumerGroupHeartbeatRequest beat;
    beat.group_id = "g";
    const auto refused = at.call<ConsumerGroupHeartbeatResponse>(beat);
    EXPECT_EQ(code(refused.error_code), ErrorCode::unsupported_version);
    EXPECT_THAT(refused.error_message.value_or(""),
                testing::HasSubstr("group.coordinator.rebalance.protocols"));
    ConsumerGroupDescribeRequest describe;
    describe.group_ids = {"g"};
    EXPECT_EQ(code(at.call<ConsumerGroupDescribeResponse>(describe).groups.at(0).error_code),
              ErrorCode::unsupported_version);
}

}  // namespace
}  // namespace barnabas::broker

// The APIs of share groups' members and administrators, through a whole broker.
#include "unit/broker/broker_fixture.h"
#include "wire/messages/alter_share_group_offsets.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/delete_groups.h"
#include "wire/messages/delete_share_group_offsets.h"
#include "wire/messages/describe_share_group_offsets.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/list_groups.h"
#include "wire/messages/share_group_describe.h"
#include "wire/messages/share_group_heartbeat.h"
#include "wire/messages/update_features.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace barnabas::broker {
namespace {

using namespace wire;
using ::testing::HasSubstr;

ErrorCode code(std::int16_t number) {
    return static_cast<ErrorCode>(number);
}

ShareGroupHeartbeatRequest beat_of(std::int32_t epoch) {
    ShareGroupHeartbeatRequest request;
    request.group_id = "g";
    request.member_id = "m";
    request.member_epoch = epoch;
    if (epoch == 0) {
        request.subscribed_topic_names = {"t"};
    }
    return request;
}

/// The member joins, and goes on until it has so many partitions; its epoch.
std::int32_t join(BrokerFixture& at, std::size_t partitions) {
    FindCoordinatorRequest find;
    find.coordinator_keys = {"g"};
    std::int32_t epoch = 0;
    for (int i = 0; i < 200; ++i) {
        (void)at.call<FindCoordinatorResponse>(find);
        const auto reply = at.call<ShareGroupHeartbeatResponse>(beat_of(epoch));
        if (code(reply.error_code) == ErrorCode::none) {
            epoch = reply.member_epoch;
            if (reply.assignment && !reply.assignment->topic_partitions.empty() &&
                reply.assignment->topic_partitions[0].partitions.size() == partitions) {
                return epoch;
            }
        }
        at.wait(100ms);
    }
    ADD_FAILURE() << "the member has not got its partitions";
    return epoch;
}

void leave(BrokerFixture& at) {
    EXPECT_EQ(at.call<ShareGroupHeartbeatResponse>(beat_of(-1)).error_code, 0);
}

DescribeShareGroupOffsetsResponse::Group offsets(BrokerFixture& at) {
    DescribeShareGroupOffsetsRequest request;
    auto& group = request.groups.emplace_back();
    group.group_id = "g";
    group.topics.reset();
    return at.call<DescribeShareGroupOffsetsResponse>(request).groups.at(0);
}

AlterShareGroupOffsetsResponse alter(BrokerFixture& at, std::int32_t number, std::int64_t offset) {
    AlterShareGroupOffsetsRequest request;
    request.group_id = "g";
    auto& topic = request.topics.emplace_back();
    topic.topic_name = "t";
    auto& partition = topic.partitions.emplace_back();
    partition.partition_index = number;
    partition.start_offset = offset;
    return at.call<AlterShareGroupOffsetsResponse>(request);
}

DeleteShareGroupOffsetsResponse forget(BrokerFixture& at, const std::string& topic) {
    DeleteShareGroupOffsetsRequest request;
    request.group_id = "g";
    request.topics.emplace_back().topic_name = topic;
    return at.call<DeleteShareGroupOffsetsResponse>(request);
}

ErrorCode remove(BrokerFixture& at) {
    DeleteGroupsRequest request;
    request.groups_names = {"g"};
    return code(at.call<DeleteGroupsResponse>(request).results.at(0).error_code);
}

std::vector<std::string> listed(BrokerFixture& at) {
    ListGroupsRequest request;
    request.types_filter = {"Share"};
    std::vector<std::string> groups;
    for (const auto& group : at.call<ListGroupsResponse>(request).groups) {
        groups.push_back(group.group_id + " " + group.group_state);
    }
    return groups;
}

TEST(ShareGroups, AGroupLivesAndDies) {
    BrokerFixture at;
    ASSERT_EQ(at.create_topic("t", 2), ErrorCode::none);
    join(at, 2);
    EXPECT_EQ(listed(at), std::vector<std::string>{"g Stable"});
    ShareGroupDescribeRequest describe;
    describe.group_ids = {"g", "", "none"};
    describe.include_authorized_operations = true;
    const auto described = at.call<ShareGroupDescribeResponse>(describe);
    EXPECT_EQ(described.groups.at(0).members.at(0).client_host.front(), '/');
    EXPECT_GT(described.groups.at(0).authorized_operations, 0);
    EXPECT_EQ(code(described.groups.at(1).error_code), ErrorCode::invalid_group_id);
    EXPECT_EQ(code(described.groups.at(2).error_code), ErrorCode::group_id_not_found);

    EXPECT_EQ(code(alter(at, 0, 0).error_code), ErrorCode::non_empty_group);
    EXPECT_EQ(code(forget(at, "t").error_code), ErrorCode::non_empty_group);
    EXPECT_EQ(remove(at), ErrorCode::non_empty_group);
    leave(at);
    auto altered = alter(at, 1, 0);
    EXPECT_EQ(altered.error_code, 0);
    EXPECT_EQ(altered.responses.at(0).partitions.at(0).error_code, 0);
    altered = alter(at, 7, 0);
    EXPECT_EQ(code(altered.responses.at(0).partitions.at(0).error_code),
              ErrorCode::unknown_topic_or_partition);

    auto told = offsets(at);
    ASSERT_EQ(told.topics.size(), 1U);
    ASSERT_EQ(told.topics[0].partitions.size(), 2U);
    EXPECT_EQ(told.topics[0].partitions[0].start_offset, -1);
    EXPECT_EQ(told.topics[0].partitions[0].lag, -1);
    EXPECT_EQ(told.topics[0].partitions[1].start_offset, 0);
    EXPECT_EQ(told.topics[0].partitions[1].lag, 0);

    EXPECT_EQ(forget(at, "t").responses.at(0).error_code, 0);
    EXPECT_EQ(code(forget(at, "t").responses.at(0).error_code),
              ErrorCode::unknown_topic_or_partition);
    EXPECT_TRUE(offsets(at).topics.empty());
    EXPECT_EQ(remove(at), ErrorCode::none);
    EXPECT_EQ(remove(at), ErrorCode::group_id_not_found);
    EXPECT_EQ(code(offsets(at).error_code), ErrorCode::none) << "as Kafka has it";
    EXPECT_TRUE(offsets(at).topics.empty());
    EXPECT_TRUE(listed(at).empty());
}

TEST(ShareGroups, OffsetsOfNamedTopicsAreToldWithoutAGroupToo) {
    BrokerFixture at;
    ASSERT_EQ(at.create_topic("t", 1), ErrorCode::none);
    join(at, 1);
    DescribeShareGroupOffsetsRequest request;
    auto& group = request.groups.emplace_back();
    group.group_id = "nobody";
    group.topics.emplace();
    group.topics->push_back({.topic_name = "t", .partitions = {0}, .unknown_tags = {}});
    group.topics->push_back({.topic_name = "none", .partitions = {3}, .unknown_tags = {}});
    for (std::int16_t v = 0; v <= DescribeShareGroupOffsetsRequest::versions.last; ++v) {
        const auto told = at.call<DescribeShareGroupOffsetsResponse>(request, v).groups.at(0);
        EXPECT_EQ(told.error_code, 0);
        ASSERT_EQ(told.topics.size(), 2U);
        for (const auto& topic : told.topics) {
            EXPECT_EQ(topic.partitions.at(0).start_offset, -1) << topic.topic_name;
            EXPECT_EQ(topic.partitions.at(0).error_code, 0) << topic.topic_name;
        }
    }
}

TEST(ShareGroups, WithoutTheFeatureNothingIsServedOrAdvertised) {
    BrokerFixture at;
    UpdateFeaturesRequest off;
    off.timeout_ms = 10'000;
    auto& update = off.feature_updates.emplace_back();
    update.feature = "share.version";
    update.max_version_level = 0;
    update.upgrade_type = 2;
    EXPECT_EQ(at.call<UpdateFeaturesResponse>(off).error_code, 0);
    const auto reply = at.call<ShareGroupHeartbeatResponse>(beat_of(0));
    EXPECT_EQ(code(reply.error_code), ErrorCode::unsupported_version);
    EXPECT_THAT(reply.error_message.value_or(""), HasSubstr("share.version"));
    EXPECT_EQ(code(offsets(at).error_code), ErrorCode::unsupported_version);
    EXPECT_EQ(code(alter(at, 0, 0).error_code), ErrorCode::unsupported_version);
    EXPECT_EQ(code(forget(at, "t").error_code), ErrorCode::unsupported_version);
    ApiVersionsRequest versions;
    versions.client_software_name = "t";
    versions.client_software_version = "1";
    const auto advertised = at.call<ApiVersionsResponse>(versions, 4);
    for (const auto& api : advertised.api_keys) {
        EXPECT_TRUE(api.api_key < 76 || api.api_key > 79) << api.api_key;
        EXPECT_TRUE(api.api_key < 83 || api.api_key > 92) << api.api_key;
    }
}

}  // namespace
}  // namespace barnabas::broker

#include "client/admin/keyed_operation.h"

#include "client/admin/plans.h"
#include "unit/client/admin/play.h"
#include "wire/messages/delete_records.h"
#include "wire/messages/describe_log_dirs.h"
#include "wire/messages/list_offsets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace barnabas::client::admin_api {
namespace {

using admin::OffsetSpec;
using testing::HasSubstr;
using wire::DeleteRecordsRequest;
using wire::DeleteRecordsResponse;
using wire::ListOffsetsRequest;
using wire::ListOffsetsResponse;
using wire::MetadataRequest;

using Specs = std::map<TopicPartition, OffsetSpec>;

/// Offset 10 * partition + 1 for what was asked, or this error.
ListOffsetsResponse offsets_for(const ListOffsetsRequest& request,
                                ErrorCode code = ErrorCode::none) {
    ListOffsetsResponse response;
    for (const auto& asked : request.topics) {
        auto& topic = response.topics.emplace_back();
        topic.name = asked.name;
        for (const auto& partition : asked.partitions) {
            auto& told = topic.partitions.emplace_back();
            told.partition_index = partition.partition_index;
            told.error_code = static_cast<std::int16_t>(code);
            told.offset = 10 * partition.partition_index + 1;
            told.leader_epoch = 5;
        }
    }
    return response;
}

auto latest_of(std::vector<std::int32_t> partitions, Settings settings = {}) {
    Specs specs;
    for (const std::int32_t number : partitions) {
        specs.emplace(partition("t", number), OffsetSpec::latest());
    }
    return list_offsets_plan(std::move(specs), {}, settings);
}

TEST(KeyedOperation, AsksAllPartitionsOfOneLeaderTogetherAndMergesWhatComes) {
    Play play(latest_of({0, 1, 2, 3}));
    const auto lookup = play.sent<MetadataRequest>();
    EXPECT_EQ(lookup->to(), no_broker);
    EXPECT_EQ(lookup->request.topics->size(), 1U) << "a topic is looked up once";
    EXPECT_FALSE(lookup->request.allow_auto_topic_creation);
    play.answer(lookup, with_topic("t", {1, 2, 1, 3}));

    ASSERT_EQ(play.waiting(), 3U);
    const std::int32_t brokers[] = {1, 2, 3};
    const std::size_t partitions[] = {2, 1, 1};
    for (int i = 0; i < 3; ++i) {
        const auto request = play.sent<ListOffsetsRequest>();
        EXPECT_EQ(request->to(), BrokerId{brokers[i]});
        EXPECT_EQ(request->request.topics.at(0).partitions.size(), partitions[i]);
        EXPECT_EQ(request->request.replica_id, -1);
        play.answer(request, offsets_for(request->request));
    }
    const auto result = play.result();
    ASSERT_TRUE(result);
    ASSERT_EQ(result->size(), 4U);
    for (const auto& [key, offset] : *result) {
        ASSERT_TRUE(offset) << fmt::format("{}", key);
        EXPECT_EQ(offset->offset, Offset{10 * key.partition.get() + 1});
        EXPECT_EQ(offset->leader_epoch, LeaderEpoch{5});
    }
}

TEST(KeyedOperation, LooksTheLeaderUpAgainWhereItMovedAndAfterAWhile) {
    Play play(latest_of({0, 1}));
    play.answer(play.sent<MetadataRequest>(), with_topic("t", {1, 1}));
    const auto request = play.sent<ListOffsetsRequest>();
    auto response = offsets_for(request->request);
    response.topics[0].partitions[1].error_code =
        static_cast<std::int16_t>(ErrorCode::not_leader_or_follower);
    play.answer(request, response);
    EXPECT_EQ(play.waiting(), 0U) << "not at once";

    const Time before = play.now();
    play.sleep();
    EXPECT_GE(play.now() - before, 80ms);
    EXPECT_LE(play.now() - before, 120ms);
    play.answer(play.sent<MetadataRequest>(), with_topic("t", {1, 3}));
    const auto again = play.sent<ListOffsetsRequest>();
    EXPECT_EQ(again->to(), BrokerId{3});
    ASSERT_EQ(again->request.topics.at(0).partitions.size(), 1U) << "what is known is not asked";
    play.answer(again, offsets_for(again->request));
    EXPECT_EQ(play.result()->at(partition("t", 1))->offset, Offset{11});
}

TEST(KeyedOperation, AsksTheSameBrokerAgainWhereOnlyTimeHelps) {
    Play play(latest_of({0}));
    play.answer(play.sent<MetadataRequest>(), with_topic("t", {2}));
    const auto request = play.sent<ListOffsetsRequest>();
    play.answer(request, offsets_for(request->request, ErrorCode::offset_not_available));
    play.sleep();
    const auto again = play.sent<ListOffsetsRequest>();
    EXPECT_EQ(again->to(), BrokerId{2});
    play.answer(again, offsets_for(again->request));
    EXPECT_TRUE(play.result()->at(partition("t", 0)));
}

struct TransportRow {
    ErrorCode code;
    bool goes_on;
};

TEST(KeyedOperation, OutlivesTroubleOnTheWayButNotARefusal) {
    const TransportRow rows[] = {
        {ErrorCode::network_exception, true},    {ErrorCode::request_timed_out, true},
        {ErrorCode::broker_not_available, true}, {ErrorCode::rebootstrap_required, true},
        {ErrorCode::unsupported_version, false}, {ErrorCode::invalid_request, false}};
    for (const auto& row : rows) {
        Play play(latest_of({0}));
        play.answer(play.sent<MetadataRequest>(), with_topic("t", {2}));
        play.fail(play.sent<ListOffsetsRequest>(), row.code);
        EXPECT_EQ(play.done(), !row.goes_on) << error_name(row.code);
        if (row.goes_on) {
            play.sleep();
            play.sent<MetadataRequest>();
        } else {
            EXPECT_EQ(code_of(play.result()->at(partition("t", 0))), row.code);
        }
    }
}

TEST(KeyedOperation, ABrokerThatWasNamedAndIsNotThereIsTheEnd) {
    Play play(describe_log_dirs_plan({BrokerId{9}}, {}));
    EXPECT_EQ(play.waiting(), 1U);
    play.fail(play.sent<wire::DescribeLogDirsRequest>(), ErrorCode::broker_not_available);
    EXPECT_EQ(code_of(play.result()->at(BrokerId{9})), ErrorCode::broker_not_available);
}

TEST(KeyedOperation, AnUnknownTopicIsLookedForUntilTheTimeoutAndIsThenTheError) {
    Play play(latest_of({0}), 10s);
    int lookups = 0;
    while (!play.done()) {
        if (play.waiting() > 0) {
            ++lookups;
            auto response = three_brokers();
            add_topic(response, "t", {});
            response.topics[0].error_code =
                static_cast<std::int16_t>(ErrorCode::unknown_topic_or_partition);
            play.answer(play.sent<MetadataRequest>(), response);
        }
        if (!play.done()) {
            play.sleep();
        }
    }
    EXPECT_GE(lookups, 8);
    EXPECT_LE(lookups, 20) << "the pauses grow";
    const auto result = play.result();
    const auto& outcome = result->at(partition("t", 0));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::unknown_topic_or_partition);
    EXPECT_THAT(outcome.error().message, HasSubstr("partition t-0"));
}

TEST(KeyedOperation, TimesOutWhereNobodyAnswers) {
    Play play(latest_of({0}), 5s);
    const auto lookup = play.sent<MetadataRequest>();
    EXPECT_EQ(lookup->timeout(), 5s) << "no request takes longer than its call";
    play.fail(lookup, ErrorCode::network_exception);
    play.advance(5s);
    ASSERT_TRUE(play.done());
    EXPECT_EQ(code_of(play.result()->at(partition("t", 0))), ErrorCode::request_timed_out);
}

TEST(KeyedOperation, IgnoresWhatComesAfterTheTimeout) {
    Play play(latest_of({0}), 5s);
    play.answer(play.sent<MetadataRequest>(), with_topic("t", {2}));
    const auto request = play.sent<ListOffsetsRequest>();
    play.advance(5s);
    ASSERT_TRUE(play.done());
    play.answer(request, offsets_for(request->request));
    EXPECT_EQ(code_of(play.result()->at(partition("t", 0))), ErrorCode::request_timed_out);
}

TEST(KeyedOperation, TriesAsOftenAsRetriesSays) {
    Play play(latest_of({0}, {.retries = 2}));
    for (int i = 0; i < 3; ++i) {
        ASSERT_FALSE(play.done()) << i;
        if (i > 0) {
            play.sleep();
        }
        play.answer(play.sent<MetadataRequest>(), with_topic("t", {2}));
        play.fail(play.sent<ListOffsetsRequest>(), ErrorCode::network_exception);
    }
    EXPECT_EQ(code_of(play.result()->at(partition("t", 0))), ErrorCode::network_exception);
}

TEST(KeyedOperation, AnAnswerThatLeavesAKeyOutIsAnErrorOfThatKey) {
    Play play(
        delete_records_plan({{partition("t", 0), Offset{3}}, {partition("t", 1), Offset{4}}}, {}));
    play.answer(play.sent<MetadataRequest>(), with_topic("t", {2, 2}));
    const auto request = play.sent<DeleteRecordsRequest>();
    EXPECT_EQ(request->request.topics.at(0).partitions.at(1).offset, 4);
    EXPECT_EQ(request->request.timeout_ms, 30'000);
    DeleteRecordsResponse response;
    auto& topic = response.topics.emplace_back();
    topic.name = "t";
    auto& told = topic.partitions.emplace_back();
    told.partition_index = 1;
    told.low_watermark = 4;
    play.answer(request, response);
    const auto result = play.result();
    EXPECT_EQ(result->at(partition("t", 1))->low_watermark, Offset{4});
    EXPECT_EQ(code_of(result->at(partition("t", 0))), ErrorCode::unknown_server_error);
    EXPECT_FALSE(admin::all(*result));
}

TEST(KeyedOperation, AnAbortedCallFailsWhatIsOpenAndKeepsTheRest) {
    Play play(latest_of({0, 1}));
    play.answer(play.sent<MetadataRequest>(), with_topic("t", {1, 2}));
    const auto first = play.sent<ListOffsetsRequest>();
    play.answer(first, offsets_for(first->request));
    play.abort({ErrorCode::unknown_server_error, "closed"});
    ASSERT_TRUE(play.done());
    const auto result = play.result();
    EXPECT_TRUE(result->at(partition("t", 0)));
    EXPECT_EQ(result->at(partition("t", 1)).error().message, "closed");
}

TEST(KeyedOperation, ACallAboutNothingIsDoneAtOnce) {
    Play play(latest_of({}));
    EXPECT_TRUE(play.done());
    EXPECT_TRUE(play.result()->empty());
}

TEST(KeyedOperation, ARequestIsSplitByTheVersionThatItsQuestionsNeed) {
    Specs specs{{partition("t", 0), OffsetSpec::latest()},
                {partition("t", 1), OffsetSpec::max_timestamp()},
                {partition("t", 2), OffsetSpec::earliest_pending_upload()},
                {partition("t", 3), OffsetSpec::for_timestamp(Timestamp{77})}};
    Play play(list_offsets_plan(std::move(specs), {}, {}));
    play.answer(play.sent<MetadataRequest>(), with_topic("t", {1, 1, 1, 1}));
    ASSERT_EQ(play.waiting(), 3U);
    const auto plain = play.sent<ListOffsetsRequest>();
    EXPECT_EQ(plain->versions().first, 1);
    EXPECT_EQ(plain->request.topics.at(0).partitions.at(0).timestamp, -1);
    EXPECT_EQ(plain->request.topics.at(0).partitions.at(1).timestamp, 77);
    const auto newest = play.sent<ListOffsetsRequest>();
    EXPECT_EQ(newest->versions().first, 7);
    const auto pending = play.sent<ListOffsetsRequest>();
    EXPECT_EQ(pending->versions().first, 11);
    play.answer(plain, offsets_for(plain->request));
    play.answer(newest, offsets_for(newest->request));
    play.fail(pending, ErrorCode::unsupported_version);
    const auto result = play.result();
    EXPECT_TRUE(result->at(partition("t", 0)));
    EXPECT_EQ(code_of(result->at(partition("t", 2))), ErrorCode::unsupported_version)
        << "an old broker still answers the others";
}

}  // namespace
}  // namespace barnabas::client::admin_api

#include "client/cluster/metadata.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace barnabas::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using wire::MetadataResponse;

constexpr Time start{1000s};

Uuid uuid(std::uint8_t last) {
    Uuid id;
    id.bytes[15] = last;
    return id;
}

MetadataResponse::Topic::Partition partition(std::int32_t index, std::int32_t leader,
                                             std::int32_t epoch,
                                             ErrorCode error = ErrorCode::none) {
    return {.error_code = static_cast<std::int16_t>(error),
            .partition_index = index,
            .leader_id = leader,
            .leader_epoch = epoch,
            .replica_nodes = {1, 2},
            .isr_nodes = {2}};
}

MetadataResponse::Topic topic(std::string name,
                              std::vector<MetadataResponse::Topic::Partition> partitions,
                              std::uint8_t id = 1) {
    return {.name = std::move(name), .topic_id = uuid(id), .partitions = std::move(partitions)};
}

MetadataResponse::Topic failing(std::string name, ErrorCode error) {
    return {.error_code = static_cast<std::int16_t>(error), .name = std::move(name)};
}

/// Brokers 1 and 2, of which 1 is the controller.
MetadataResponse answer(std::vector<MetadataResponse::Topic> topics) {
    return {.brokers = {{.node_id = 2, .host = "two", .port = 9092, .rack = "r"},
                        {.node_id = 1, .host = "one", .port = 9091}},
            .cluster_id = "c",
            .controller_id = 1,
            .topics = std::move(topics)};
}

void learn(Metadata& metadata, const MetadataResponse& response, Time now = start) {
    static_cast<void>(metadata.begin(now));
    metadata.update(response, now);
}

/// "leader@epoch" of each partition, or the topic's error.
std::string leaders(const Metadata& metadata, std::string_view name) {
    const TopicInfo* info = metadata.topic(name);
    if (info == nullptr) {
        return "unknown";
    }
    if (info->error != ErrorCode::none) {
        return std::string(error_name(info->error));
    }
    std::string text;
    for (const PartitionInfo& each : info->partitions) {
        text += fmt::format("{}{}@{}", text.empty() ? "" : " ", each.leader, each.leader_epoch);
    }
    return text;
}

TEST(Metadata, KnowsBrokersTopicsAndPartitions) {
    Metadata metadata({});
    metadata.want("t", start);
    EXPECT_EQ(metadata.generation(), 0U);
    learn(metadata, answer({topic("t", {partition(1, 1, 4), partition(0, 2, 3)})}));
    EXPECT_EQ(metadata.generation(), 1U);
    ASSERT_EQ(metadata.brokers().size(), 2U);
    EXPECT_EQ(metadata.brokers()[0].id, BrokerId{1});
    EXPECT_EQ(*metadata.broker(BrokerId{2}),
              (BrokerNode{.id = BrokerId{2}, .host = "two", .port = 9092, .rack = "r"}));
    EXPECT_EQ(metadata.broker(BrokerId{3}), nullptr);
    EXPECT_EQ(metadata.controller(), BrokerId{1});
    EXPECT_EQ(metadata.cluster_id(), "c");
    EXPECT_EQ(leaders(metadata, "t"), "2@3 1@4");
    EXPECT_EQ(metadata.topic(uuid(1)), metadata.topic("t"));
    EXPECT_EQ(metadata.topic(uuid(2)), nullptr);
    const PartitionInfo* first = metadata.partition({"t", PartitionId{0}});
    ASSERT_NE(first, nullptr);
    EXPECT_THAT(first->replicas, ElementsAre(BrokerId{1}, BrokerId{2}));
    EXPECT_THAT(first->isr, ElementsAre(BrokerId{2}));
    EXPECT_EQ(metadata.partition({"t", PartitionId{2}}), nullptr);
    EXPECT_EQ(metadata.partition({"t", PartitionId{-1}}), nullptr);
    EXPECT_EQ(metadata.partition({"u", PartitionId{0}}), nullptr);
}

/// One answer after the other about topic t; what is known in the end.
struct EpochCase {
    std::string name;
    std::vector<MetadataResponse::Topic> topics;
    std::string leaders;
};

TEST(Metadata, NeverGoesBackToAnOlderLeaderEpoch) {
    const EpochCase rows[] = {
        {.name = "newer",
         .topics = {topic("t", {partition(0, 1, 4)}), topic("t", {partition(0, 2, 5)})},
         .leaders = "2@5"},
        {.name = "same epoch, other leader: the latest answer",
         .topics = {topic("t", {partition(0, 1, 4)}), topic("t", {partition(0, 2, 4)})},
         .leaders = "2@4"},
        {.name = "older",
         .topics = {topic("t", {partition(0, 1, 4)}), topic("t", {partition(0, 2, 3)})},
         .leaders = "1@4"},
        {.name = "no epoch at all (before v7) is believed",
         .topics = {topic("t", {partition(0, 1, 4)}), topic("t", {partition(0, 2, -1)})},
         .leaders = "2@-1"},
        {.name = "older after one without an epoch",
         .topics = {topic("t", {partition(0, 1, 4)}), topic("t", {partition(0, 2, -1)}),
                    topic("t", {partition(0, 1, 3)})},
         .leaders = "2@-1"},
        {.name = "created anew: its epochs begin again",
         .topics = {topic("t", {partition(0, 1, 4)}, 1), topic("t", {partition(0, 2, 0)}, 2)},
         .leaders = "2@0"},
        {.name = "ids appear in an upgrade: still the same topic",
         .topics = {topic("t", {partition(0, 1, 4)}, 0), topic("t", {partition(0, 2, 3)}, 1)},
         .leaders = "1@4"},
        {.name = "older after an error of the topic: no leader rather than a wrong one",
         .topics = {topic("t", {partition(0, 1, 4)}), failing("t", ErrorCode::leader_not_available),
                    topic("t", {partition(0, 2, 3)})},
         .leaders = "-1@4"},
        {.name = "newer after an error of the topic",
         .topics = {topic("t", {partition(0, 1, 4)}), failing("t", ErrorCode::leader_not_available),
                    topic("t", {partition(0, 2, 5)})},
         .leaders = "2@5"},
        {.name = "each partition for itself",
         .topics = {topic("t", {partition(0, 1, 4), partition(1, 1, 4)}),
                    topic("t", {partition(0, 2, 3), partition(1, 2, 5)})},
         .leaders = "1@4 2@5"},
        {.name = "more partitions",
         .topics = {topic("t", {partition(0, 1, 4)}),
                    topic("t", {partition(0, 2, 5), partition(1, 2, 0)})},
         .leaders = "2@5 2@0"},
    };
    for (const EpochCase& row : rows) {
        SCOPED_TRACE(row.name);
        Metadata metadata({});
        metadata.want("t", start);
        for (const auto& each : row.topics) {
            learn(metadata, answer({each}));
        }
        EXPECT_EQ(leaders(metadata, "t"), row.leaders);
    }
}

struct LieCase {
    std::string name;
    std::vector<MetadataResponse::Topic> topics;
    std::string leaders;
};

TEST(Metadata, TakesWhatCannotBeForUnknown) {
    auto null_name = topic("t", {partition(0, 1, 1)});
    null_name.name.reset();
    const LieCase rows[] = {
        {.name = "a leader that is no broker",
         .topics = {topic("t", {partition(0, 7, 1)})},
         .leaders = "-1@1"},
        {.name = "a leader below -1",
         .topics = {topic("t", {partition(0, -5, 1)})},
         .leaders = "-1@1"},
        {.name = "a partition twice: the last counts",
         .topics = {topic("t", {partition(0, 1, 1), partition(0, 2, 2)})},
         .leaders = "2@2 -1@-1"},
        {.name = "a partition far away",
         .topics = {topic("t", {partition(2'000'000'000, 1, 1)})},
         .leaders = "-1@-1"},
        {.name = "a negative partition",
         .topics = {topic("t", {partition(-1, 1, 1)})},
         .leaders = "-1@-1"},
        {.name = "a topic that nobody wants",
         .topics = {topic("other", {partition(0, 1, 1)})},
         .leaders = "UNKNOWN_TOPIC_OR_PARTITION"},
        {.name = "a topic without a name",
         .topics = {null_name},
         .leaders = "UNKNOWN_TOPIC_OR_PARTITION"},
        {.name = "no topic", .topics = {}, .leaders = "UNKNOWN_TOPIC_OR_PARTITION"},
        {.name = "a topic twice",
         .topics = {topic("t", {partition(0, 1, 1)}), topic("t", {partition(0, 2, 2)})},
         .leaders = "2@2"},
        {.name = "an error with partitions",
         .topics = {{.error_code = 29, .name = "t", .partitions = {partition(0, 1, 1)}}},
         .leaders = "TOPIC_AUTHORIZATION_FAILED"},
        {.name = "an error that Kafka does not have",
         .topics = {failing("t", static_cast<ErrorCode>(9999))},
         .leaders = "UNKNOWN_SERVER_ERROR"},
    };
    for (const LieCase& row : rows) {
        SCOPED_TRACE(row.name);
        Metadata metadata({});
        metadata.want("t", start);
        learn(metadata, answer(row.topics));
        EXPECT_EQ(leaders(metadata, "t"), row.leaders);
        EXPECT_EQ(metadata.topic("other"), nullptr);
    }
}

TEST(Metadata, LeavesOutBrokersThatCannotBe) {
    Metadata metadata({});
    auto response = answer({});
    response.controller_id = 9;
    response.brokers.push_back({.node_id = 3, .host = "", .port = 9092});
    response.brokers.push_back({.node_id = 4, .host = "four", .port = 0});
    response.brokers.push_back({.node_id = 5, .host = "five", .port = 65'536});
    response.brokers.push_back({.node_id = -1, .host = "minus", .port = 9092});
    response.brokers.push_back({.node_id = 1, .host = "uno", .port = 9093});
    learn(metadata, response);
    ASSERT_EQ(metadata.brokers().size(), 2U);
    EXPECT_EQ(metadata.broker(BrokerId{1})->host, "uno") << "named twice: the last counts";
    EXPECT_EQ(metadata.controller(), no_broker) << "it is no broker";
}

TEST(Metadata, KeepsWhatItHasWhenAnAnswerNamesNoBroker) {
    Metadata metadata({});
    metadata.want("t", start);
    learn(metadata, answer({topic("t", {partition(0, 1, 1)})}));
    const auto wanted = metadata.request_update();
    auto empty = answer({});
    empty.brokers.clear();
    learn(metadata, empty, start + 1s);
    ASSERT_TRUE(metadata.failure());
    EXPECT_THAT(metadata.failure()->message, HasSubstr("names 0 brokers"));
    EXPECT_EQ(leaders(metadata, "t"), "1@1");
    EXPECT_LT(metadata.completed(), wanted);
    auto refusing = answer({});
    refusing.error_code = static_cast<std::int16_t>(ErrorCode::rebootstrap_required);
    learn(metadata, refusing, start + 9s);
    EXPECT_EQ(metadata.failure()->code, ErrorCode::rebootstrap_required);
    learn(metadata, answer({topic("t", {partition(0, 2, 2)})}), start + 20s);
    EXPECT_FALSE(metadata.failure());
    EXPECT_EQ(metadata.completed(), wanted);
}

TEST(Metadata, LosesLeadersWhoseBrokersHaveGone) {
    Metadata metadata({});
    metadata.want("t", start);
    learn(metadata, answer({topic("t", {partition(0, 1, 3), partition(1, 2, 3)})}));
    auto without_2 = answer({topic("t", {partition(0, 1, 3), partition(1, 2, 2)})});
    without_2.brokers.erase(without_2.brokers.begin());
    learn(metadata, without_2);
    EXPECT_EQ(leaders(metadata, "t"), "1@3 -1@3") << "an old epoch, and its broker is gone";
    metadata.forget_brokers();
    EXPECT_TRUE(metadata.brokers().empty());
    EXPECT_EQ(metadata.cluster_id(), std::nullopt) << "it may be another one";
    EXPECT_EQ(leaders(metadata, "t"), "-1@3 -1@3");
    learn(metadata, answer({topic("t", {partition(0, 2, 2), partition(1, 2, 4)})}));
    EXPECT_EQ(leaders(metadata, "t"), "-1@3 2@4") << "epochs outlive the brokers";
}

// --- what is asked for, and when -----------------------------------------------------------------

std::vector<std::string> names(const wire::MetadataRequest& request) {
    if (!request.topics) {
        return {"(all)"};
    }
    std::vector<std::string> asked;
    for (const auto& each : *request.topics) {
        asked.push_back(each.name.value_or("(null)"));
    }
    return asked;
}

TEST(Metadata, AsksForWhatIsWanted) {
    Metadata metadata({.create_topics = true});
    EXPECT_TRUE(names(metadata.begin(start)).empty()) << "only the brokers";
    metadata.update(answer({}), start);
    metadata.want("b", start);
    metadata.want("a", start);
    metadata.want("a", start);
    const auto request = metadata.begin(start);
    EXPECT_THAT(names(request), ElementsAre("a", "b"));
    EXPECT_TRUE(request.allow_auto_topic_creation);
    metadata.update(answer({topic("a", {}), topic("b", {}, 2)}), start);
    metadata.want_only({"b", "c"}, start);
    EXPECT_THAT(names(metadata.begin(start)), ElementsAre("b", "c"));
    metadata.update(answer({topic("b", {}, 2), topic("c", {}, 3)}), start);
    EXPECT_EQ(metadata.topic("a"), nullptr) << "nobody wants it";
    metadata.want_all(true);
    EXPECT_THAT(names(metadata.begin(start)), ElementsAre("(all)"));
    metadata.update(answer({topic("x", {}, 9)}), start);
    EXPECT_EQ(leaders(metadata, "x"), "");
    EXPECT_EQ(leaders(metadata, "b"), "UNKNOWN_TOPIC_OR_PARTITION") << "not among all";
    metadata.want_all(false);
    metadata.forget("b");
    EXPECT_THAT(names(metadata.begin(start)), ElementsAre("c"));
    metadata.update(answer({}), start);
    EXPECT_EQ(metadata.topic("x"), nullptr);
    EXPECT_FALSE(Metadata({}).begin(start).allow_auto_topic_creation);
}

TEST(Metadata, AllTopicsAreAskedForAtOnceAlthoughAnAnswerHasJustCome) {
    Metadata metadata({});
    metadata.want("a", start);
    EXPECT_THAT(names(metadata.begin(start)), ElementsAre("a"));
    metadata.want_all(true);  // with the request on its way
    metadata.want("b", start);
    metadata.update(answer({topic("a", {})}), start);
    EXPECT_EQ(metadata.topic("b"), nullptr) << "it was not asked for";
    EXPECT_LE(metadata.next_refresh(), start);
    EXPECT_THAT(names(metadata.begin(start)), ElementsAre("(all)"));
    metadata.update(answer({topic("a", {}), topic("b", {}, 2)}), start);
    EXPECT_NE(metadata.topic("b"), nullptr);
    EXPECT_GT(metadata.next_refresh(), start);
}

TEST(Metadata, ForgetsTopicsThatNobodyUsesForLong) {
    Metadata metadata({.topic_idle_max = 10s});
    metadata.want("old", start);
    metadata.want("used", start);
    learn(metadata, answer({topic("old", {}), topic("used", {}, 2)}));
    metadata.want("used", start + 9s);
    EXPECT_THAT(names(metadata.begin(start + 10s)), ElementsAre("old", "used"));
    metadata.update(answer({topic("old", {}), topic("used", {}, 2)}), start + 10s);
    EXPECT_THAT(names(metadata.begin(start + 11s)), ElementsAre("used"));
    metadata.update(answer({topic("old", {}), topic("used", {}, 2)}), start + 11s);
    EXPECT_EQ(metadata.topic("old"), nullptr);
    EXPECT_FALSE(metadata.wanted("old"));
}

TEST(Metadata, IsRefreshedWhenThereIsAReason) {
    constexpr Duration first = 100ms;
    Metadata metadata({.age_max = 60s, .backoff = {.first = first, .most = 1s}});
    EXPECT_LE(metadata.next_refresh(), start) << "nothing is known";
    static_cast<void>(metadata.begin(start));
    EXPECT_EQ(metadata.next_refresh(), never) << "one at a time";
    metadata.update(answer({}), start);
    EXPECT_EQ(metadata.next_refresh(), start + 60s) << "age";
    metadata.request_update();
    EXPECT_EQ(metadata.next_refresh(), start + first) << "asked for, but not at once again";
    metadata.want("t", start);
    EXPECT_LE(metadata.next_refresh(), start) << "a new topic does not wait";
    learn(metadata, answer({topic("t", {partition(0, 1, 1)})}), start + 1s);
    EXPECT_EQ(metadata.next_refresh(), start + 61s);
    metadata.want("t", start + 2s);
    EXPECT_EQ(metadata.next_refresh(), start + 61s) << "it is known";
}

TEST(Metadata, IsAskedForAgainWhileSomethingIsMissing) {
    Metadata metadata({.age_max = 60s, .backoff = {.first = 100ms, .most = 1s}});
    metadata.want("t", start);
    Duration waited{0};
    for (const Duration wait : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}) {
        learn(metadata, answer({topic("t", {partition(0, -1, 1)})}), start + waited);
        EXPECT_EQ(metadata.next_refresh(), start + waited + wait);
        waited += wait;
    }
    learn(metadata, answer({failing("t", ErrorCode::unknown_topic_or_partition)}), start + waited);
    EXPECT_EQ(metadata.next_refresh(), start + waited + 1s);
    learn(metadata, answer({topic("t", {})}), start + waited);
    EXPECT_EQ(metadata.next_refresh(), start + waited + 1s) << "a topic without partitions is none";
    learn(metadata, answer({failing("t", ErrorCode::topic_authorization_failed)}), start + waited);
    EXPECT_EQ(metadata.next_refresh(), start + waited + 60s) << "asking again would not help";
}

TEST(Metadata, WaitsLongerAfterEachFailure) {
    Metadata metadata({.backoff = {.first = 100ms, .most = 1s}});
    Time now = start;
    constexpr std::uint64_t middle = 1ULL << 63;
    for (const Duration wait : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}) {
        static_cast<void>(metadata.begin(now));
        metadata.want("new meanwhile", now);
        metadata.failed({ErrorCode::network_exception, "no"}, now, middle);
        EXPECT_EQ(metadata.next_refresh(), now + wait);
        now += wait;
    }
    EXPECT_EQ(metadata.failure()->message, "no");
}

TEST(Metadata, CompletesOnlyWhatWasAskedForBeforeTheRequest) {
    Metadata metadata({});
    const auto first = metadata.request_update();
    static_cast<void>(metadata.begin(start));
    const auto second = metadata.request_update();
    metadata.want("late", start);
    metadata.update(answer({}), start);
    EXPECT_GE(metadata.completed(), first);
    EXPECT_LT(metadata.completed(), second);
    EXPECT_EQ(metadata.topic("late"), nullptr) << "the request did not ask for it";
    EXPECT_LE(metadata.next_refresh(), start);
    learn(metadata, answer({topic("late", {})}), start);
    EXPECT_GE(metadata.completed(), second);
}

TEST(Metadata, LearnsLeadersFromOtherAnswers) {
    struct Row {
        std::int32_t partition, leader, epoch;
        bool taken;
        std::string leaders;
    };
    const Row rows[] = {
        {.partition = 0, .leader = 2, .epoch = 5, .taken = true, .leaders = "2@5"},
        {.partition = 0, .leader = 2, .epoch = 4, .taken = false, .leaders = "1@4"},
        {.partition = 0, .leader = 9, .epoch = 5, .taken = false, .leaders = "1@4"},
        {.partition = 1, .leader = 2, .epoch = 5, .taken = false, .leaders = "1@4"}};
    for (const Row& row : rows) {
        Metadata metadata({});
        metadata.want("t", start);
        learn(metadata, answer({topic("t", {partition(0, 1, 4)})}));
        const auto before = metadata.generation();
        EXPECT_EQ(metadata.learn_leader({"t", PartitionId{row.partition}}, BrokerId{row.leader},
                                        LeaderEpoch{row.epoch}),
                  row.taken);
        EXPECT_EQ(leaders(metadata, "t"), row.leaders);
        EXPECT_EQ(metadata.generation() > before, row.taken);
    }
    Metadata metadata({});
    metadata.want("t", start);
    learn(metadata, answer({topic("t", {partition(0, 1, 4)})}));
    metadata.learn_broker({.id = BrokerId{9}, .host = "nine", .port = 1});
    metadata.learn_broker({.id = BrokerId{2}, .host = "deux", .port = 2});
    metadata.learn_broker({.id = BrokerId{8}, .host = "", .port = 1});
    EXPECT_TRUE(metadata.learn_leader({"t", PartitionId{0}}, BrokerId{9}, LeaderEpoch{5}));
    EXPECT_EQ(metadata.broker(BrokerId{2})->host, "deux");
    EXPECT_EQ(metadata.broker(BrokerId{2})->rack, "r") << "who names a leader names no rack";
    EXPECT_EQ(metadata.broker(BrokerId{8}), nullptr);
    learn(metadata, answer({topic("t", {partition(0, 1, 4)})}));
    EXPECT_EQ(leaders(metadata, "t"), "-1@5") << "the broker that was learned is not there now";
}

}  // namespace
}  // namespace barnabas::client

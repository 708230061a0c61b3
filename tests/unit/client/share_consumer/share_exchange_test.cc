#include "client/share_consumer/share_exchange.h"

#include "unit/client/consumer/worlds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace barnabas::client {
namespace {

using ::testing::HasSubstr;
using Fetch = wire::ShareFetchRequest;
using FetchAnswer = wire::ShareFetchResponse;
using Ack = wire::ShareAcknowledgeRequest;
using AckAnswer = wire::ShareAcknowledgeResponse;

constexpr Time start{1000s};

template <class Topics>
std::string acks_in(const Topics& topics) {
    std::string text;
    for (const auto& topic : topics) {
        for (const auto& partition : topic.partitions) {
            for (const auto& batch : partition.acknowledgement_batches) {
                text += fmt::format(" p{} {}-{}", partition.partition_index, batch.first_offset,
                                    batch.last_offset);
            }
        }
    }
    return text;
}

/// The topic "t": partition 0 on broker 1, 1 on broker 2, 2 on broker 1.
struct World {
    explicit World(bool record_limit = false)
        : exchange({.group_id = "g", .member_id = "me", .record_limit = record_limit}, metadata) {
        layout.topics["t"] = {{.broker = 1}, {.broker = 2}, {.broker = 1}};
        layout.teach(metadata, now);
        exchange.assign({{tp("t", 0), topic_id("t")},
                         {tp("t", 1), topic_id("t")},
                         {tp("t", 2), topic_id("t")}});
        exchange.set_listening(true);
    }

    /// "fetch 1:0 +0 +2 p0 3-4": the broker, the epoch, partitions, acknowledgements.
    std::string next() {
        const auto send = exchange.next(now);
        if (!send) {
            return "none";
        }
        if (const auto* fetch = std::get_if<Fetch>(&send->request)) {
            std::string text = fmt::format("fetch {}:{}", send->broker, fetch->share_session_epoch);
            for (const auto& topic : fetch->topics) {
                for (const auto& partition : topic.partitions) {
                    if (partition.acknowledgement_batches.empty()) {
                        text += fmt::format(" +{}", partition.partition_index);
                    }
                }
            }
            for (const auto& topic : fetch->forgotten_topics_data) {
                for (const auto partition : topic.partitions) {
                    text += fmt::format(" -{}", partition);
                }
            }
            return text + acks_in(fetch->topics);
        }
        const auto& ack = std::get<Ack>(send->request);
        return fmt::format("ack {}:{}{}{}", send->broker, ack.share_session_epoch,
                           ack.is_renew_ack ? " renew" : "", acks_in(ack.topics));
    }

    struct Part {
        std::int32_t partition = 0;
        ErrorCode error = ErrorCode::none;
        ErrorCode ack_error = ErrorCode::none;
        std::int64_t first = 0;  ///< acquired; with last below it: nothing
        std::int64_t last = -1;
    };
    void fetched(std::int32_t broker, const std::vector<Part>& parts,
                 ErrorCode code = ErrorCode::none) {
        FetchAnswer answer;
        answer.error_code = static_cast<std::int16_t>(code);
        answer.acquisition_lock_timeout_ms = 30'000;
        auto& topic = answer.responses.emplace_back();
        topic.topic_id = topic_id("t");
        for (const Part& part : parts) {
            auto& data = topic.partitions.emplace_back();
            data.partition_index = part.partition;
            data.error_code = static_cast<std::int16_t>(part.error);
            data.acknowledge_error_code = static_cast<std::int16_t>(part.ack_error);
            data.current_leader = {.leader_id = -1, .leader_epoch = -1, .unknown_tags = {}};
            if (part.last >= part.first) {
                data.acquired_records.push_back({.first_offset = part.first,
                                                 .last_offset = part.last,
                                                 .delivery_count = 1,
                                                 .unknown_tags = {}});
            }
        }
        exchange.on_fetched(BrokerId{broker}, answer, nullptr, now);
    }
    void acknowledged(std::int32_t broker, const std::vector<Part>& parts,
                      ErrorCode code = ErrorCode::none) {
        AckAnswer answer;
        answer.error_code = static_cast<std::int16_t>(code);
        auto& topic = answer.responses.emplace_back();
        topic.topic_id = topic_id("t");
        for (const Part& part : parts) {
            auto& data = topic.partitions.emplace_back();
            data.partition_index = part.partition;
            data.error_code = static_cast<std::int16_t>(part.error);
            data.current_leader = {.leader_id = -1, .leader_epoch = -1, .unknown_tags = {}};
        }
        exchange.on_acknowledged(BrokerId{broker}, answer, now);
    }
    std::string outcomes() {
        std::string text;
        for (const auto& outcome : exchange.take_outcomes()) {
            text +=
                fmt::format("{}p{} {}", text.empty() ? "" : ", ", outcome.part.partition.partition,
                            outcome.error ? error_name(outcome.error->code) : "ok");
        }
        return text;
    }
    static PartAcks acks(std::int32_t partition, std::int64_t first, std::int64_t last,
                         AckType type = AckType::accept, std::int32_t broker = 1) {
        PartAcks part{.broker = BrokerId{broker},
                      .topic_id = topic_id("t"),
                      .partition = tp("t", partition),
                      .acks = {}};
        part.acks.append(Offset{first}, Offset{last}, type);
        return part;
    }
    /// Both sessions are open, and broker 1 has given out partition 0's offsets 0 to 9.
    void open() {
        exchange.want_records();
        ASSERT_EQ(next(), "fetch 1:0 +0 +2");
        ASSERT_EQ(next(), "fetch 2:0 +1");
        ASSERT_EQ(next(), "none");
        fetched(1, {{.partition = 0, .first = 0, .last = 9}, {.partition = 2}});
        fetched(2, {{.partition = 1}});
        ASSERT_EQ(exchange.take_fetched().size(), 1U);
        ASSERT_EQ(next(), "none") << "nothing is wanted any more";
    }

    Time now = start;
    Layout layout;
    Metadata metadata{{}};
    ShareExchange exchange;
};

TEST(ShareExchange, FetchesWhileRecordsAreWanted) {
    World world;
    EXPECT_EQ(world.next(), "none");
    world.open();
    EXPECT_EQ(world.exchange.lock_timeout(), 30s);
    world.exchange.want_records();
    EXPECT_EQ(world.next(), "fetch 1:1");
    EXPECT_EQ(world.next(), "fetch 2:1");
    world.fetched(1, {});
    EXPECT_EQ(world.next(), "fetch 1:2") << "nothing came: it is asked again";
    world.exchange.assign({{tp("t", 0), topic_id("t")}});
    world.fetched(1, {});
    world.fetched(2, {});
    EXPECT_EQ(world.next(), "fetch 1:3 -2");
    EXPECT_EQ(world.next(), "fetch 2:2 -1");
    world.fetched(2, {});
    EXPECT_EQ(world.next(), "none") << "broker 2 has nothing to fetch";
}

TEST(ShareExchange, AcknowledgesWithAFetchOrByItself) {
    World world;
    world.open();
    world.exchange.acknowledge({World::acks(0, 0, 4)}, start + 10s);
    EXPECT_EQ(world.next(), "ack 1:1 p0 0-4") << "no fetch goes there";
    world.acknowledged(1, {{.partition = 0}});
    EXPECT_EQ(world.outcomes(), "p0 ok");
    world.exchange.acknowledge({World::acks(0, 5, 9)}, start + 10s);
    world.exchange.want_records();
    EXPECT_EQ(world.next(), "fetch 1:2 p0 5-9");
    world.fetched(1, {{.partition = 0, .ack_error = ErrorCode::invalid_record_state}});
    EXPECT_EQ(world.outcomes(), "p0 INVALID_RECORD_STATE");
}

TEST(ShareExchange, SendsCommitsAndRenewalsByThemselves) {
    World world;
    world.open();
    world.exchange.want_records();
    const auto commit = world.exchange.commit({World::acks(0, 0, 1)}, start + 10s);
    EXPECT_EQ(world.next(), "ack 1:1 p0 0-1");
    EXPECT_EQ(world.exchange.outcome(commit), std::nullopt);
    world.acknowledged(1, {{.partition = 0}});
    EXPECT_EQ(world.exchange.outcome(commit), (CommitOutcome{{tp("t", 0), std::nullopt}}));
    World renewing;
    renewing.open();
    renewing.exchange.set_listening(false);
    renewing.exchange.acknowledge({World::acks(0, 2, 2, AckType::renew), World::acks(2, 0, 0)},
                                  start + 10s);
    EXPECT_EQ(renewing.next(), "ack 1:1 renew p0 2-2 p2 0-0");
    renewing.acknowledged(1, {{.partition = 0}, {.partition = 2}});
    EXPECT_EQ(renewing.outcomes(), "p0 ok") << "nobody listens but for renewals";
}

TEST(ShareExchange, NamesAPartitionOnceInARequest) {
    World world;
    world.open();
    const auto first = world.exchange.commit({World::acks(0, 0, 1)}, start + 10s);
    const auto second =
        world.exchange.commit({World::acks(0, 2, 3), World::acks(2, 5, 5)}, start + 10s);
    EXPECT_EQ(world.next(), "ack 1:1 p0 0-1 p2 5-5");
    EXPECT_EQ(world.next(), "none");
    world.acknowledged(1, {{.partition = 0}, {.partition = 2}});
    EXPECT_TRUE(world.exchange.outcome(first));
    EXPECT_FALSE(world.exchange.outcome(second));
    EXPECT_EQ(world.next(), "ack 1:2 p0 2-3");
    const auto given_up = world.exchange.give_up(second);
    ASSERT_EQ(given_up.size(), 2U);
    EXPECT_FALSE(given_up.at(tp("t", 2)));
    EXPECT_EQ(given_up.at(tp("t", 0))->code, ErrorCode::request_timed_out);
    world.acknowledged(1, {{.partition = 0}});
    EXPECT_EQ(world.outcomes(), "p0 ok, p2 ok, p0 ok") << "it went on all the same";
}

TEST(ShareExchange, TriesAgainWhatMayPassAndNothingElse) {
    struct Row {
        ErrorCode whole = ErrorCode::none;
        ErrorCode part = ErrorCode::none;
        std::string outcomes;  ///< none: it is tried again
    };
    const Row rows[] = {
        {.part = ErrorCode::request_timed_out, .outcomes = ""},
        {.part = ErrorCode::coordinator_not_available, .outcomes = ""},
        {.whole = ErrorCode::coordinator_not_available, .outcomes = ""},
        // The locks are gone with the leader.
        {.part = ErrorCode::not_leader_or_follower, .outcomes = "p0 NOT_LEADER_OR_FOLLOWER"},
        {.part = ErrorCode::fenced_leader_epoch, .outcomes = "p0 FENCED_LEADER_EPOCH"},
        {.part = ErrorCode::unknown_topic_id, .outcomes = "p0 UNKNOWN_TOPIC_ID"},
        {.part = ErrorCode::invalid_record_state, .outcomes = "p0 INVALID_RECORD_STATE"},
        {.whole = ErrorCode::group_authorization_failed,
         .outcomes = "p0 GROUP_AUTHORIZATION_FAILED"},
        {.whole = ErrorCode::share_session_not_found, .outcomes = "p0 NETWORK_EXCEPTION"},
        {.whole = ErrorCode::invalid_share_session_epoch, .outcomes = "p0 NETWORK_EXCEPTION"},
    };
    for (const Row& row : rows) {
        World world;
        world.open();
        world.exchange.commit({World::acks(0, 0, 1)}, start + 1s);
        ASSERT_EQ(world.next(), "ack 1:1 p0 0-1");
        world.acknowledged(1, {{.partition = 0, .error = row.part}}, row.whole);
        EXPECT_EQ(world.outcomes(), row.outcomes) << error_name(row.part);
        EXPECT_EQ(world.next(), "none");
        if (row.outcomes.empty()) {
            EXPECT_EQ(world.exchange.next_wake(world.now), start + 100ms);
            world.now = start + 100ms;
            EXPECT_EQ(world.next(), "ack 1:2 p0 0-1");
            world.acknowledged(1, {{.partition = 0, .error = ErrorCode::request_timed_out}});
            world.now = start + 2s;
            EXPECT_EQ(world.next(), "none");
            EXPECT_EQ(world.outcomes(), "p0 REQUEST_TIMED_OUT") << "not for ever";
        }
    }
}

TEST(ShareExchange, FailsWhatNobodyCanTakeAnyMore) {
    World lost;
    lost.open();
    lost.exchange.want_records();
    EXPECT_EQ(lost.next(), "fetch 1:1");
    lost.exchange.acknowledge({World::acks(0, 0, 1)}, start + 10s);
    lost.exchange.on_failure(BrokerId{1}, {ErrorCode::network_exception, "gone"}, lost.now);
    EXPECT_EQ(lost.next(), "fetch 2:1");
    EXPECT_EQ(lost.outcomes(), "p0 NETWORK_EXCEPTION") << "the session is lost";
    lost.now += 100ms;
    EXPECT_EQ(lost.next(), "fetch 1:0 +0 +2") << "another one begins";

    World moved;
    moved.open();
    moved.metadata.learn_leader(tp("t", 0), BrokerId{2}, LeaderEpoch{1});
    moved.exchange.acknowledge({World::acks(0, 0, 1)}, start + 10s);
    EXPECT_EQ(moved.next(), "none");
    EXPECT_EQ(moved.outcomes(), "p0 NOT_LEADER_OR_FOLLOWER");
    moved.exchange.want_records();
    EXPECT_EQ(moved.next(), "fetch 1:1 -0");
    EXPECT_EQ(moved.next(), "fetch 2:1 +0");

    World silent;
    silent.open();
    silent.exchange.commit({World::acks(0, 0, 1)}, start + 10s);
    EXPECT_EQ(silent.next(), "ack 1:1 p0 0-1");
    silent.acknowledged(1, {});
    EXPECT_EQ(silent.outcomes(), "p0 INVALID_RECORD_STATE") << "the answer says nothing of it";
}

TEST(ShareExchange, SaysWhichAnswerOfWhomRefusedAndAfterHowLong) {
    World world;
    world.open();
    const auto commit = world.exchange.commit({World::acks(0, 0, 1)}, start + 10s);
    ASSERT_EQ(world.next(), "ack 1:1 p0 0-1");
    world.now += 7ms;
    world.acknowledged(1, {{.partition = 0, .error = ErrorCode::invalid_record_state}});
    const auto outcome = world.exchange.outcome(commit);
    ASSERT_TRUE(outcome && outcome->at(tp("t", 0)));
    EXPECT_EQ(outcome->at(tp("t", 0))->message,
              "broker 1 (b1:9092) refused the acknowledgements of t-0: INVALID_RECORD_STATE "
              "(ShareAcknowledge, answered after 7 ms)");
}

std::string sentence_of(ShareExchange& exchange) {
    const auto outcomes = exchange.take_outcomes();
    return outcomes.size() == 1 && outcomes[0].error ? outcomes[0].error->message : "not one error";
}

TEST(ShareExchange, SaysWhatStoodInTheWay) {
    World late;
    late.open();
    late.exchange.acknowledge({World::acks(0, 0, 1)}, start + 1s);
    ASSERT_EQ(late.next(), "ack 1:1 p0 0-1");
    late.now += 5ms;
    late.acknowledged(1, {{.partition = 0, .error = ErrorCode::request_timed_out}});
    late.now = start + 2s;
    EXPECT_EQ(late.next(), "none");
    EXPECT_EQ(sentence_of(late.exchange),
              "broker 1 (b1:9092) did not take the acknowledgements of t-0 in time; last: "
              "REQUEST_TIMED_OUT (ShareAcknowledge, answered after 5 ms)");

    World moved;
    moved.open();
    moved.metadata.learn_leader(tp("t", 0), BrokerId{2}, LeaderEpoch{1});
    moved.exchange.acknowledge({World::acks(0, 0, 1)}, start + 10s);
    EXPECT_EQ(moved.next(), "none");
    EXPECT_EQ(
        sentence_of(moved.exchange),
        "broker 2 (b2:9092) leads t-0 now, and not broker 1 (b1:9092), which gave the records "
        "out");

    World lost;
    lost.open();
    lost.exchange.want_records();
    ASSERT_EQ(lost.next(), "fetch 1:1");
    lost.exchange.acknowledge({World::acks(0, 0, 1)}, start + 10s);
    lost.exchange.on_failure(BrokerId{1}, {ErrorCode::network_exception, "gone"}, lost.now);
    ASSERT_EQ(lost.next(), "fetch 2:1");
    EXPECT_EQ(sentence_of(lost.exchange),
              "the share session with broker 1 (b1:9092) was lost, and with it the locks of what "
              "was acquired of t-0");
}

TEST(ShareExchange, SaysWhoseConfirmationIsMissing) {
    World world;
    world.open();
    const auto asked = world.exchange.commit({World::acks(0, 0, 1)}, start + 10s);
    ASSERT_EQ(world.next(), "ack 1:1 p0 0-1");
    const auto waits = world.exchange.commit({World::acks(0, 2, 3)}, start + 10s);
    ASSERT_EQ(world.next(), "none") << "one request at a time";
    EXPECT_THAT(world.exchange.give_up(asked).at(tp("t", 0))->message,
                HasSubstr("in time by broker 1 (b1:9092), which has been asked; they may"));
    EXPECT_THAT(world.exchange.give_up(waits).at(tp("t", 0))->message,
                HasSubstr("in time by broker 1 (b1:9092), which is still to be asked; they may"));
}

TEST(ShareExchange, AsksOneBrokerAfterTheOtherWithARecordLimit) {
    World world(true);
    world.exchange.want_records();
    EXPECT_EQ(world.next(), "fetch 1:0 +0 +2");
    EXPECT_EQ(world.next(), "none");
    world.fetched(1, {});
    EXPECT_EQ(world.next(), "fetch 2:0 +1");
    EXPECT_EQ(world.next(), "none");
    world.fetched(2, {});
    EXPECT_EQ(world.next(), "fetch 1:1");
}

TEST(ShareExchange, TellsTheUserWhatWillNotPass) {
    struct Row {
        ErrorCode part;
        std::string want;  ///< none: it is tried again
    };
    const Row rows[] = {
        {.part = ErrorCode::topic_authorization_failed,
         .want = "t-0 cannot be fetched from broker 1 (b1:9092): "},
        {.part = ErrorCode::corrupt_message,
         .want = "t-0 cannot be fetched from broker 1 (b1:9092): "},
        {.part = ErrorCode::not_leader_or_follower, .want = ""},
        {.part = ErrorCode::unknown_topic_id, .want = ""},
        {.part = ErrorCode::unknown_server_error, .want = ""},
        {.part = ErrorCode::invalid_request,
         .want = "t-0 cannot be fetched from broker 1 (b1:9092): "},
    };
    for (const Row& row : rows) {
        World world;
        world.exchange.want_records();
        ASSERT_EQ(world.next(), "fetch 1:0 +0 +2");
        ASSERT_EQ(world.next(), "fetch 2:0 +1");
        world.fetched(1, {{.partition = 0, .error = row.part}});
        const auto error = world.exchange.take_error();
        EXPECT_EQ(error.has_value(), !row.want.empty()) << error_name(row.part);
        if (error) {
            EXPECT_THAT(error->message, HasSubstr(row.want));
        }
        EXPECT_EQ(world.next(), "none") << "not at once";
        world.now += 100ms;
        EXPECT_EQ(world.next(), "fetch 1:1");
    }
}

TEST(ShareExchange, BelievesNoNonsense) {
    const std::vector<std::pair<std::int64_t, std::int64_t>> rows[] = {
        {{5, 3}}, {{-1, 3}}, {{0, 5}, {5, 6}}, {{0, std::int64_t{1} << 40}}, {{4, 5}, {0, 1}}};
    for (const auto& ranges : rows) {
        World world;
        world.exchange.want_records();
        ASSERT_EQ(world.next(), "fetch 1:0 +0 +2");
        FetchAnswer answer;
        auto& topic = answer.responses.emplace_back();
        topic.topic_id = topic_id("t");
        auto& data = topic.partitions.emplace_back();
        for (const auto& [first, last] : ranges) {
            data.acquired_records.push_back({.first_offset = first,
                                             .last_offset = last,
                                             .delivery_count = 1,
                                             .unknown_tags = {}});
        }
        auto& stranger = answer.responses.emplace_back();
        stranger.topic_id = topic_id("x");
        stranger.partitions.emplace_back();
        world.exchange.on_fetched(BrokerId{1}, answer, nullptr, world.now);
        EXPECT_FALSE(world.exchange.has_fetched());
        EXPECT_EQ(world.exchange.take_error()->code, ErrorCode::corrupt_message);
    }
}

TEST(ShareExchange, GivesBackWhatComesWhenNobodyReadsAnyMore) {
    World world;
    world.open();
    world.exchange.want_records();
    EXPECT_EQ(world.next(), "fetch 1:1");
    EXPECT_EQ(world.next(), "fetch 2:1");
    EXPECT_TRUE(world.exchange.stop_reading().empty());
    world.fetched(1, {{.partition = 0, .first = 10, .last = 11}, {.partition = 2}});
    EXPECT_FALSE(world.exchange.has_fetched());
    const auto send = world.exchange.next(world.now);
    ASSERT_TRUE(send && std::holds_alternative<Ack>(send->request));
    const auto& released = std::get<Ack>(send->request).topics;
    EXPECT_EQ(acks_in(released), " p0 10-11");
    EXPECT_EQ(released[0].partitions[0].acknowledgement_batches[0].acknowledge_types,
              std::vector<std::int8_t>{static_cast<std::int8_t>(AckType::release)});
    world.acknowledged(1, {{.partition = 0}});
    EXPECT_EQ(world.outcomes(), "") << "nobody has seen those records";

    world.exchange.want_records();
    EXPECT_EQ(world.next(), "fetch 1:3");
    world.fetched(2, {{.partition = 1, .first = 0, .last = 0}});
    EXPECT_FALSE(world.exchange.has_fetched()) << "it was asked for before";
    EXPECT_EQ(world.next(), "ack 2:2 p1 0-0");
    world.acknowledged(2, {{.partition = 1}});
    EXPECT_EQ(world.next(), "fetch 2:3");
    world.fetched(2, {{.partition = 1, .first = 1, .last = 1}});
    EXPECT_TRUE(world.exchange.has_fetched());
}

TEST(ShareExchange, EndsItsSessionsWhenItCloses) {
    World world;
    world.open();
    world.exchange.acknowledge({World::acks(0, 0, 1)}, start + 10s);
    world.exchange.close();
    EXPECT_EQ(world.next(), "ack 1:1 p0 0-1");
    EXPECT_EQ(world.next(), "ack 2:-1");
    world.acknowledged(1, {{.partition = 0}});
    EXPECT_EQ(world.next(), "ack 1:-1");
    EXPECT_FALSE(world.exchange.is_closed());
    world.acknowledged(1, {});
    world.exchange.on_failure(BrokerId{2}, {ErrorCode::network_exception, "gone"}, world.now);
    EXPECT_EQ(world.next(), "none");
    EXPECT_TRUE(world.exchange.is_closed());
    EXPECT_EQ(world.outcomes(), "p0 ok");
}

}  // namespace
}  // namespace barnabas::client

#include "broker/fetch_session_cache.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::broker {
namespace {

constexpr std::int16_t with_names = 12;
constexpr std::int16_t with_ids = 13;

TopicId id_of(const std::string& topic) {
    TopicId id{};
    std::ranges::copy(topic.substr(0, id.bytes.size()), id.bytes.begin());
    return id;
}

/// A request under construction: add("foo", 0, 10) asks for foo-0 from offset 10.
class Ask {
public:
    explicit Ask(std::int16_t version) : version_(version) { session(0, initial_fetch_epoch); }
    Ask& session(std::int32_t id, std::int32_t epoch) {
        request_.session_id = id;
        request_.session_epoch = epoch;
        return *this;
    }
    Ask& follower() {
        (version_ >= 15 ? request_.replica_state.replica_id : request_.replica_id) = 2;
        return *this;
    }
    Ask& add(const std::string& topic, std::int32_t partition, std::int64_t offset = 0) {
        auto& topics = request_.topics;
        const bool by_id = version_ >= with_ids;
        if (topics.empty() || last_ != topic) {
            topics.push_back(
                {.topic_id = by_id ? id_of(topic) : TopicId{}, .topic = by_id ? "" : topic});
            last_ = topic;
        }
        topics.back().partitions.push_back(
            {.partition = partition, .fetch_offset = offset, .partition_max_bytes = 100});
        return *this;
    }
    Ask& forget(const std::string& topic, std::int32_t partition) {
        const bool by_id = version_ >= with_ids;
        request_.forgotten_topics_data.push_back({.topic_id = by_id ? id_of(topic) : TopicId{},
                                                  .topic = by_id ? "" : topic,
                                                  .partitions = {partition}});
        return *this;
    }
    Result<FetchContext> begin(FetchSessionCache& cache, Time now = Time{}) const {
        return cache.begin(request_, version_, now);
    }

private:
    std::int16_t version_;
    wire::FetchRequest request_;
    std::string last_;
};

Ask ask(std::int16_t version = with_ids) {
    return Ask(version);
}

FetchedPartition quiet() {
    return {.high_watermark = Offset{10}, .log_start = Offset{0}};
}

std::vector<FetchedPartition> quiet(const FetchContext& context) {
    return std::vector<FetchedPartition>(context.size(), quiet());
}

/// "foo-0 foo-1", in the order of reading; topics of requests with ids are named by their id.
std::string order_of(const FetchContext& context) {
    std::string text;
    for (std::size_t i = 0; i < context.size(); ++i) {
        const auto& topic = context.topic(i);
        const std::string name =
            topic.id.is_zero() ? topic.name
                               : std::string(reinterpret_cast<const char*>(topic.id.bytes.data()));
        text += (i ? " " : "") + name + "-" + std::to_string(context.position(i).partition.get());
    }
    return text;
}

/// A session over foo-0 foo-1 foo-2 whose client has been told the quiet result of each.
std::int32_t open_session(FetchSessionCache& cache, std::int16_t version = with_ids) {
    auto context = ask(version).add("foo", 0).add("foo", 1).add("foo", 2).begin(cache);
    return cache.finish(*context, quiet(*context), Time{}).session_id;
}

TEST(FetchSessionCache, KeepsNoSessionForTheFinalEpoch) {
    FetchSessionCache cache({});
    auto context = ask().session(0, final_fetch_epoch).add("foo", 1, 5).begin(cache);
    ASSERT_TRUE(context);
    EXPECT_EQ(order_of(*context), "foo-1");
    EXPECT_EQ(context->position(0).fetch_offset, Offset{5});
    const auto answer = cache.finish(*context, quiet(*context), Time{});
    EXPECT_EQ(answer.session_id, no_fetch_session);
    EXPECT_EQ(answer.error, ErrorCode::none);
    EXPECT_EQ(answer.carried, std::vector<std::uint32_t>{0});
    EXPECT_EQ(cache.sessions(), 0U);
}

TEST(FetchSessionCache, CarriesEveryPartitionInTheAnswerThatOpensASession) {
    FetchSessionCache cache({});
    auto context = ask().add("foo", 0).add("bar", 7).begin(cache);
    const auto answer = cache.finish(*context, quiet(*context), Time{});
    EXPECT_GT(answer.session_id, 0);
    EXPECT_EQ(answer.carried, (std::vector<std::uint32_t>{0, 1}));
    EXPECT_EQ(cache.sessions(), 1U);
    EXPECT_EQ(cache.partitions(), 2U);
}

TEST(FetchSessionCache, RefusesWhatDoesNotFitTheSession) {
    struct Row {
        const char* what;
        std::int32_t id_change;
        std::int32_t epoch;
        std::int16_t session_version;
        std::int16_t version;
        ErrorCode want;
    };
    const Row rows[] = {
        {"right", 0, 1, 13, 13, ErrorCode::none},
        {"right, by name", 0, 1, 12, 12, ErrorCode::none},
        {"right, by name, an older version", 0, 1, 12, 7, ErrorCode::none},
        {"another session", 1, 1, 13, 13, ErrorCode::fetch_session_id_not_found},
        {"an epoch ahead", 0, 2, 13, 13, ErrorCode::invalid_fetch_session_epoch},
        {"a negative epoch", 0, -2, 13, 13, ErrorCode::invalid_fetch_session_epoch},
        {"names in a session of ids", 0, 1, 13, 12, ErrorCode::fetch_session_topic_id_error},
        {"ids in a session of names", 0, 1, 12, 13, ErrorCode::fetch_session_topic_id_error},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.what);
        FetchSessionCache cache({});
        const auto id = open_session(cache, row.session_version);
        auto context = ask(row.version).session(id + row.id_change, row.epoch).begin(cache);
        EXPECT_EQ(context ? ErrorCode::none : context.error().code, row.want);
        EXPECT_EQ(cache.sessions(), 1U) << "an error leaves the session as it was";
        auto again = ask(row.session_version).session(id, context ? 2 : 1).begin(cache);
        EXPECT_TRUE(again);
    }
}

TEST(FetchSessionCache, RefusesAnEpochWithoutASession) {
    FetchSessionCache cache({});
    const auto context = ask().session(0, 1).begin(cache);
    ASSERT_FALSE(context);
    EXPECT_EQ(context.error().code, ErrorCode::fetch_session_id_not_found);
}

TEST(FetchSessionCache, ClosesTheSessionThatAFullRequestNames) {
    for (const auto epoch : {initial_fetch_epoch, final_fetch_epoch}) {
        FetchSessionCache cache({});
        const auto id = open_session(cache);
        auto context = ask().session(id, epoch).add("foo", 0).begin(cache);
        EXPECT_EQ(cache.sessions(), 0U);
        const auto answer = cache.finish(*context, quiet(*context), Time{});
        EXPECT_NE(answer.session_id, id);
        EXPECT_EQ(cache.sessions(), epoch == initial_fetch_epoch ? 1U : 0U);
    }
}

TEST(FetchSessionCache, CarriesOnlyWhatTheClientDoesNotKnow) {
    struct Row {
        const char* what;
        FetchedPartition result;
        bool carried;
        bool carried_when_quiet_again;
    };
    const Row rows[] = {
        {"nothing new", quiet(), false, false},
        {"records",
         {.high_watermark = Offset{10}, .log_start = Offset{0}, .record_bytes = 1},
         true,
         false},
        {"a higher watermark", {.high_watermark = Offset{11}, .log_start = Offset{0}}, true, true},
        {"a lower watermark", {.high_watermark = Offset{9}, .log_start = Offset{0}}, true, true},
        {"a log start", {.high_watermark = Offset{10}, .log_start = Offset{1}}, true, true},
        {"a preferred replica or a diverging epoch",
         {.high_watermark = Offset{10}, .log_start = Offset{0}, .redirects = true},
         true,
         false},
        {"an error", {.error = ErrorCode::not_leader_or_follower}, true, true},
        {"an error that names the same watermark",
         {.error = ErrorCode::kafka_storage_error,
          .high_watermark = Offset{10},
          .log_start = Offset{0}},
         true,
         true},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.what);
        FetchSessionCache cache({});
        const auto id = open_session(cache);
        auto context = ask().session(id, 1).begin(cache);
        auto results = quiet(*context);
        results[1] = row.result;
        const auto carried = [](bool one) {
            return one ? std::vector<std::uint32_t>{1} : std::vector<std::uint32_t>{};
        };
        auto answer = cache.finish(*context, results, Time{});
        EXPECT_EQ(answer.error, ErrorCode::none);
        EXPECT_EQ(answer.session_id, id);
        EXPECT_EQ(answer.carried, carried(row.carried));

        auto next = ask().session(id, 2).begin(cache);
        auto quiet_again = quiet(*next);
        answer = cache.finish(*next, quiet_again, Time{});
        EXPECT_EQ(!answer.carried.empty(), row.carried_when_quiet_again);
    }
}

TEST(FetchSessionCache, TellsAgainWhatAnErrorInTheFirstAnswerHid) {
    FetchSessionCache cache({});
    auto context = ask().add("foo", 0).begin(cache);
    const std::array failed{FetchedPartition{.error = ErrorCode::unknown_topic_id}};
    const auto id = cache.finish(*context, failed, Time{}).session_id;
    auto next = ask().session(id, 1).begin(cache);
    EXPECT_EQ(cache.finish(*next, quiet(*next), Time{}).carried.size(), 1U);
}

TEST(FetchSessionCache, AddsChangesAndForgetsPartitions) {
    struct Row {
        const char* what;
        Ask request;
        const char* want;
    };
    for (const auto version : {with_names, with_ids}) {
        const Row rows[] = {
            {"nothing", ask(version), "foo-0 foo-1 foo-2"},
            {"new ones go last", ask(version).add("bar", 0).add("foo", 9),
             "foo-0 foo-1 foo-2 bar-0 foo-9"},
            {"known ones stay in place", ask(version).add("foo", 1, 77), "foo-0 foo-1 foo-2"},
            {"one twice", ask(version).add("bar", 0).add("bar", 0, 77), "foo-0 foo-1 foo-2 bar-0"},
            {"forgotten", ask(version).forget("foo", 1), "foo-0 foo-2"},
            {"forgotten twice", ask(version).forget("foo", 1).forget("foo", 1), "foo-0 foo-2"},
            {"forgotten, never known", ask(version).forget("foo", 8).forget("none", 0),
             "foo-0 foo-1 foo-2"},
            {"added and forgotten at once", ask(version).add("bar", 0).forget("bar", 0),
             "foo-0 foo-1 foo-2"},
            {"one topic replaced by another",
             ask(version).add("bar", 0).forget("foo", 0).forget("foo", 1).forget("foo", 2),
             "bar-0"},
        };
        for (auto row : rows) {
            SCOPED_TRACE(row.what);
            FetchSessionCache cache({});
            const auto id = open_session(cache, version);
            auto context = row.request.session(id, 1).begin(cache);
            ASSERT_TRUE(context);
            EXPECT_EQ(order_of(*context), row.want);
        }
    }
}

TEST(FetchSessionCache, ReusesThePlaceOfAForgottenTopic) {
    FetchSessionCache cache({});
    auto id = open_session(cache);
    std::int32_t epoch = 1;
    for (int round = 0; round < 50; ++round) {
        const auto now = "topic" + std::to_string(round);
        const auto before = "topic" + std::to_string(round - 1);
        auto context = ask().session(id, epoch++).add(now, 0).forget(before, 0).begin(cache);
        ASSERT_TRUE(context);
        EXPECT_EQ(order_of(*context), "foo-0 foo-1 foo-2 " + now + "-0");
        EXPECT_LE(context->topics().size(), 3U);
    }
}

TEST(FetchSessionCache, EndsTheSessionWhoseLastPartitionIsForgotten) {
    FetchSessionCache cache({});
    const auto id = open_session(cache);
    auto context =
        ask().session(id, 1).forget("foo", 0).forget("foo", 1).forget("foo", 2).begin(cache);
    ASSERT_TRUE(context);
    EXPECT_EQ(context->kind(), FetchContext::Kind::sessionless);
    EXPECT_EQ(context->size(), 0U);
    EXPECT_EQ(cache.finish(*context, {}, Time{}).session_id, no_fetch_session);
    EXPECT_EQ(cache.sessions(), 0U);
}

TEST(FetchSessionCache, ReadsLastNextTimeWhatGaveRecords) {
    FetchSessionCache cache({});
    const auto id = open_session(cache);
    struct Row {
        std::vector<std::size_t> gave_records;
        const char* read;
    };
    const Row rows[] = {
        {{0}, "foo-0 foo-1 foo-2"}, {{0, 1}, "foo-1 foo-2 foo-0"},    {{}, "foo-0 foo-1 foo-2"},
        {{1}, "foo-0 foo-1 foo-2"}, {{0, 1, 2}, "foo-0 foo-2 foo-1"}, {{}, "foo-0 foo-2 foo-1"},
    };
    std::int32_t epoch = 1;
    for (const auto& row : rows) {
        auto context = ask().session(id, epoch++).begin(cache);
        EXPECT_EQ(order_of(*context), row.read);
        auto results = quiet(*context);
        for (const auto i : row.gave_records) {
            results[i].record_bytes = 100;
        }
        const auto answer = cache.finish(*context, results, Time{});
        EXPECT_EQ(answer.carried.size(), row.gave_records.size());
        EXPECT_EQ(order_of(*context), row.read) << "the context keeps its order";
    }
}

TEST(FetchSessionCache, LeavesTheOrderAloneWhenOnlyAWatermarkMoves) {
    FetchSessionCache cache({});
    const auto id = open_session(cache);
    auto context = ask().session(id, 1).begin(cache);
    auto results = quiet(*context);
    results[0].high_watermark = Offset{11};
    EXPECT_EQ(cache.finish(*context, results, Time{}).carried.size(), 1U);
    EXPECT_EQ(order_of(*ask().session(id, 2).begin(cache)), "foo-0 foo-1 foo-2");
}

TEST(FetchSessionCache, AnswersTheEarlierOfTwoRequestsWithAnEpochError) {
    FetchSessionCache cache({});
    const auto id = open_session(cache);
    auto waits = ask().session(id, 1).begin(cache);
    auto later = ask().session(id, 2).add("bar", 0).forget("foo", 0).begin(cache);
    ASSERT_TRUE(later);
    EXPECT_EQ(order_of(*waits), "foo-0 foo-1 foo-2");
    EXPECT_EQ(order_of(*later), "foo-1 foo-2 bar-0");

    auto results = quiet(*waits);
    results[0].record_bytes = 1;
    const auto answer = cache.finish(*waits, results, Time{});
    EXPECT_EQ(answer.error, ErrorCode::invalid_fetch_session_epoch);
    EXPECT_EQ(answer.session_id, id);
    EXPECT_TRUE(answer.carried.empty());

    EXPECT_EQ(cache.finish(*later, quiet(*later), Time{}).error, ErrorCode::none);
}

TEST(FetchSessionCache, AnswersARequestWhoseSessionWasEvictedMeanwhile) {
    FetchSessionCache cache({});
    const auto id = open_session(cache);
    auto context = ask().session(id, 1).begin(cache);
    (void)ask().session(id, final_fetch_epoch).begin(cache);
    EXPECT_EQ(cache.sessions(), 0U);
    auto results = quiet(*context);
    results[2].record_bytes = 1;
    EXPECT_EQ(cache.finish(*context, results, Time{}).carried, std::vector<std::uint32_t>{2});
}

TEST(FetchSessionCache, LeavesTheSessionUsableWhenARequestIsGivenUp) {
    FetchSessionCache cache({});
    const auto id = open_session(cache);
    (void)ask().session(id, 1).begin(cache);
    auto context = ask().session(id, 2).begin(cache);
    ASSERT_TRUE(context);
    EXPECT_TRUE(cache.finish(*context, quiet(*context), Time{}).carried.empty());
}

TEST(FetchSessionCache, RemembersTheNameOfATopicId) {
    FetchSessionCache cache({});
    const auto id = open_session(cache);
    auto context = ask().session(id, 1).begin(cache);
    EXPECT_EQ(context->topic(0).name, "");
    context->name_topic(context->topic_index(0), "foo");
    (void)cache.finish(*context, quiet(*context), Time{});
    auto next = ask().session(id, 2).begin(cache);
    EXPECT_EQ(next->topic(0).name, "foo");
    EXPECT_EQ(next->topic(0).id, id_of("foo"));
}

TEST(FetchSessionCache, GivesTopicsOfTheOldVersionsTheirNames) {
    FetchSessionCache cache({});
    auto context = ask(with_names).add("foo", 3).begin(cache);
    EXPECT_EQ(context->topic(0).name, "foo");
    EXPECT_TRUE(context->topic(0).id.is_zero());
}

TEST(FetchSessionCache, GivesEachShardIdsOfItsOwn) {
    const std::uint32_t shards = 3;
    const auto range = std::numeric_limits<std::int32_t>::max() / 3;
    for (std::uint32_t shard = 0; shard < shards; ++shard) {
        FetchSessionCache cache({.shard = shard, .shards = shards, .seed = 42});
        for (int i = 0; i < 50; ++i) {
            const auto id = open_session(cache);
            EXPECT_GE(id, 1 + static_cast<std::int32_t>(shard) * range);
            EXPECT_LE(id, static_cast<std::int32_t>(shard + 1) * range);
        }
        EXPECT_EQ(cache.sessions(), 50U) << "no id twice";
    }
}

/// A session of `size` partitions opened at `now`; its id, or 0.
std::int32_t open_at(FetchSessionCache& cache, Time now, bool follower, int size) {
    auto request = ask();
    for (int i = 0; i < size; ++i) {
        request.add("foo", i);
    }
    if (follower) {
        request.follower();
    }
    auto context = request.begin(cache, now);
    return cache.finish(*context, quiet(*context), now).session_id;
}

TEST(FetchSessionCache, EvictsByStalenessThenByPrivilegeAndSize) {
    struct Session {
        Duration created;
        Duration used;  // again, after its creation; zero: never
        bool follower = false;
        int size = 1;
    };
    struct Row {
        const char* what;
        Session cached[2];
        Session proposed;
        int want_evicted;  // index, -1: the proposed one gets no session
    };
    const Row rows[] = {
        // sessions may be evicted after 10 s
        {"all young and of one size", {{0s, 0s}, {0s, 0s}}, {5s, 0s}, -1},
        {"larger, but the others are young", {{0s, 0s}, {0s, 0s}}, {5s, 0s, false, 9}, -1},
        {"the stalest", {{1s, 0s}, {0s, 0s}}, {12s, 0s}, 1},
        {"exactly as old as allowed", {{0s, 0s}, {0s, 0s}}, {10s, 0s}, -1},
        {"stale, though a follower's", {{0s, 0s, true}, {5s, 0s}}, {11s, 0s}, 0},
        {"a follower drives out a young consumer", {{0s, 0s, true}, {0s, 0s}}, {1s, 0s, true}, 1},
        {"a follower drives out a larger consumer",
         {{0s, 0s, false, 9}, {0s, 0s, false, 5}},
         {1s, 0s, true, 1},
         1},
        {"a follower and young followers", {{0s, 0s, true}, {0s, 0s, true}}, {1s, 0s, true, 9}, -1},
        {"a settled session that is smaller",
         {{0s, 11s, false, 2}, {0s, 11s, false, 4}},
         {12s, 0s, false, 3},
         0},
        {"a settled session of the same size",
         {{0s, 11s, false, 3}, {0s, 11s, false, 4}},
         {12s, 0s, false, 3},
         -1},
        {"a settled follower and a larger consumer",
         {{0s, 11s, true, 2}, {0s, 11s, true, 2}},
         {12s, 0s, false, 9},
         -1},
        {"a settled follower and a larger follower",
         {{0s, 11s, true, 4}, {0s, 11s, true, 2}},
         {12s, 0s, true, 9},
         1},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.what);
        FetchSessionCache cache({.slots = 2, .eviction = 10s});
        std::int32_t ids[2];
        for (int i = 0; i < 2; ++i) {
            const auto& session = row.cached[i];
            ids[i] = open_at(cache, Time{session.created}, session.follower, session.size);
            ASSERT_NE(ids[i], no_fetch_session);
            if (session.used > 0s) {
                ASSERT_TRUE(ask().session(ids[i], 1).begin(cache, Time{session.used}));
            }
        }
        const auto id =
            open_at(cache, Time{row.proposed.created}, row.proposed.follower, row.proposed.size);
        EXPECT_EQ(id != no_fetch_session, row.want_evicted >= 0);
        EXPECT_EQ(cache.evictions(), row.want_evicted >= 0 ? 1U : 0U);
        EXPECT_EQ(cache.sessions(), 2U);
        for (int i = 0; i < 2; ++i) {
            const auto epoch = row.cached[i].used > 0s ? 2 : 1;
            const auto found = ask().session(ids[i], epoch).begin(cache, Time{13s});
            EXPECT_EQ(static_cast<bool>(found), i != row.want_evicted);
        }
    }
}

TEST(FetchSessionCache, KnowsFollowersByTheirIdInEveryVersion) {
    // A follower drives out a young consumer, which another consumer does not.
    for (const std::int16_t version : {7, 12, 13, 14, 15, 18}) {
        for (const bool follower : {true, false}) {
            FetchSessionCache cache({.slots = 1});
            (void)open_session(cache);
            auto request = ask(version).add("foo", 0);
            if (follower) {
                request.follower();
            }
            auto context = request.begin(cache);
            const auto id = cache.finish(*context, quiet(*context), Time{}).session_id;
            EXPECT_EQ(id != no_fetch_session, follower) << version;
        }
    }
}

TEST(FetchSessionCache, GivesNoSessionWithoutSlots) {
    FetchSessionCache cache({.slots = 0});
    EXPECT_EQ(open_session(cache), no_fetch_session);
}

TEST(FetchSessionCache, ReadsInTheOrderOfAPlainModel) {
    // Random additions, changes, removals and records against a list of partitions.
    struct Known {
        std::int32_t partition;
        std::int64_t offset;
    };
    for (std::uint32_t seed = 1; seed <= 5; ++seed) {
        SCOPED_TRACE(seed);
        std::minstd_rand random(seed);
        FetchSessionCache cache({});
        auto full = ask().add("t", 0).begin(cache);
        const auto id = cache.finish(*full, quiet(*full), Time{}).session_id;
        std::vector<Known> model{{0, 0}};
        const auto at = [&](std::int32_t partition) {
            return std::ranges::find(model, partition, &Known::partition);
        };
        for (std::int32_t epoch = 1; epoch < 100; ++epoch) {
            auto request = ask().session(id, epoch);
            for (auto n = random() % 4; n > 0; --n) {
                const auto partition = 1 + static_cast<std::int32_t>(random() % 40);
                request.add("t", partition, epoch);
                if (at(partition) == model.end()) {
                    model.push_back({partition, epoch});
                }
                at(partition)->offset = epoch;
            }
            for (auto n = random() % 3; n > 0; --n) {
                const auto partition = 1 + static_cast<std::int32_t>(random() % 40);
                request.forget("t", partition);
                std::erase_if(model, [&](const auto& k) { return k.partition == partition; });
            }
            auto context = request.begin(cache);
            ASSERT_TRUE(context);
            ASSERT_EQ(context->size(), model.size());
            auto results = quiet(*context);
            std::vector<Known> gave;
            for (std::size_t i = 0; i < model.size(); ++i) {
                ASSERT_EQ(context->position(i).partition.get(), model[i].partition);
                ASSERT_EQ(context->position(i).fetch_offset.get(), model[i].offset);
                if (random() % 5 == 0) {
                    results[i].record_bytes = 1;
                    gave.push_back(model[i]);
                }
            }
            (void)cache.finish(*context, results, Time{});
            for (const auto& known : gave) {
                std::erase_if(model, [&](auto& k) { return k.partition == known.partition; });
                model.push_back(known);
            }
        }
    }
}

}  // namespace
}  // namespace barnabas::broker

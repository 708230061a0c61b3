// The C++ consumer against a real broker, Barnabas or Apache Kafka. tests/interop/
// test_cpp_consumer.py starts the broker (BARNABAS_BOOTSTRAP names it) and makes:
// - topic "numbers", 3 partitions: in each 300 records "0" to "299" with the timestamps
//   1,000,000 ms, 1,001,000 ms, ...; gzip in partition 0, lz4 in 1, zstd in 2
// - topic "transactions": records 0-9 committed, 10-19 aborted, 20-29 committed, 30-34 open
// - topic "empty", 1 partition; topics "pattern-a" and "pattern-b", 1 partition, 10 records each
// - topic "live", 2 partitions, where records keep coming

#include "client_calls.h"
#include <barnabas/consumer.h>
#include <barnabas/typed_consumer.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace barnabas {
namespace {

using ::testing::HasSubstr;

constexpr Duration patience = 30s;

TopicPartition tp(std::string topic, std::int32_t partition) {
    return {.topic = std::move(topic), .partition = PartitionId{partition}};
}

Consumer make(ClientConfig more = {}, std::shared_ptr<EventLoop> loop = nullptr) {
    more.emplace("bootstrap.servers", bootstrap());
    more.emplace("auto.offset.reset", "earliest");
    more.emplace("fetch.max.wait.ms", "100");
    auto made = Consumer::create(std::move(more), std::move(loop));
    if (!made) {
        throw std::runtime_error(made.error().message);
    }
    return std::move(*made);
}

using Clock = std::chrono::steady_clock;

/// Records until there are `count`, in the order in which they came.
std::vector<ConsumerRecord> read(Consumer& consumer, std::size_t count) {
    std::vector<ConsumerRecord> all;
    const auto deadline = Clock::now() + patience;
    while (all.size() < count) {
        for (const auto& record : good(consumer.poll(200ms))) {
            all.push_back(record);
        }
        if (Clock::now() > deadline) {
            throw std::runtime_error(fmt::format("{} of {} records came", all.size(), count));
        }
    }
    return all;
}

/// Polls until `done`.
template <class Condition>
void poll_until(Consumer& consumer, Condition done) {
    const auto deadline = Clock::now() + patience;
    while (!done()) {
        good(consumer.poll(100ms));
        if (Clock::now() > deadline) {
            throw std::runtime_error("what was waited for did not happen");
        }
    }
}

std::string unique(std::string_view name) {
    static std::atomic<int> next = 0;
    return fmt::format("{}-{}-{}", name, Clock::now().time_since_epoch().count(), next++);
}

const std::vector<TopicPartition> numbers{tp("numbers", 0), tp("numbers", 1), tp("numbers", 2)};

TEST(ClientConsumer, ReadsEverythingOfWhatItIsAssigned) {
    Consumer consumer = make();
    good(consumer.assign(numbers));
    const auto records = read(consumer, 900);
    EXPECT_EQ(records.size(), 900U);
    std::map<PartitionId, std::int64_t> next;
    for (const auto& record : records) {
        const std::int64_t offset = next[record.partition()]++;
        ASSERT_EQ(record.offset(), Offset{offset});
        ASSERT_EQ(record.value_text(), std::to_string(offset));
        ASSERT_EQ(record.timestamp(), Timestamp{1'000'000 + 1000 * offset});
        ASSERT_EQ(record.timestamp_type(), TimestampType::create_time);
        ASSERT_EQ(record.topic(), "numbers");
    }
    EXPECT_EQ(next.size(), 3U);
    EXPECT_EQ(good(consumer.position(numbers[0])), Offset{300});
    EXPECT_EQ(consumer.current_lag(numbers[0]), 0);
    EXPECT_TRUE(good(consumer.poll(0s)).empty());
}

TEST(ClientConsumer, HandsOutNoMoreThanItIsToldTo) {
    Consumer consumer = make({{"max.poll.records", "7"}});
    good(consumer.assign({numbers[1]}));
    std::int64_t next = 0;
    while (next < 300) {
        const auto records = good(consumer.poll(patience));
        ASSERT_LE(records.size(), 7U);
        ASSERT_FALSE(records.empty());
        for (const auto& record : records) {
            ASSERT_EQ(record.offset(), Offset{next++});
        }
        EXPECT_EQ(records.next_offsets().at(numbers[1]).offset, Offset{next});
        EXPECT_EQ(good(consumer.position(numbers[1])), Offset{next});
    }
}

TEST(ClientConsumer, FetchesLittleByLittle) {
    Consumer consumer = make({{"max.partition.fetch.bytes", "100"}, {"fetch.max.bytes", "300"}});
    good(consumer.assign(numbers));
    EXPECT_EQ(read(consumer, 900).size(), 900U);
}

TEST(ClientConsumer, SeeksToOffsetsTimesAndEnds) {
    Consumer consumer = make();
    good(consumer.assign({numbers[0], numbers[2]}));
    good(consumer.seek(numbers[0], Offset{290}));
    good(consumer.seek_to_end({numbers[2]}));
    EXPECT_EQ(good(consumer.position(numbers[2])), Offset{300});
    EXPECT_EQ(read(consumer, 10).front().offset(), Offset{290});
    good(consumer.seek_to_time({numbers[2]}, Timestamp{1'250'500}));
    const auto late = read(consumer, 49);
    EXPECT_EQ(late.front().offset(), Offset{251});
    EXPECT_EQ(late.front().partition(), PartitionId{2});
    good(consumer.seek_to_time({numbers[2]}, Timestamp{9'000'000'000'000}));
    EXPECT_EQ(good(consumer.position(numbers[2])), Offset{300});
    good(consumer.seek_to_beginning());
    EXPECT_EQ(good(consumer.position(numbers[0])), Offset{0});
    EXPECT_EQ(read(consumer, 600).size(), 600U);
    EXPECT_FALSE(consumer.seek(tp("numbers", 1), Offset{0})) << "it is not assigned";
    EXPECT_FALSE(consumer.seek(numbers[0], Offset{-5}));
}

TEST(ClientConsumer, KnowsWhatALogHas) {
    Consumer consumer = make();
    const auto begin = good(consumer.beginning_offsets(numbers));
    const auto end = good(consumer.end_offsets(numbers));
    for (const auto& partition : numbers) {
        EXPECT_EQ(begin.at(partition), Offset{0});
        EXPECT_EQ(end.at(partition), Offset{300});
    }
    const auto found = good(consumer.offsets_for_times(
        {{numbers[0], Timestamp{1'100'000}}, {numbers[1], Timestamp{9'000'000'000'000}}}));
    ASSERT_TRUE(found.at(numbers[0]));
    EXPECT_EQ(found.at(numbers[0])->offset, Offset{100});
    EXPECT_EQ(found.at(numbers[0])->timestamp, Timestamp{1'100'000});
    EXPECT_FALSE(found.at(numbers[1]));
    const auto partitions = good(consumer.partitions_for("numbers"));
    EXPECT_EQ(partitions.size(), 3U);
    EXPECT_TRUE(partitions.at(0).leader.has_value());
    const auto topics = good(consumer.list_topics());
    EXPECT_TRUE(topics.contains("numbers"));
    EXPECT_TRUE(topics.contains("empty"));
}

TEST(ClientConsumer, SeesOfTransactionsWhatItIsToSee) {
    struct Row {
        std::string isolation;
        std::vector<std::string> want_ends;
        std::size_t count;
    };
    Consumer all = make({{"isolation.level", "read_uncommitted"}});
    good(all.assign({tp("transactions", 0)}));
    const auto everything = read(all, 35);
    EXPECT_EQ(everything.back().value_text(), "34");

    Consumer committed = make({{"isolation.level", "read_committed"}});
    good(committed.assign({tp("transactions", 0)}));
    std::vector<std::string> seen;
    for (const auto& record : read(committed, 20)) {
        seen.emplace_back(record.value_text());
    }
    std::vector<std::string> want;
    for (int i = 0; i < 30; ++i) {
        if (i < 10 || i >= 20) {
            want.push_back(std::to_string(i));
        }
    }
    EXPECT_EQ(seen, want);
    EXPECT_TRUE(good(committed.poll(300ms)).empty()) << "the rest is open";
    const auto end = good(committed.end_offsets({tp("transactions", 0)}));
    EXPECT_LT(end.at(tp("transactions", 0)),
              good(all.end_offsets({tp("transactions", 0)})).at(tp("transactions", 0)));
}

TEST(ClientConsumer, CommitsAndGoesOnFromThere) {
    const std::string group = unique("commits");
    const ClientConfig config{{"group.id", group}, {"enable.auto.commit", "false"}};
    {
        Consumer consumer = make(config);
        good(consumer.assign(numbers));
        EXPECT_TRUE(good(consumer.committed(numbers)).empty());
        read(consumer, 900);
        good(consumer.commit_sync());
        const OffsetAndMetadata place{.offset = Offset{42}, .metadata = "half-way"};
        good(consumer.commit_sync({{numbers[1], place}}));
        const auto committed = good(consumer.committed(numbers));
        EXPECT_EQ(committed.at(numbers[0]).offset, Offset{300});
        EXPECT_EQ(committed.at(numbers[1]), place);
        std::atomic<int> told = 0;
        consumer.commit_async({{numbers[2], {.offset = Offset{7}}}},
                              [&told](const Result<>& result, const OffsetMap& offsets) {
                                  told += result && offsets.size() == 1 ? 1 : 100;
                              });
        good(consumer.close());
        EXPECT_EQ(told, 1);
    }
    Consumer next = make(config);
    good(next.assign(numbers));
    EXPECT_EQ(good(next.position(numbers[0])), Offset{300});
    EXPECT_EQ(good(next.position(numbers[1])), Offset{42});
    EXPECT_EQ(good(next.position(numbers[2])), Offset{7});
    EXPECT_EQ(read(next, 258 + 293).size(), 258U + 293U);
}

TEST(ClientConsumer, CommitsByItself) {
    const std::string group = unique("auto");
    {
        Consumer consumer = make({{"group.id", group}, {"auto.commit.interval.ms", "100"}});
        good(consumer.subscribe({"numbers"}));
        read(consumer, 900);
        Consumer watcher = make({{"group.id", group}, {"enable.auto.commit", "false"}});
        poll_until(consumer, [&] {
            const auto committed = good(watcher.committed(numbers));
            return committed.contains(numbers[0]) && committed.at(numbers[0]).offset == Offset{300};
        });
    }
    Consumer next = make({{"group.id", group}});
    good(next.subscribe({"numbers"}));
    poll_until(next, [&] { return next.assignment().size() == 3; });
    EXPECT_EQ(good(next.position(numbers[2])), Offset{300});
}

TEST(ClientConsumer, WithoutOffsetsItDoesAsTheResetPolicySays) {
    Consumer latest = make({{"auto.offset.reset", "latest"}});
    good(latest.assign({numbers[0]}));
    EXPECT_EQ(good(latest.position(numbers[0])), Offset{300});

    Consumer none = make({{"auto.offset.reset", "none"}});
    good(none.assign({numbers[0]}));
    const auto refused = none.poll(5s);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::offset_out_of_range);
    EXPECT_THAT(refused.error().message, HasSubstr("numbers-0"));
    good(none.seek(numbers[0], Offset{295}));
    // What was found out before the seek may be told once more.
    const auto first = none.poll(5s);
    EXPECT_EQ(first
                  ? (first->size() + (first->size() < 5 ? read(none, 5 - first->size()).size() : 0))
                  : read(none, 5).size(),
              5U);

    Consumer beyond = make();
    good(beyond.assign({numbers[0]}));
    good(beyond.seek(numbers[0], Offset{5000}));
    EXPECT_EQ(read(beyond, 300).front().offset(), Offset{0});

    Consumer recent = make({{"auto.offset.reset", "by_duration:PT1H"}});
    good(recent.assign({numbers[0]}));
    EXPECT_EQ(good(recent.position(numbers[0])), Offset{300}) << "all records are of 1970";
}

/// Leaves out odd offsets and counts what it hears.
class EvenOffsets final : public ConsumerInterceptor {
public:
    ConsumerRecords on_consume(ConsumerRecords records) override {
        seen += records.size();
        return records.keep_if(
            [](const ConsumerRecord& record) { return record.offset().get() % 2 == 0; });
    }
    void on_commit(const OffsetMap& offsets) override {
        for (const auto& [partition, place] : offsets) {
            committed = place.offset;
        }
    }

    std::atomic<std::size_t> seen = 0;
    std::atomic<Offset> committed = no_offset;
};

TEST(ClientConsumer, ShowsInterceptorsWhatItHandsOutAndCommits) {
    const auto interceptor = std::make_shared<EvenOffsets>();
    Consumer consumer = good(Consumer::create({{"bootstrap.servers", bootstrap()},
                                               {"auto.offset.reset", "earliest"},
                                               {"group.id", unique("interceptors")},
                                               {"enable.auto.commit", "false"}},
                                              {.interceptors = {interceptor}}));
    good(consumer.assign({numbers[0]}));
    const auto records = read(consumer, 150);
    for (const auto& record : records) {
        ASSERT_EQ(record.offset().get() % 2, 0);
    }
    EXPECT_EQ(records.size(), 150U);
    EXPECT_EQ(interceptor->seen, 300U);
    EXPECT_EQ(interceptor->committed.load(), no_offset);
    good(consumer.commit_sync());
    EXPECT_EQ(interceptor->committed.load(), Offset{300}) << "positions do not hang on it";
}

TEST(ClientConsumer, PausesAndResumes) {
    Consumer consumer = make({{"max.poll.records", "10"}});
    good(consumer.assign(numbers));
    read(consumer, 1);
    good(consumer.pause(numbers));
    EXPECT_EQ(consumer.paused().size(), 3U);
    EXPECT_TRUE(good(consumer.poll(300ms)).empty());
    good(consumer.resume({numbers[1]}));
    EXPECT_EQ(read(consumer, 1).front().partition(), PartitionId{1});
    EXPECT_FALSE(consumer.pause({tp("nobody", 0)}));
}

TEST(ClientConsumer, IsWokenFromAnotherThread) {
    Consumer consumer = make();
    good(consumer.assign({tp("empty", 0)}));
    good(consumer.poll(100ms));
    std::thread waker([&consumer] { consumer.wakeup(); });
    const auto begin = Clock::now();
    const auto woken = consumer.poll(patience);
    waker.join();
    ASSERT_FALSE(woken);
    EXPECT_EQ(woken.error().code, ErrorCode::operation_not_attempted);
    EXPECT_LT(Clock::now() - begin, 10s);
    consumer.wakeup();
    EXPECT_FALSE(consumer.poll(patience));
    EXPECT_TRUE(consumer.poll(10ms));
}

TEST(ClientConsumer, PollsInCoroutinesAndCallbacks) {
    const auto loop = good(EventLoop::start());
    Consumer one = make({}, loop);
    Consumer two = make({}, loop);  // of one loop
    good(one.assign({numbers[0]}));
    good(two.assign({numbers[1]}));
    std::size_t count = 0;
    while (count < 600) {
        auto first = one.poll_async(500ms);
        auto second = two.poll_async(500ms);
        count += good(first.get()).size() + good(second.get()).size();
    }
    EXPECT_EQ(count, 600U);
}

/// Counts what it hears.
class Listener : public RebalanceListener {
public:
    void on_partitions_assigned(Consumer& /*consumer*/,
                                const std::vector<TopicPartition>& partitions) override {
        assigned.insert(partitions.begin(), partitions.end());
        owned.insert(partitions.begin(), partitions.end());
    }
    void on_partitions_revoked(Consumer& consumer,
                               const std::vector<TopicPartition>& partitions) override {
        EXPECT_TRUE(consumer.commit_sync());
        revoked.insert(partitions.begin(), partitions.end());
        for (const auto& partition : partitions) {
            owned.erase(partition);
        }
    }
    std::set<TopicPartition> assigned;
    std::set<TopicPartition> revoked;
    std::set<TopicPartition> owned;
};

class ClientConsumerGroups : public ::testing::TestWithParam<std::string> {
protected:
    static ClientConfig config(const std::string& group) {
        ClientConfig config{{"group.id", group}, {"enable.auto.commit", "false"}};
        if (GetParam() == "consumer") {
            config["group.protocol"] = "consumer";
        } else {
            config["partition.assignment.strategy"] = GetParam();
            config["heartbeat.interval.ms"] = "300";
        }
        return config;
    }
};

TEST_P(ClientConsumerGroups, ShareTheirPartitions) {
    const std::string group = unique("share");
    auto heard_one = std::make_shared<Listener>();
    auto heard_two = std::make_shared<Listener>();
    Consumer one = make(config(group));
    good(one.subscribe({"numbers"}, heard_one));
    poll_until(one, [&] { return heard_one->owned.size() == 3; });
    EXPECT_EQ(one.assignment().size(), 3U);
    EXPECT_GE(one.group_metadata().generation_id, 1);
    EXPECT_FALSE(one.group_metadata().member_id.empty());

    Consumer two = make(config(group));
    good(two.subscribe({"numbers"}, heard_two));
    poll_until(two, [&] {
        good(one.poll(50ms));
        return !heard_two->owned.empty() && heard_one->owned.size() + heard_two->owned.size() == 3;
    });
    EXPECT_FALSE(heard_one->revoked.empty());
    good(two.close());
    EXPECT_TRUE(heard_two->owned.empty()) << "it is told before it leaves";
    poll_until(one, [&] { return heard_one->owned.size() == 3; });
    good(one.unsubscribe());
    EXPECT_TRUE(one.assignment().empty());
    EXPECT_TRUE(heard_one->owned.empty());
    EXPECT_FALSE(one.poll(10ms)) << "there is nothing to read";
    good(one.subscribe({"pattern-a"}, heard_one));
    poll_until(one, [&] { return heard_one->owned.size() == 1; });
}

TEST_P(ClientConsumerGroups, FollowPatterns) {
    Consumer consumer = make(config(unique("patterns")));
    auto heard = std::make_shared<Listener>();
    good(consumer.subscribe_pattern("pattern-.*", heard));
    poll_until(consumer, [&] { return heard->owned.size() == 2; });
    EXPECT_EQ(heard->owned, (std::set{tp("pattern-a", 0), tp("pattern-b", 0)}));
    const auto bad = consumer.subscribe_pattern("(");
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error().code, ErrorCode::invalid_regular_expression);
}

TEST_P(ClientConsumerGroups, ReadEachRecordOnceWhileTheyChange) {
    const std::string group = unique("once");
    std::map<std::string, int> seen;
    std::set<std::string> values;
    auto drain = [&seen](Consumer& consumer) {
        for (const auto& record : good(consumer.poll(50ms))) {
            ++seen[fmt::format("{}:{}", record.topic_partition(), record.offset())];
        }
    };
    auto heard = std::make_shared<Listener>();  // which commits what is revoked
    Consumer one = make(config(group));
    good(one.subscribe({"live"}, heard));
    const auto until = Clock::now() + patience;
    while (seen.size() < 100 && Clock::now() < until) {
        drain(one);
    }
    {
        Consumer two = make(config(group));
        auto other = std::make_shared<Listener>();
        good(two.subscribe({"live"}, other));
        while (other->owned.empty() && Clock::now() < until) {
            drain(one);
            drain(two);
        }
        for (int i = 0; i < 20; ++i) {
            drain(one);
            drain(two);
        }
        good(two.close());
    }
    const std::size_t before = seen.size();
    while (seen.size() < before + 50 && Clock::now() < until) {
        drain(one);
    }
    EXPECT_GE(seen.size(), 150U);
    for (const auto& [record, times] : seen) {
        EXPECT_EQ(times, 1) << record;
    }
}

TEST_P(ClientConsumerGroups, StaticMembersComeBackToWhatTheyHad) {
    const std::string group = unique("static");
    auto with_instance = config(group);
    with_instance["group.instance.id"] = "i";
    std::string first_id;
    {
        Consumer consumer = make(with_instance);
        good(consumer.subscribe({"numbers"}));
        poll_until(consumer, [&] { return consumer.assignment().size() == 3; });
        good(consumer.close());
    }
    Consumer again = make(with_instance);
    good(again.subscribe({"numbers"}));
    poll_until(again, [&] { return again.assignment().size() == 3; });
}

INSTANTIATE_TEST_SUITE_P(Protocols, ClientConsumerGroups,
                         ::testing::Values("range", "roundrobin", "sticky", "cooperative-sticky",
                                           "consumer"),
                         [](const auto& row) {
                             std::string name = row.param;
                             std::erase(name, '-');
                             return name;
                         });

TEST(ClientConsumer, HandsOutTypes) {
    Consumer plain = make();
    good(plain.assign({numbers[0]}));
    TypedConsumer<std::string, std::string> texts(std::move(plain));
    std::size_t count = 0;
    for (const auto deadline = Clock::now() + patience; count < 300 && Clock::now() < deadline;) {
        for (const auto& record : good(texts.poll(200ms))) {
            EXPECT_FALSE(*record.key);
            EXPECT_EQ(**record.value, std::to_string(record.raw.offset().get()));
            ++count;
        }
    }
    EXPECT_EQ(count, 300U);
    good(texts.plain().seek(numbers[0], Offset{299}));
    TypedConsumer<std::string, std::int64_t> wrong(std::move(texts.plain()));
    const auto records = good(wrong.poll(patience));
    ASSERT_EQ(records.size(), 1U);
    ASSERT_FALSE(records[0].value);
    EXPECT_THAT(records[0].value.error().message, HasSubstr("numbers-0 at offset 299"));
}

TEST(ClientConsumer, SaysWhatIsWrong) {
    const auto unknown = Consumer::create({{"bootstrap.servers", bootstrap()}, {"gruop.id", "g"}});
    ASSERT_FALSE(unknown);
    EXPECT_THAT(unknown.error().message, HasSubstr("group.id"));
    Consumer consumer = make();
    EXPECT_FALSE(consumer.poll(0s)) << "nothing to read";
    const auto no_group = consumer.subscribe({"numbers"});
    ASSERT_FALSE(no_group);
    EXPECT_EQ(no_group.error().code, ErrorCode::invalid_group_id);
    good(consumer.assign({numbers[0]}));
    EXPECT_FALSE(consumer.commit_sync());
    good(consumer.close());
    good(consumer.close());
    const auto closed = consumer.poll(0s);
    ASSERT_FALSE(closed);
    EXPECT_THAT(closed.error().message, HasSubstr("closed"));
}

TEST(ClientConsumer, ClosesInTimeWhenNobodyIsThere) {
    auto made = Consumer::create({{"bootstrap.servers", "127.0.0.1:1"}, {"group.id", "g"}});
    Consumer consumer = std::move(*made);
    good(consumer.subscribe({"numbers"}));
    EXPECT_TRUE(good(consumer.poll(200ms)).empty());
    const auto begin = Clock::now();
    ignore(consumer.close(1s), "there is nobody to say good-bye to");
    EXPECT_LT(Clock::now() - begin, 5s);
}

}  // namespace
}  // namespace barnabas

// Retry and dead-letter topics against a broker inside of this process, or against the one that
// BARNABAS_BOOTSTRAP names (tests/interop/test_cpp_retry_topics.py: Apache Kafka's).
#include <barnabas/admin.h>
#include <barnabas/consumer.h>
#include <barnabas/producer.h>
#include <barnabas/retry_topics.h>
#include <barnabas/test_broker.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace barnabas {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Clock = std::chrono::steady_clock;

constexpr Duration patience = 30s;

template <class T>
T good(Result<T> result) {
    if (!result) {
        throw std::runtime_error(
            fmt::format("{}: {}", error_name(result.error().code), result.error().message));
    }
    if constexpr (!std::is_void_v<T>) {
        return std::move(*result);
    }
}

std::string header(const ConsumerRecord& record, std::string_view name) {
    const auto found = record.header(fmt::format("__dlq.errors.{}", name));
    return found && found->value ? std::string(as_text(*found->value)) : "none";
}

class RetryTopics : public ::testing::Test {
protected:
    RetryTopics() {
        if (const char* const elsewhere = std::getenv("BARNABAS_BOOTSTRAP")) {
            bootstrap_ = elsewhere;
            return;
        }
        broker_.emplace(good(
            TestBroker::start({.settings = {{"num.partitions", "1"},
                                            {"group.consumer.min.heartbeat.interval.ms", "100"},
                                            {"group.consumer.heartbeat.interval.ms", "200"}}})));
        bootstrap_ = broker_->bootstrap();
    }

    [[nodiscard]] ClientConfig config() const {
        return {{"bootstrap.servers", bootstrap_},
                {"group.id", "billing"},
                {"auto.offset.reset", "earliest"},
                {"fetch.max.wait.ms", "100"}};
    }
    RetryingConsumer make(RetryOptions options, ClientConfig more = {}) {
        more.merge(config());
        auto consumer =
            good(RetryingConsumer::create(std::move(more), {topic_}, std::move(options)));
        return consumer;
    }
    void send(std::vector<std::string> values, std::string key = "k") {
        auto producer = good(Producer::create({{"bootstrap.servers", bootstrap_}}));
        std::vector<Future<RecordMetadata>> sent;
        for (const auto& value : values) {
            sent.push_back(producer.send(
                ProducerRecord{.topic = topic_,
                               .timestamp = Timestamp{4000},
                               .key = to_bytes(key),
                               .value = to_bytes(value),
                               .headers = {{.key = "trace", .value = to_bytes("t-" + value)}}}));
        }
        for (auto& future : sent) {
            good(future.get());
        }
    }
    /// Polls until so many records were handled, retried and dead in all.
    RetryCounts poll(RetryingConsumer& consumer, const RetryingConsumer::Handler& handler,
                     RetryCounts wanted) {
        RetryCounts all;
        const auto deadline = Clock::now() + patience;
        while (all.handled < wanted.handled || all.retried < wanted.retried ||
               all.dead < wanted.dead) {
            if (Clock::now() > deadline) {
                throw std::runtime_error(fmt::format("{} handled, {} retried, {} dead", all.handled,
                                                     all.retried, all.dead));
            }
            const auto done = good(consumer.poll(200ms, handler));
            all.handled += done.handled;
            all.retried += done.retried;
            all.dead += done.dead;
        }
        return all;
    }
    std::vector<ConsumerRecord> read(const std::string& topic, std::size_t count) {
        auto consumer = good(Consumer::create(
            {{"bootstrap.servers", bootstrap_}, {"auto.offset.reset", "earliest"}}));
        good(consumer.assign({{topic, PartitionId{0}}}));
        std::vector<ConsumerRecord> all;
        const auto deadline = Clock::now() + patience;
        while (all.size() < count && Clock::now() < deadline) {
            for (const auto& record : good(consumer.poll(100ms))) {
                all.push_back(record);
            }
        }
        return all;
    }
    Offset committed(const std::string& topic) {
        auto consumer = good(Consumer::create(config()));
        const TopicPartition partition{topic, PartitionId{0}};
        const auto offsets = good(consumer.committed({partition}));
        return offsets.contains(partition) ? offsets.at(partition).offset : no_offset;
    }

    [[nodiscard]] std::string retry(int number) const {
        return fmt::format("{}-billing-retry-{}", topic_, number);
    }
    [[nodiscard]] std::string dead_letters() const { return topic_ + "-billing-dlt"; }

    std::optional<TestBroker> broker_;  // nothing: somebody started one
    std::string bootstrap_;
    const std::string topic_ = fmt::format("orders-{}", Clock::now().time_since_epoch().count());
};

TEST_F(RetryTopics, TryAgainLaterAndGoOnMeanwhile) {
    send({"a", "bad", "b"});
    auto consumer = make({.delays = {300ms, 300ms}});
    std::vector<std::string> seen;
    std::vector<Clock::time_point> tries;
    const auto handler = [&](const ConsumerRecord& record) -> Result<> {
        seen.emplace_back(record.value_text());
        if (record.value_text() == "bad") {
            tries.push_back(Clock::now());
            if (tries.size() < 3) {
                return fail(ErrorCode::request_timed_out, "try {}", tries.size());
            }
        }
        return {};
    };
    const auto counts = poll(consumer, handler, {.handled = 3, .retried = 2});
    EXPECT_EQ(counts, (RetryCounts{.handled = 3, .retried = 2, .dead = 0}));
    EXPECT_THAT(seen, ElementsAre("a", "bad", "b", "bad", "bad"));
    // Due times are whole milliseconds, rounded up.
    EXPECT_GE(tries[1] - tries[0], 299ms);
    EXPECT_GE(tries[2] - tries[1], 299ms);
    good(consumer.close());
    EXPECT_EQ(committed(topic_), Offset{3});
    EXPECT_EQ(committed(retry(1)), Offset{1});
    EXPECT_EQ(committed(retry(2)), Offset{1});
}

TEST_F(RetryTopics, GiveUpAfterTheLastTryAndSayWhy) {
    send({"bad"});
    auto consumer = make({.delays = {10ms}});
    int tries = 0;
    const auto handler = [&tries](const ConsumerRecord&) -> Result<> {
        return fail(ErrorCode::request_timed_out, "the bank is closed ({})", ++tries);
    };
    EXPECT_EQ(poll(consumer, handler, {.retried = 1, .dead = 1}),
              (RetryCounts{.handled = 0, .retried = 1, .dead = 1}));
    EXPECT_EQ(consumer.dead_letter_topic(topic_), dead_letters());
    const auto dead = read(dead_letters(), 1);
    ASSERT_EQ(dead.size(), 1U);
    EXPECT_EQ(dead[0].key_text(), "k");
    EXPECT_EQ(dead[0].value_text(), "bad");
    EXPECT_EQ(as_text(*dead[0].header("trace")->value), "t-bad");
    EXPECT_EQ(header(dead[0], "topic"), topic_);
    EXPECT_EQ(header(dead[0], "partition"), "0");
    EXPECT_EQ(header(dead[0], "offset"), "0");
    EXPECT_EQ(header(dead[0], "timestamp"), "4000");
    EXPECT_EQ(header(dead[0], "group"), "billing");
    EXPECT_EQ(header(dead[0], "delivery.count"), "2");
    EXPECT_EQ(header(dead[0], "error"), "REQUEST_TIMED_OUT");
    EXPECT_EQ(header(dead[0], "message"), "the bank is closed (2)");
    EXPECT_EQ(header(dead[0], "retry.at"), "none");
    EXPECT_NE(dead[0].timestamp(), Timestamp{4000});
    const auto retried = read(retry(1), 1);
    EXPECT_EQ(header(retried.at(0), "delivery.count"), "1");
    EXPECT_EQ(std::stoll(header(retried.at(0), "retry.at")),
              std::stoll(header(retried.at(0), "failed.at")) + 10);
}

TEST_F(RetryTopics, DoNotTryAgainWhatCannotBeRead) {
    send({"unreadable", "thrown"});
    auto consumer = make({.delays = {10ms}});
    const auto handler = [](const ConsumerRecord& record) -> Result<> {
        if (record.value_text() == "thrown") {
            throw std::runtime_error("thrown by the handler");
        }
        return fail(ErrorCode::invalid_record, "no JSON");
    };
    EXPECT_EQ(poll(consumer, handler, {.retried = 1, .dead = 2}),
              (RetryCounts{.handled = 0, .retried = 1, .dead = 2}));
    const auto dead = read(dead_letters(), 2);
    ASSERT_EQ(dead.size(), 2U);
    EXPECT_EQ(header(dead[0], "error"), "INVALID_RECORD");
    EXPECT_EQ(header(dead[0], "delivery.count"), "1");
    EXPECT_EQ(header(dead[1], "message"), "thrown by the handler");
    EXPECT_EQ(header(dead[1], "delivery.count"), "2");
}

TEST_F(RetryTopics, AreReadFromTheirBeginningByWhoReadsFromTheEnd) {
    send({"skipped"});
    {
        auto first = make({.delays = {1ms}});
        EXPECT_EQ(poll(first, [](const auto&) { return fail(ErrorCode::invalid_request, "no"); },
                       {.retried = 1})
                      .retried,
                  1U);
        good(first.close());
    }
    // Another group of the same topics, which has nothing committed.
    auto second = make({.delays = {1ms}, .retry_suffix = "-billing-retry-"},
                       {{"group.id", "late"}, {"auto.offset.reset", "latest"}});
    std::vector<std::string> topics;
    const auto handler = [&topics](const ConsumerRecord& record) -> Result<> {
        topics.push_back(record.topic());
        return {};
    };
    poll(second, handler, {.handled = 1});
    EXPECT_THAT(topics, ElementsAre(retry(1)));
}

TEST_F(RetryTopics, GoOnWhereTheLastMemberStopped) {
    send({"a", "b", "c"});
    auto first = make({.delays = {1min}}, {{"max.poll.records", "2"}});
    int left = 2;
    poll(first,
         [&left](const auto&) -> Result<> {
             return left-- > 0 ? Result<>() : fail(ErrorCode::invalid_request, "no");
         },
         {.handled = 2});
    good(first.close());
    auto next = make({.delays = {1min}});
    std::vector<std::string> seen;
    poll(next,
         [&seen](const ConsumerRecord& record) -> Result<> {
             seen.emplace_back(record.value_text());
             return {};
         },
         {.handled = 1});
    EXPECT_THAT(seen, ElementsAre("c"));
}

TEST_F(RetryTopics, KeepWhatCannotBeForwarded) {
    auto admin = good(Admin::create({{"bootstrap.servers", bootstrap_}}));
    const auto made = good(
        admin.create_topics({{.name = retry(1), .configs = {{"max.message.bytes", "200"}}}}).get());
    send({"small", std::string(1000, 'x'), "behind"});
    auto consumer = make({.delays = {1ms}});
    std::vector<std::size_t> sizes;
    const auto handler = [&sizes](const ConsumerRecord& record) -> Result<> {
        sizes.push_back(record.value().size());
        return record.value().size() > 100 ? Result<>(fail(ErrorCode::invalid_request, "too big"))
                                           : Result<>();
    };
    Result<RetryCounts> done;
    for (const auto deadline = Clock::now() + patience; done && Clock::now() < deadline;) {
        done = consumer.poll(200ms, handler);
    }
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::message_too_large);
    EXPECT_THAT(done.error().message,
                HasSubstr(fmt::format("offset 1 of {}-0 failed (too big)", topic_)));
    EXPECT_THAT(done.error().message, HasSubstr(retry(1)));
    EXPECT_EQ(committed(topic_), Offset{1});
    // The topic is mended: nothing is lost.
    const auto altered =
        good(admin
                 .incremental_alter_configs(
                     {{{.type = admin::ConfigResourceType::topic, .name = retry(1)},
                       {{.name = "max.message.bytes", .value = "100000"}}}})
                 .get());
    for (const auto& [resource, outcome] : altered) {
        good(outcome);
    }
    EXPECT_EQ(poll(consumer, handler, {.handled = 1, .retried = 1}).retried, 1U);
    EXPECT_EQ(sizes.back(), 6U);  // "behind", once more
}

TEST_F(RetryTopics, AreMadeWithAsManyPartitionsAsTheTopic) {
    auto admin = good(Admin::create({{"bootstrap.servers", bootstrap_}}));
    good(good(admin.create_topics({{.name = topic_, .partitions = 3}}).get()).at(topic_));
    auto consumer = make({.delays = {1s, 2s}});
    good(consumer.create_topics());
    good(consumer.create_topics());  // which are there by now
    const auto topics =
        good(admin
                 .describe_topics({consumer.retry_topic(topic_, 1), consumer.retry_topic(topic_, 2),
                                   consumer.dead_letter_topic(topic_)})
                 .get());
    ASSERT_EQ(topics.size(), 3U);
    for (const auto& [name, topic] : topics) {
        EXPECT_EQ(good(topic).partitions.size(), 3U) << name;
    }
}

/// At least once, with classic groups and those of KIP-848: polls may fail while partitions move
/// (a commit that comes too late), and what they were about is handled again, by whoever has it.
TEST_F(RetryTopics, LoseNothingWhileMembersComeAndGo) {
    constexpr int count = 60;
    auto admin = good(Admin::create({{"bootstrap.servers", bootstrap_}}));
    good(good(admin.create_topics({{.name = topic_, .partitions = 3}}).get()).at(topic_));
    for (int i = 0; i < count; ++i) {
        send({fmt::format("{}", i)}, fmt::format("key {}", i));
    }
    for (const std::string protocol : {"classic", "consumer"}) {
        std::mutex mutex;
        std::set<std::string> handled;
        const auto handled_so_far = [&mutex, &handled] {
            const std::lock_guard lock(mutex);
            return handled.size();
        };
        const auto handler = [&mutex, &handled](const ConsumerRecord& record) -> Result<> {
            const std::string value(record.value_text());
            if (std::stoi(value) % 4 == 0 && !record.topic().ends_with("-retry-2")) {
                return fail(ErrorCode::invalid_request, "not here");
            }
            const std::lock_guard lock(mutex);
            handled.insert(value);
            return {};
        };
        const auto work = [&](std::size_t until) {
            ClientConfig more{
                {"group.id", protocol}, {"group.protocol", protocol}, {"max.poll.records", "2"}};
            if (protocol == "classic") {
                more.emplace("heartbeat.interval.ms", "100");
            }
            auto consumer = make({.delays = {20ms, 20ms}}, std::move(more));
            const auto deadline = Clock::now() + patience;
            while (handled_so_far() < until && Clock::now() < deadline) {
                if (const auto polled = consumer.poll(100ms, handler); !polled) {
                    fmt::print("{}: {}\n", protocol, polled.error().message);
                }
            }
            good(consumer.close());
        };
        std::thread first([&work] { work(count / 3); });
        std::thread second([&work] { work(count); });
        first.join();
        std::thread third([&work] { work(count); });
        second.join();
        third.join();
        EXPECT_EQ(handled.size(), static_cast<std::size_t>(count)) << protocol;
    }
}

TEST_F(RetryTopics, RefuseWhatCannotWork) {
    auto config_with_commits = config();
    config_with_commits["enable.auto.commit"] = "true";
    const auto commits = RetryingConsumer::create(config_with_commits, {topic_});
    ASSERT_FALSE(commits);
    EXPECT_THAT(commits.error().message, HasSubstr("enable.auto.commit"));
    auto config_with_space = config();
    config_with_space["group.id"] = "my group";
    const auto space = RetryingConsumer::create(config_with_space, {topic_});
    ASSERT_FALSE(space);
    EXPECT_THAT(space.error().message, HasSubstr(topic_ + "-my group-retry-1"));
    auto consumer = make({.delays = {1s}});
    good(consumer.close());
    const auto closed = consumer.poll(1s, [](const auto&) -> Result<> { return {}; });
    ASSERT_FALSE(closed);
    EXPECT_THAT(closed.error().message, HasSubstr("closed"));
}

}  // namespace
}  // namespace barnabas

// Every call of the share consumer against a broker inside of this process. Members that share, are
// killed or meet other clients: tests/interop/test_cpp_share_consumer.py.
#include <barnabas/admin.h>
#include <barnabas/producer.h>
#include <barnabas/share_consumer.h>
#include <barnabas/test_broker.h>
#include <barnabas/typed_share_consumer.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace barnabas {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const TopicPartition t0{.topic = "t", .partition = PartitionId{0}};

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

class Sharing : public ::testing::Test {
protected:
    Sharing()
        : broker_(good(
              TestBroker::start({.settings = {{"group.share.min.record.lock.duration.ms", "1000"},
                                              {"group.share.record.lock.duration.ms", "20000"},
                                              {"group.share.min.heartbeat.interval.ms", "500"},
                                              {"group.share.heartbeat.interval.ms", "1000"},
                                              {"group.share.assignment.interval.ms", "0"}}}))) {
        auto admin = good(Admin::create({{"bootstrap.servers", broker_.bootstrap()}}));
        good(good(admin.create_topics({{.name = "t", .partitions = 1}}).get()).at("t"));
        const admin::ConfigResource group{.type = admin::ConfigResourceType::group, .name = "g"};
        good(good(admin
                      .incremental_alter_configs(
                          {{group, {{.name = "share.auto.offset.reset", .value = "earliest"}}}})
                      .get())
                 .at(group));
    }

    void send(const std::vector<std::string>& values) {
        auto producer = good(Producer::create({{"bootstrap.servers", broker_.bootstrap()}}));
        for (const std::string& value : values) {
            good(producer.send({.topic = "t", .value = as_bytes(value)}).get());
        }
    }
    ShareConsumer make(ClientConfig more = {}) {
        more.emplace("bootstrap.servers", broker_.bootstrap());
        more.emplace("group.id", "g");
        more.emplace("share.acknowledgement.mode", "explicit");
        auto consumer = good(ShareConsumer::create(std::move(more)));
        good(consumer.subscribe({"t"}));
        return consumer;
    }
    /// Until something comes.
    static ConsumerRecords polled(ShareConsumer& consumer) {
        for (int i = 0; i < 200; ++i) {
            auto records = good(consumer.poll(100ms));
            if (!records.empty()) {
                return records;
            }
        }
        throw std::runtime_error("no records came");
    }
    static std::vector<std::string> values_of(const ConsumerRecords& records) {
        std::vector<std::string> values;
        for (const auto& record : records) {
            values.emplace_back(record.value_text());
        }
        return values;
    }
    static void acknowledge(ShareConsumer& consumer, const ConsumerRecords& records,
                            AcknowledgeType type = AcknowledgeType::accept) {
        for (const auto& record : records) {
            good(consumer.acknowledge(record, type));
        }
    }

    TestBroker broker_;
};

TEST_F(Sharing, WantsEachRecordAcknowledgedOnce) {
    send({"a", "b"});
    auto consumer = make({{"max.poll.records", "2"}});
    EXPECT_EQ(consumer.acquisition_lock_timeout(), std::nullopt);
    auto records = polled(consumer);
    EXPECT_EQ(consumer.acquisition_lock_timeout(), 20s);
    while (records.size() < 2) {  // the second may not have been there yet
        acknowledge(consumer, records, AcknowledgeType::release);
        records = polled(consumer);
    }
    const auto first = *records.begin();
    good(consumer.acknowledge(first));
    const auto early = consumer.poll(100ms);
    ASSERT_FALSE(early);
    EXPECT_EQ(early.error().code, ErrorCode::invalid_request);
    EXPECT_THAT(early.error().message, HasSubstr("1 are not"));
    good(consumer.acknowledge(t0, Offset{1}, AcknowledgeType::reject));
    const auto results = good(consumer.commit_sync());
    ASSERT_EQ(results.size(), 1U);
    EXPECT_TRUE(results.at(t0));
    EXPECT_FALSE(consumer.acknowledge(first)) << "it was sent";
    EXPECT_TRUE(good(consumer.commit_sync()).empty()) << "nothing is left to be sent";
    EXPECT_TRUE(good(consumer.poll(300ms)).empty());
}

TEST_F(Sharing, AcceptsImplicitlyWithTheNextPollOrCommit) {
    send({"a"});
    auto consumer = make({{"share.acknowledgement.mode", "implicit"}});
    auto records = polled(consumer);
    const auto refused = consumer.acknowledge(*records.begin());
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("share.acknowledgement.mode=explicit"));
    EXPECT_TRUE(good(consumer.commit_sync()).at(t0));
    std::vector<std::int64_t> taken;
    good(consumer.set_commit_callback([&taken](const TopicPartition& partition,
                                               const std::vector<Offset>& offsets,
                                               const Result<>& result) {
        EXPECT_EQ(partition, t0);
        EXPECT_TRUE(result);
        for (const Offset offset : offsets) {
            taken.push_back(offset.get());
        }
    }));
    send({"b"});
    EXPECT_THAT(values_of(polled(consumer)), ElementsAre("b"));
    EXPECT_THAT(taken, IsEmpty());
    for (int i = 0; i < 100 && taken.empty(); ++i) {
        EXPECT_TRUE(good(consumer.poll(100ms)).empty());
    }
    EXPECT_THAT(taken, ElementsAre(1));
}

TEST_F(Sharing, DoesNotLetItsCallbackCallIt) {
    send({"a"});
    auto consumer = make();
    std::vector<std::string> said;
    good(consumer.set_commit_callback([&](const TopicPartition& /*partition*/,
                                          const std::vector<Offset>& /*offsets*/,
                                          const Result<>& /*result*/) {
        for (const Result<>& result : {consumer.commit_async(), consumer.close()}) {
            said.push_back(result ? "done" : result.error().message);
        }
    }));
    acknowledge(consumer, polled(consumer));
    EXPECT_TRUE(good(consumer.commit_sync()).at(t0));
    EXPECT_THAT(said, ElementsAre(HasSubstr("callback"), HasSubstr("callback")));
}

TEST_F(Sharing, HandsOutRenewedRecordsAgainAndOnlyThen) {
    send({"a"});
    auto consumer = make();
    acknowledge(consumer, polled(consumer), AcknowledgeType::renew);
    send({"b"});
    const auto again = polled(consumer);
    EXPECT_THAT(values_of(again), ElementsAre("a"));
    EXPECT_EQ(again.begin()->delivery_count(), 1);
    acknowledge(consumer, again);
    EXPECT_THAT(values_of(polled(consumer)), ElementsAre("b"));
}

TEST_F(Sharing, IsWokenUpByAnotherThread) {
    auto consumer = make();
    std::thread waker([&consumer] { consumer.wakeup(); });
    const auto woken = consumer.poll(60s);
    waker.join();
    ASSERT_FALSE(woken);
    EXPECT_EQ(woken.error().code, ErrorCode::operation_not_attempted);
    EXPECT_TRUE(consumer.poll(10ms)) << "once";
}

TEST_F(Sharing, GivesBackWhatItHasNotHandedOut) {
    send({"a", "b", "c"});
    auto first = make({{"max.poll.records", "1"}});
    acknowledge(first, polled(first));
    good(first.unsubscribe());
    EXPECT_THAT(first.subscription(), IsEmpty());
    const auto nothing = first.poll(10ms);
    ASSERT_FALSE(nothing);
    EXPECT_THAT(nothing.error().message, HasSubstr("subscribe()"));
    auto second = make();
    std::size_t count = 0;
    while (count < 2) {
        const auto records = polled(second);
        count += records.size();
        acknowledge(second, records);
    }
    good(first.subscribe({"t"}));
    send({"d"});
    good(second.close());
    EXPECT_THAT(values_of(polled(first)), ElementsAre("d")) << "it may come back";
}

TEST_F(Sharing, GivesBackWhatComesAfterItHasUnsubscribed) {
    auto first = make({{"fetch.max.wait.ms", "15000"}});
    EXPECT_TRUE(good(first.poll(1s)).empty()) << "from now on a fetch waits at the broker";
    good(first.unsubscribe());
    send({"a"});
    auto second = make();
    const auto began = std::chrono::steady_clock::now();
    EXPECT_THAT(values_of(polled(second)), ElementsAre("a"));
    EXPECT_LT(std::chrono::steady_clock::now() - began, 10s) << "nobody waits for its lock to end";
}

TEST_F(Sharing, IsOverWhenItIsClosed) {
    send({"a"});
    auto consumer = make();
    acknowledge(consumer, polled(consumer));
    good(consumer.close());
    good(consumer.close());
    EXPECT_EQ(consumer.poll(1s).error().code, ErrorCode::invalid_request);
    EXPECT_EQ(consumer.commit_sync().error().code, ErrorCode::invalid_request);
    EXPECT_EQ(consumer.subscribe({"t"}).error().code, ErrorCode::invalid_request);
    auto other = make();
    EXPECT_TRUE(good(other.poll(500ms)).empty()) << "close() sent what was acknowledged";
}

TEST_F(Sharing, HandsOutTypes) {
    send({"8 bytes!", "more than 8 bytes"});
    TypedShareConsumer<std::string, std::int64_t> typed(make());
    std::vector<bool> readable;
    while (readable.size() < 2) {
        for (const auto& record : good(typed.poll(1s))) {
            readable.push_back(record.value.has_value());
            good(typed.plain().acknowledge(
                record.raw, record.value ? AcknowledgeType::accept : AcknowledgeType::reject));
        }
    }
    EXPECT_THAT(readable, ElementsAre(true, false));
}

}  // namespace
}  // namespace barnabas

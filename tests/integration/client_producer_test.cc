// The producer against a real broker, Barnabas or Apache Kafka. tests/interop/test_cpp_producer.py
// starts the broker (BARNABAS_BOOTSTRAP names it), makes the topics and looks afterwards at what is
// in them:
// - "all": 3 partitions; "small": 1 partition, max.message.bytes 2000; "turns": 4 partitions
// - "moved": 1 partition, for transactions

#include "client_calls.h"
#include <barnabas/producer.h>
#include <barnabas/typed_producer.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <coroutine>
#include <future>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace barnabas {
namespace {

Producer make(ClientConfig more = {}, ProducerOptions options = {}) {
    more.emplace("bootstrap.servers", bootstrap());
    auto made = Producer::create(more, std::move(options));
    if (!made) {
        throw std::runtime_error(made.error().message);
    }
    return std::move(*made);
}

ProducerRecord record_of(std::string topic, std::string_view key, std::string_view value) {
    return {.topic = std::move(topic), .key = to_bytes(key), .value = to_bytes(value)};
}

TEST(CppProducer, SendsWithEveryCodecAndEveryAcks) {
    for (const auto* codec : {"none", "gzip", "snappy", "lz4", "zstd"}) {
        for (const auto* acks : {"all", "1", "0"}) {
            auto producer = make({{"compression.type", codec}, {"acks", acks}});
            std::vector<Future<RecordMetadata>> sent;
            for (int i = 0; i < 100; ++i) {
                auto record = record_of("all", fmt::format("key-{}", i),
                                        fmt::format("{}/{}/{}/{}", codec, acks, i,
                                                    std::string(static_cast<std::size_t>(i), 'x')));
                record.timestamp = Timestamp{1'000'000 + i};
                record.headers = {{"number", to_bytes(fmt::format("{}", i))}, {"null", {}}};
                sent.push_back(producer.send(record));
            }
            std::map<PartitionId, Offset> last;
            for (auto& future : sent) {
                const auto where = good(std::move(future));
                if (std::string_view(acks) == "0") {
                    EXPECT_EQ(where.offset, no_offset);
                    continue;
                }
                EXPECT_GE(where.offset, Offset{0});
                const auto [at, first] = last.emplace(where.partition, where.offset);
                EXPECT_TRUE(first || at->second < where.offset);
                at->second = where.offset;
                EXPECT_GE(where.timestamp, Timestamp{1'000'000});
            }
            good(producer.close());
        }
    }
}

TEST(CppProducer, ManyThreadsManyRecordsInLargeBatches) {
    auto producer = make({{"batch.size", "500000"}, {"max.request.size", "4000000"}});
    std::atomic<int> stored = 0;
    std::vector<std::jthread> threads;
    for (int t = 0; t < 3; ++t) {
        threads.emplace_back([&producer, &stored, t] {
            const std::string value(100, static_cast<char>('a' + t));
            for (int i = 0; i < 50'000; ++i) {
                producer.send(ProducerRecordView{.topic = "many", .value = as_bytes(value)},
                              [&stored](const auto& outcome) { stored += outcome ? 1 : 0; });
            }
        });
    }
    threads.clear();
    good(producer.flush());
    EXPECT_EQ(stored, 150'000);
    EXPECT_EQ(good(producer.partitions_for("many")).size(), 3U);
}

TEST(CppProducer, ABatchThatTheTopicDoesNotTakeIsSplit) {
    auto producer = make({{"batch.size", "20000"}, {"linger.ms", "100"}});
    std::vector<Future<RecordMetadata>> sent;
    for (int i = 0; i < 100; ++i) {
        sent.push_back(producer.send(record_of("small", "", fmt::format("{:0100}", i))));
    }
    std::int64_t next = 0;
    for (auto& future : sent) {
        EXPECT_EQ(good(std::move(future)).offset.get(), next++);
    }
    const auto large = producer.send(record_of("small", "", std::string(3000, 'x'))).get();
    ASSERT_FALSE(large);
    EXPECT_EQ(large.error().code, ErrorCode::message_too_large);
    EXPECT_EQ(good(producer.send(record_of("small", "", "after"))).offset.get(), next);
}

TEST(CppProducer, SaysWhatIsWrong) {
    auto producer = make({{"max.block.ms", "500"}, {"max.request.size", "5000"}});
    EXPECT_EQ(producer.send(record_of("all", "", std::string(6000, 'x'))).get().error().code,
              ErrorCode::message_too_large);
    EXPECT_EQ(producer.send(record_of("in valid", "", "")).get().error().code,
              ErrorCode::invalid_topic_exception);
    auto record = record_of("all", "", "");
    record.partition = PartitionId{3};
    EXPECT_EQ(producer.send(record).get().error().code, ErrorCode::request_timed_out);
    record.partition = PartitionId{-2};
    EXPECT_EQ(producer.send(record).get().error().code, ErrorCode::invalid_partitions);
    EXPECT_EQ(producer.begin_transaction().error().code, ErrorCode::invalid_txn_state);
    EXPECT_EQ(producer.init_transactions().get().error().code, ErrorCode::invalid_txn_state);
    good(producer.close());
    EXPECT_FALSE(producer.send(record_of("all", "", "")).get());
}

TEST(CppProducer, ADeadBrokerCostsMaxBlockAndNoMore) {
    std::string log;
    auto loop = good(EventLoop::start({.write = [&log](const ClientLogLine& line) {
        log +=
            fmt::format("{} [{}] {}\n", client_log_level_name(line.level), line.client, line.text);
    }}));
    auto made = Producer::create({{"bootstrap.servers", "127.0.0.1:1"},
                                  {"max.block.ms", "300"},
                                  {"delivery.timeout.ms", "1000"},
                                  {"linger.ms", "0"},
                                  {"request.timeout.ms", "500"}},
                                 std::move(loop));
    auto producer = good(std::move(made));
    const auto sent = producer.send(record_of("all", "", "")).get();
    EXPECT_EQ(sent.error().code, ErrorCode::request_timed_out);
    EXPECT_NE(sent.error().message.find("127.0.0.1:1"), std::string::npos) << sent.error().message;
    good(producer.close(1s));
    const auto* told = "WARN [producer producer] no metadata from bootstrap server 127.0.0.1:1: ";
    EXPECT_NE(log.find(told), std::string::npos) << log;
}

/// A coroutine that nobody waits for; its frame goes when it ends.
struct Detached {
    struct promise_type {
        Detached get_return_object() { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
    };
};

Detached send_some(Producer* producer, std::promise<int> told) {
    int stored = 0;
    for (int i = 0; i < 20; ++i) {
        const auto record = record_of("all", "coroutine", fmt::format("coroutine/{}", i));
        const auto where = co_await producer->send(record);  // from the second on: on the loop
        stored += where ? 1 : 0;
    }
    auto flushed = co_await producer->flush();
    told.set_value(flushed ? stored : -1);
}

TEST(CppProducer, ACoroutineSendsOnTheLoop) {
    auto producer = make({{"linger.ms", "0"}});
    std::promise<int> told;
    auto stored = told.get_future();
    send_some(&producer, std::move(told));
    EXPECT_EQ(stored.get(), 20);
    // The very first send of a topic on the loop: it is kept until the metadata are there.
    auto other = make();
    std::promise<ErrorCode> ended;
    auto end = ended.get_future();
    other.flush().then([&other, &ended](Result<void>) {
        other.send(record_of("turns", "on the loop", "1"), [&ended](const auto& outcome) {
            ended.set_value(outcome ? ErrorCode::none : outcome.error().code);
        });
    });
    EXPECT_EQ(end.get(), ErrorCode::none);
}

class Marking final : public ProducerInterceptor {
public:
    ProducerRecord on_send(ProducerRecord record) override {
        record.headers.push_back({"marked", to_bytes("yes")});
        return record;
    }
    void on_acknowledgement(const TopicPartition& where,
                            const Result<RecordMetadata>& outcome) override {
        stored += outcome && where.partition == outcome->partition ? 1 : 0;
    }
    std::atomic<int> stored = 0;
};

TEST(CppProducer, InterceptorsSeeEveryRecordAndPartitionersChoose) {
    auto marking = std::make_shared<Marking>();
    auto producer = make({{"partitioner.class", "round-robin"}}, {.interceptors = {marking}});
    std::map<std::int32_t, int> used;
    for (int i = 0; i < 8; ++i) {
        ++used[good(producer.send(record_of("turns", "same key", "marked"))).partition.get()];
    }
    EXPECT_EQ(marking->stored, 8);
    EXPECT_EQ(used, (std::map<std::int32_t, int>{{0, 2}, {1, 2}, {2, 2}, {3, 2}}));
    auto hashing = make({{"partitioner.class", "hash"}});
    const auto first = good(hashing.send(record_of("turns", "same key", "hashed"))).partition;
    EXPECT_EQ(good(hashing.send(record_of("turns", "same key", "hashed"))).partition, first);
}

TEST(CppProducer, TypesAreSerialized) {
    TypedProducer<std::string, std::int64_t> producer(make());
    good(producer.send({.topic = "turns", .key = "typed", .value = 7}));
    good(producer.send({.topic = "turns", .key = "typed"}));  // a tombstone
    good(producer.plain().close());
}

TEST(CppProducer, TransactionsCommitAbortAndCarryOffsets) {
    auto producer = make({{"transactional.id", "cpp"}, {"transaction.timeout.ms", "30000"}});
    EXPECT_EQ(producer.send(record_of("moved", "", "early")).get().error().code,
              ErrorCode::invalid_txn_state);
    good(producer.init_transactions());
    for (int round = 0; round < 10; ++round) {
        good(producer.begin_transaction());
        std::vector<Future<RecordMetadata>> sent;
        for (int i = 0; i < 20; ++i) {
            const auto* kind = round % 2 == 0 ? "committed" : "aborted";
            sent.push_back(
                producer.send(record_of("moved", "", fmt::format("{}/{}/{}", kind, round, i))));
        }
        const OffsetMap offsets{{{"all", PartitionId{0}},
                                 {.offset = Offset{100 + round}, .metadata = "by the producer"}}};
        good(producer.send_offsets_to_transaction(offsets, {.group_id = "cpp-group"}));
        if (round % 2 == 0) {
            good(producer.commit_transaction());
            for (auto& future : sent) {
                good(std::move(future));
            }
        } else {
            good(producer.abort_transaction());
        }
    }
    good(producer.begin_transaction());
    good(producer.commit_transaction());  // an empty one
    good(producer.close());
}

TEST(CppProducer, ANewerProducerFencesTheOlder) {
    auto old = make({{"transactional.id", "fenced"}});
    good(old.init_transactions());
    good(old.begin_transaction());
    good(old.send(record_of("moved", "", "aborted/by the newer")));
    auto young = make({{"transactional.id", "fenced"}});
    good(young.init_transactions());
    auto late = old.send(record_of("moved", "", "aborted/late"));
    const auto committed = old.commit_transaction().get();
    ASSERT_FALSE(committed);
    ignore(late.get(), "refused with it");
    good(young.begin_transaction());
    good(young.send(record_of("moved", "", "committed/by the newer")));
    good(young.commit_transaction());
}

TEST(CppProducer, SharesALoopWithOthers) {
    auto loop = good(EventLoop::start());
    std::vector<Producer> producers;
    for (int i = 0; i < 5; ++i) {
        producers.push_back(make({}, {.loop = loop}));
    }
    std::vector<Future<RecordMetadata>> sent;
    for (auto& producer : producers) {
        sent.push_back(producer.send(record_of("turns", "shared", "loop")));
    }
    for (auto& future : sent) {
        good(std::move(future));
    }
}

}  // namespace
}  // namespace barnabas

#include "client/producer/accumulator.h"

#include "unit/client/producer/model_cluster.h"
#include <barnabas/partitioner.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <thread>

namespace barnabas::client {
namespace {

using model::values_of;
using Kind = Accumulator::Appended::Kind;

constexpr std::size_t memory = std::size_t{1} << 20;

class Bench {
public:
    explicit Bench(int partitions, wire::Codec codec = wire::Codec::none,
                   std::size_t batch_size = 400)
        : accumulator({.batch_size = batch_size,
                       .memory = memory,
                       .compression = wire::Compression::of(codec),
                       .seed = 5}),
          topic(accumulator.topics().add("t")) {
        const std::vector<Accumulator::PartitionLeader> leaders(
            static_cast<std::size_t>(partitions), {BrokerId{1}, LeaderEpoch{0}});
        accumulator.update_topic(topic, Uuid{}, leaders);
    }

    Accumulator::Appended append(std::string_view value, std::int32_t partition,
                                 DeliveryCallback callback = {}) {
        const wire::BatchBuilder::Record record{.timestamp = Timestamp{3},
                                                .value = as_bytes(value)};
        std::unique_ptr<ProducerBatch> fresh;
        auto appended = accumulator.append(topic, partition, record, callback, fresh, Time{1s});
        if (appended.kind == Kind::no_batch) {
            const bool wake = appended.wake;
            fresh = accumulator.pool().try_take(ProducerBatch::overhead +
                                                ProducerBatch::size_bound(record));
            if (!fresh) {
                return appended;
            }
            appended = accumulator.append(topic, partition, record, callback, fresh, Time{1s});
            appended.wake = appended.wake || wake;
        }
        if (fresh) {
            accumulator.pool().give_back(std::move(fresh));
        }
        return appended;
    }

    std::vector<std::string> take_values(int partition) {
        std::vector<std::string> values;
        auto& queue = topic.queues[static_cast<std::size_t>(partition)];
        while (Accumulator::front(queue).any) {
            auto batch = accumulator.take(queue);
            batch->stamp();
            EXPECT_LE(batch->size(), accumulator_max);
            for (auto& value : values_of(batch->bytes())) {
                values.push_back(std::move(value));
            }
            batch->deliver({.base_offset = Offset{0}});
            accumulator.pool().give_back(std::move(batch));
        }
        return values;
    }

    Accumulator accumulator;
    TopicEntry& topic;
    std::size_t accumulator_max = 400;
};

TEST(Accumulator, WakesTheLoopOnceForAllThatCameSinceItLooked) {
    Bench bench(2);
    EXPECT_TRUE(bench.append("a", 0).wake);
    EXPECT_FALSE(bench.append("b", 0).wake);
    EXPECT_FALSE(bench.append("c", 1).wake) << "the list was not empty";
    EXPECT_EQ(bench.accumulator.take_announced().size(), 2U);
    EXPECT_FALSE(bench.append("d", 0).wake) << "the open batch is known";
    EXPECT_EQ(bench.take_values(0), (std::vector<std::string>{"a", "b", "d"}));
    EXPECT_TRUE(bench.append("e", 0).wake);
}

TEST(Accumulator, FullBatchesAreAnnouncedAndStayInOrder) {
    for (const auto codec : {wire::Codec::none, wire::Codec::zstd, wire::Codec::gzip}) {
        Bench bench(1, codec);
        std::vector<std::string> sent;
        for (int i = 0; i < 500; ++i) {
            sent.push_back(fmt::format("{:040}", i));
            ASSERT_EQ(bench.append(sent.back(), 0).kind, Kind::done);
        }
        EXPECT_TRUE(Accumulator::front(bench.topic.queues[0]).full);
        bench.accumulator_max = codec == wire::Codec::none ? 400 : 800;
        EXPECT_EQ(bench.take_values(0), sent);
        EXPECT_EQ(bench.accumulator.pool().free_memory(), memory);
    }
}

TEST(Accumulator, ARecordLargerThanABatchHasOneOfItsOwn) {
    Bench bench(1);
    bench.accumulator_max = 2000;
    const std::string large(1000, 'x');
    EXPECT_EQ(bench.append("a", 0).kind, Kind::done);
    EXPECT_EQ(bench.append(large, 0).kind, Kind::done);
    EXPECT_EQ(bench.append("b", 0).kind, Kind::done);
    EXPECT_EQ(Accumulator::front(bench.topic.queues[0]).waiting, 3U);
    EXPECT_EQ(bench.take_values(0), (std::vector<std::string>{"a", large, "b"}));
}

TEST(Accumulator, SaysWhatIsMissing) {
    Bench bench(2);
    EXPECT_EQ(bench.append("a", 2).kind, Kind::no_partition);
    const std::string half(memory / 2, 'x');
    EXPECT_EQ(bench.append(half, 0).kind, Kind::done);
    EXPECT_EQ(bench.append(half, 1).kind, Kind::no_batch);
    Accumulator::forget_topic(bench.topic);
    EXPECT_EQ(bench.append("a", 0).kind, Kind::no_topic);
    bench.accumulator.close();
}

TEST(Accumulator, RecordsWithoutKeyStayWithAPartitionForABatchAndComeToAll) {
    Bench bench(3);
    for (int i = 0; i < 600; ++i) {
        ASSERT_EQ(bench.append(fmt::format("{:050}", i), Accumulator::any_partition).kind,
                  Kind::done);
    }
    for (int p = 0; p < 3; ++p) {
        const auto values = bench.take_values(p);
        EXPECT_GT(values.size(), 100U);
        int runs = 1;
        for (std::size_t i = 1; i < values.size(); ++i) {
            runs += std::stoi(values[i]) == std::stoi(values[i - 1]) + 1 ? 0 : 1;
        }
        EXPECT_LT(static_cast<std::size_t>(runs) * 4, values.size()) << "a batch has 6 of them";
    }
}

TEST(Accumulator, ThreadsAppendAtOnceAndNothingIsLost) {
    for (const auto codec : {wire::Codec::none, wire::Codec::lz4}) {
        Bench bench(2, codec, 2000);
        constexpr int threads = 4;
        constexpr int records = 2000;
        std::vector<std::thread> senders;
        for (int t = 0; t < threads; ++t) {
            senders.emplace_back([&bench, t] {
                for (int i = 0; i < records; ++i) {
                    const auto kind =
                        bench.append(fmt::format("{} {}", t, i), Accumulator::any_partition).kind;
                    EXPECT_EQ(kind, Kind::done);
                }
            });
        }
        for (auto& sender : senders) {
            sender.join();
        }
        std::map<int, std::vector<int>> seen;
        bench.accumulator_max = 4000;
        for (int p = 0; p < 2; ++p) {
            std::map<int, int> last;
            for (const auto& value : bench.take_values(p)) {
                const int thread = std::stoi(value);
                const int number = std::stoi(value.substr(value.find(' ')));
                EXPECT_GE(number, last[thread]) << "one thread's records keep their order";
                last[thread] = number;
                seen[thread].push_back(number);
            }
        }
        for (int t = 0; t < threads; ++t) {
            EXPECT_EQ(seen[t].size(), std::size_t{records});
        }
    }
}

TEST(BatchPool, AFlushWaitsForWhatWasOutBeforeIt) {
    BatchPool pool(10'000, 100);
    auto early = pool.try_take(10);
    const auto flush = pool.begin_flush();
    auto late = pool.try_take(10);
    EXPECT_TRUE(pool.outstanding(flush));
    pool.give_back(std::move(early));
    EXPECT_FALSE(pool.outstanding(flush)) << "the later batch is no part of it";
    const auto second = pool.begin_flush();
    EXPECT_TRUE(pool.outstanding(second));
    pool.give_back(std::move(late));
    EXPECT_FALSE(pool.outstanding(second));
    EXPECT_FALSE(pool.outstanding(pool.begin_flush()));
    EXPECT_EQ(pool.free_memory(), 10'000U);
}

TEST(BatchPool, WhoWaitsIsWokenByWhatComesBack) {
    BatchPool pool(100, 100);
    auto batch = pool.try_take(1);
    EXPECT_EQ(pool.try_take(1), nullptr);
    EXPECT_FALSE(pool.wait(1, 1ms));
    pool.begin_wait();
    EXPECT_TRUE(pool.exhausted());
    std::thread other([&] { pool.give_back(std::move(batch)); });
    EXPECT_TRUE(pool.wait(1, 10s));
    other.join();
    pool.end_wait();
    pool.close();
    EXPECT_EQ(pool.try_take(1), nullptr);
}

TEST(StickyPartition, WeighsPartitionsByWhatWaits) {
    struct Row {
        std::vector<std::uint32_t> waiting;
        bool excluded;
        std::vector<std::uint32_t> sums;
    };
    const Row rows[] = {
        {{0, 3, 1}, false, {4, 5, 8}},  // the example of Kafka's BuiltInPartitioner
        {{2, 2, 2}, false, {}},
        {{2, 2}, true, {1, 2}},
        {{7}, false, {}},
        {{7}, true, {1}},
        {{}, true, {}},
    };
    for (const auto& row : rows) {
        std::vector<PartitionId> partitions;
        for (std::size_t i = 0; i < row.waiting.size(); ++i) {
            partitions.emplace_back(static_cast<std::int32_t>(i));
        }
        EXPECT_EQ(weigh(partitions, row.waiting, row.excluded).sums, row.sums);
    }
}

/// KIP-1123: partitions with a leader in the client's rack, as long as there are some.
TEST(Accumulator, DrawsPartitionsNearbyIfThereAreSome) {
    struct Row {
        std::vector<Accumulator::PartitionLeader> leaders;
        std::vector<bool> used;
    };
    const Accumulator::PartitionLeader near{BrokerId{1}, LeaderEpoch{0}, true};
    const Accumulator::PartitionLeader far{BrokerId{2}, LeaderEpoch{0}, false};
    const Accumulator::PartitionLeader gone{no_broker, LeaderEpoch{0}, false};
    const Row rows[] = {
        {.leaders = {far, near, far, near}, .used = {false, true, false, true}},
        {.leaders = {far, far, gone, far}, .used = {true, true, false, true}},
        {.leaders = {gone, gone, near, gone}, .used = {false, false, true, false}},
    };
    for (const auto& row : rows) {
        Bench bench(4);
        bench.accumulator.update_topic(bench.topic, Uuid{}, row.leaders);
        for (int i = 0; i < 400; ++i) {
            ASSERT_EQ(bench.append(std::string(150, 'x'), Accumulator::any_partition).kind,
                      Kind::done);
        }
        for (int i = 0; i < 4; ++i) {
            EXPECT_EQ(!bench.take_values(i).empty(), row.used[static_cast<std::size_t>(i)]) << i;
        }
        EXPECT_EQ(Accumulator::available(bench.topic)->size(),
                  static_cast<std::size_t>(std::ranges::count_if(
                      row.leaders, [](const auto& one) { return one.leader != no_broker; })))
            << "custom partitioners choose among all";
    }
}

TEST(StickyPartition, DrawsByWeight) {
    StickyPartition sticky(100);
    const PartitionId ids[] = {PartitionId{0}, PartitionId{1}, PartitionId{2}};
    const std::uint32_t waiting[] = {0, 3, 1};
    sticky.set_loads(weigh(ids, waiting, false));
    const std::int32_t wanted[] = {0, 0, 0, 0, 1, 2, 2, 2};
    for (std::uint32_t random = 0; random < 16; ++random) {
        sticky.draw(ids, 3, random);
        EXPECT_EQ(sticky.current(), wanted[random % 8]);
    }
}

TEST(StickyPartition, StaysForOneToTwoBatches) {
    StickyPartition sticky(100);
    EXPECT_FALSE(sticky.appended(99, true));
    EXPECT_TRUE(sticky.appended(1, true));
    EXPECT_FALSE(sticky.appended(99, false));
    EXPECT_TRUE(sticky.appended(1, false));
}

TEST(Partitioners, HashAndRoundRobin) {
    const PartitionId available[] = {PartitionId{1}, PartitionId{3}};
    const PartitionerTopic topic{.name = "t", .count = 4, .available = available};
    const auto hash = hash_partitioner();
    EXPECT_EQ(hash->partition(topic, as_bytes("key"), {}),
              hash->partition(topic, as_bytes("key"), {}));
    EXPECT_EQ(hash->partition(topic, std::nullopt, {}), hash->partition(topic, as_bytes(""), {}));
    const auto turns = round_robin_partitioner();
    EXPECT_EQ(turns->partition(topic, as_bytes("key"), {}).get(), 1);
    EXPECT_EQ(turns->partition(topic, as_bytes("key"), {}).get(), 3);
    EXPECT_EQ(turns->partition(topic, as_bytes("key"), {}).get(), 1);
    const PartitionerTopic headless{.name = "u", .count = 2, .available = {}};
    EXPECT_EQ(turns->partition(headless, {}, {}).get(), 0);
    EXPECT_EQ(turns->partition(headless, {}, {}).get(), 1);
}

}  // namespace
}  // namespace barnabas::client

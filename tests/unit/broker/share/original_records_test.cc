// The records that dead letters are made of: some at a time, however many there are.
#include "broker/share/original_records.h"

#include "runtime/simulated/simulation.h"
#include "unit/log/log_batches.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace barnabas::broker {
namespace {

using Part = Result<OriginalRecords>;

class OriginalRecordsTest : public testing::Test {
protected:
    OriginalRecordsTest() {
        EXPECT_TRUE(machine_.disk().create_directories("/a"));
        auto log = log::Log::open({.disk = machine_.disk(),
                                   .folder = "/a/t-0",
                                   .partition = {"t", PartitionId{0}},
                                   .config = {},
                                   .now = {}});
        EXPECT_TRUE(log) << log.error().message;
        auto made =
            std::make_unique<replication::Partition>(at_.topic, LeaderEpoch{0}, std::move(*log));
        partition_ = made.get();
        shard_.partitions.add(std::move(made));
    }
    ~OriginalRecordsTest() override {
        shard_.partitions.take_logs([](const auto&) { return true; }).clear();
    }

    void produce(const log::testing::BatchSpec& spec) {
        auto batch = log::testing::make_batch(spec);
        const auto outcome = partition_->produce({.records = batch.mutable_view(),
                                                  .version = 12,
                                                  .now = machine_.shard(0).clock().both()},
                                                 shard_.validator);
        ASSERT_EQ(outcome.error, ErrorCode::none) << outcome.message;
    }
    void read(Offset first, Offset last, std::optional<Part>& into, Duration how_long = 30s) {
        auto task = [](OriginalRecordsTest* test, Offset from, Offset to, Time until,
                       std::optional<Part>* answer) -> awaitable<void> {
            *answer = co_await read_originals(test->shard_, test->at_, from, to, until);
        };
        auto& shard = machine_.shard(0);
        shard.post([&, until = shard.clock().now() + how_long] {
            runtime::spawn(shard, task(this, first, last, until, &into));
        });
        EXPECT_TRUE(simulation_.run_until([&into] { return into.has_value(); }, 60s));
    }
    OriginalRecords read(Offset first, Offset last) {
        std::optional<Part> part;
        read(first, last, part);
        EXPECT_TRUE(*part) << part->error().message;
        return *part ? std::move(**part) : OriginalRecords();
    }

    runtime::Simulation simulation_{1, {}};
    runtime::SimulatedMachine& machine_ = simulation_.add_machine("broker");
    const SharedPartition at_{machine_.shard(0).random().uuid(), PartitionId{0}};
    BrokerShard shard_{machine_.shard(0),
                       FetchSessionCache::Options{.slots = 1, .shard = 0, .shards = 1},
                       std::size_t{1} << 20};
    replication::Partition* partition_ = nullptr;
};

/// All of a range were read before the first was written: 2,000 records of 1 MB were 2 GB.
TEST_F(OriginalRecordsTest, AreReadInPartsOfABound) {
    struct Row {
        int batches;
        int records;  // of each
        std::size_t size;
        wire::Codec codec;
    };
    const Row rows[] = {{12, 1, 900'000, wire::Codec::none},
                        {1, 40, 300'000, wire::Codec::zstd},  // of one batch, too
                        {30, 2000, 10, wire::Codec::lz4}};
    for (const auto& row : rows) {
        SCOPED_TRACE(row.size);
        const Offset begin = partition_->log().log_end();
        for (int i = 0; i < row.batches; ++i) {
            produce({.records = row.records, .value_size = row.size, .codec = row.codec});
        }
        const Offset first = begin + 1;
        const Offset last = partition_->log().log_end() - 2;
        int parts = 0;
        for (Offset next = first; next <= last; ++parts) {
            const auto part = read(next, last);
            ASSERT_LT(next, part.end);
            EXPECT_LE(part.bytes, originals_bytes_max + row.size + 3);
            Offset expected = next;
            for (const auto& [offset, record] : part.records) {
                ASSERT_EQ(offset, expected);
                EXPECT_EQ(record.key, "key");
                EXPECT_EQ(record.value->size(), row.size);
                ++expected;
            }
            ASSERT_EQ(expected, part.end) << "none is missing";
            next = part.end;
        }
        const auto bytes = static_cast<std::size_t>(last - first) * row.size;
        EXPECT_GE(parts, static_cast<int>(bytes / originals_bytes_max));
    }
}

TEST_F(OriginalRecordsTest, AreWhatTheLogStillHas) {
    produce({.records = 10});
    produce({.records = 10});
    ASSERT_TRUE(partition_->delete_records(Offset{10}));
    auto part = read(Offset{5}, Offset{15});
    EXPECT_EQ(part.end, Offset{16});
    EXPECT_EQ(part.records.begin()->first, Offset{10});
    EXPECT_EQ(part.records.size(), 6U);
    part = read(Offset{2}, Offset{7});
    EXPECT_EQ(part.end, Offset{8}) << "all of them are gone";
    EXPECT_TRUE(part.records.empty());
    part = read(Offset{20}, Offset{30});
    EXPECT_EQ(part.end, Offset{31}) << "it does not reach that far any more";
    EXPECT_TRUE(part.records.empty());
}

TEST_F(OriginalRecordsTest, AreNotWaitedForForEver) {
    produce({.records = 10});
    auto flush = [](BrokerShard* shard, TopicId topic) -> awaitable<void> {
        co_await shard->flusher.flush(
            {{.topic = topic, .partition = PartitionId{0}, .to = {.end = Offset{10}}}}, never);
    };
    runtime::spawn(machine_.shard(0), flush(&shard_, at_.topic));
    simulation_.run_for(1s);
    machine_.disk().make_cold("/a/t-0/00000000000000000000.log");
    machine_.disk().hang("/a");
    std::optional<Part> part;
    read(Offset{0}, Offset{9}, part, 2s);
    ASSERT_FALSE(*part);
    EXPECT_EQ(part->error().code, ErrorCode::request_timed_out);
    machine_.disk().heal();
    simulation_.run_for(1s);
    EXPECT_EQ(read(Offset{0}, Offset{9}).records.size(), 10U);
}

}  // namespace
}  // namespace barnabas::broker

// A coordinator's partition: what is appended is what is read back.
#include "broker/coordinators/state_partition.h"

#include "runtime/simulated/simulation.h"
#include "wire/persisted/framing.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace barnabas::broker {
namespace {

using coordinator::ProducerIdentity;
using Task = boost::asio::awaitable<void>;

ByteBuffer bytes_of(std::string_view text) {
    ByteBuffer bytes;
    bytes.resize(text.size());
    std::ranges::copy(std::as_bytes(std::span(text)), bytes.data());
    return bytes;
}

std::string text_of(const wire::NullableBytes& bytes) {
    return bytes ? std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size())
                 : std::string("null");
}

/// "a=1", or "a" for a tombstone.
coordinator::Records records_of(std::initializer_list<std::string_view> texts) {
    coordinator::Records records;
    for (const auto text : texts) {
        const auto at = text.find('=');
        coordinator::Record record{.key = bytes_of(text.substr(0, at)), .value = {}};
        if (at != std::string_view::npos) {
            record.value = bytes_of(text.substr(at + 1));
        }
        records.push_back(std::move(record));
    }
    return records;
}

class StatePartitionTest : public testing::Test {
protected:
    explicit StatePartitionTest(log::FlushBeforeAck flush = log::FlushBeforeAck::single_replica) {
        EXPECT_TRUE(machine_.disk().create_directories("/a"));
        config_.flush_before_ack = flush;
        config_.max_message_bytes = 2000;
        open();
    }
    ~StatePartitionTest() override { close(); }

    void open() {
        auto log = log::Log::open({.disk = machine_.disk(),
                                   .folder = "/a/__consumer_offsets-0",
                                   .partition = {"__consumer_offsets", PartitionId{0}},
                                   .config = config_,
                                   .now = {}});
        ASSERT_TRUE(log) << log.error().message;
        shard_.partitions.add(
            std::make_unique<replication::Partition>(topic_, LeaderEpoch{3}, std::move(*log)));
    }
    void close() {
        for (auto& log : shard_.partitions.take_logs([](const auto&) { return true; })) {
            EXPECT_TRUE(log->close());
        }
    }
    [[nodiscard]] Now now() { return machine_.shard(0).clock().both(); }
    void run(Task task) {
        bool done = false;
        auto finish = [](bool* flag, Task what) -> Task {
            co_await std::move(what);
            *flag = true;
        };
        auto& shard = machine_.shard(0);
        shard.post([&] { runtime::spawn(shard, finish(&done, std::move(task))); });
        EXPECT_TRUE(simulation_.run_until([&done] { return done; }, std::chrono::minutes(1)));
    }
    /// "0-2: a=1 b=null | 3-3 of 7@1: commit": each batch that is read back.
    std::string read_back() {
        std::string all;
        Result<void> loaded;
        StatePartition::Take take = [&all](const StateBatch& batch) -> Result<void> {
            all += fmt::format("{}{}-{}", all.empty() ? "" : " | ", batch.first, batch.end - 1);
            if (batch.transaction) {
                all += fmt::format(" of {}@{}", batch.transaction->id, batch.transaction->epoch);
            }
            all += ":";
            for (const auto& record : batch.records) {
                all += fmt::format(" {}={}", text_of(record.key), text_of(record.value));
            }
            if (batch.marker) {
                all += *batch.marker == wire::ControlType::commit ? " commit" : " abort";
            }
            return {};
        };
        auto load = [](StatePartition* from, StatePartition::Take each,
                       Result<void>* into) -> Task {
            *into = co_await from->load(std::move(each), [] { return false; });
        };
        run(load(&state_, std::move(take), &loaded));
        return loaded ? all : fmt::format("{}", loaded.error().code);
    }
    Result<void> commit(Offset end) {
        Result<void> committed;
        auto wait = [](StatePartition* of, Offset to, Result<void>* into) -> Task {
            *into = co_await of->committed(to, never);
        };
        run(wait(&state_, end, &committed));
        return committed;
    }

    runtime::Simulation simulation_{1, {}};
    runtime::SimulatedMachine& machine_ = simulation_.add_machine("broker");
    log::LogConfig config_;
    TopicId topic_ = machine_.shard(0).random().uuid();
    BrokerShard shard_{machine_.shard(0),
                       FetchSessionCache::Options{.slots = 1, .shard = 0, .shards = 1},
                       std::size_t{1} << 20};
    StatePartition state_{{.shard = shard_, .topic = topic_, .number = PartitionId{0}}};
};

TEST_F(StatePartitionTest, ReadsBackWhatWasAppended) {
    EXPECT_EQ(read_back(), "");
    const auto first = state_.append(records_of({"a=1", "b", "a=2"}), now());
    ASSERT_TRUE(first) << first.error().message;
    EXPECT_EQ(*first, Offset{0});
    const ProducerIdentity producer{.id = ProducerId{7}, .epoch = ProducerEpoch{1}};
    EXPECT_EQ(state_.append(records_of({"c=3"}), producer, now()).error().code,
              ErrorCode::invalid_txn_state)
        << "nobody has said that it has a transaction";
    shard_.partitions.find(topic_, PartitionId{0})
        ->transaction_checks()
        .allow(producer.id, producer.epoch);
    const auto second = state_.append(records_of({"c=3"}), producer, now());
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_EQ(*second, Offset{3});
    constexpr auto expected = "0-2: a=1 b=null a=2 | 3-3 of 7@1: c=3";
    EXPECT_EQ(read_back(), expected);
    close();
    open();
    EXPECT_EQ(read_back(), expected);
    EXPECT_EQ(state_.leader_epoch(), LeaderEpoch{3});
}

TEST_F(StatePartitionTest, ReadsCompressedBatches) {
    for (const auto codec :
         {wire::Codec::gzip, wire::Codec::snappy, wire::Codec::lz4, wire::Codec::zstd}) {
        state_.compress_with(wire::Compression::of(codec));
        ASSERT_TRUE(state_.append(records_of({"a=1", "b=2"}), now()));
    }
    EXPECT_EQ(read_back(), "0-1: a=1 b=2 | 2-3: a=1 b=2 | 4-5: a=1 b=2 | 6-7: a=1 b=2");
}

/// Where the topic's one replica has to be on the medium first.
TEST_F(StatePartitionTest, IsCommittedWhenTheMediumHasIt) {
    ASSERT_TRUE(state_.append(records_of({"a=1"}), now()));
    EXPECT_FALSE(state_.is_committed(Offset{1}));
    EXPECT_TRUE(state_.is_committed(Offset{0}));
    EXPECT_TRUE(commit(Offset{1}));
    EXPECT_TRUE(state_.is_committed(Offset{1}));
    EXPECT_FALSE(state_.is_committed(Offset{2})) << "nothing was appended there";
}

/// A process that was killed leaves records that the power may still take: whoever has acted upon
/// them would have promised too much.
TEST_F(StatePartitionTest, WhatWasReadBackIsOnTheMedium) {
    ASSERT_TRUE(state_.append(records_of({"a=1"}), now()));
    const auto& log = shard_.partitions.find(topic_, PartitionId{0})->log();
    EXPECT_EQ(log.recovery_point(), Offset{0});
    EXPECT_EQ(read_back(), "0-0: a=1");
    EXPECT_EQ(log.recovery_point(), Offset{1});
}

TEST_F(StatePartitionTest, RefusesABatchThatIsLargerThanTheTopicAllows) {
    const std::string large = "a=" + std::string(3000, 'x');
    const auto appended = state_.append(records_of({large}), now());
    ASSERT_FALSE(appended);
    EXPECT_EQ(appended.error().code, ErrorCode::message_too_large);
    EXPECT_EQ(read_back(), "");
}

/// Asking is no append: a log that was not written to yet is asked again and again.
TEST_F(StatePartitionTest, IsReadyWhereNothingWasAppendedYet) {
    for (int i = 0; i < 3; ++i) {
        Result<void> ready = fail(ErrorCode::unknown_server_error, "not asked");
        auto wait = [](StatePartition* of, Result<void>* into) -> Task {
            *into = co_await of->ready(never);
        };
        run(wait(&state_, &ready));
        EXPECT_TRUE(ready) << ready.error().message;
        close();
        open();
    }
}

TEST_F(StatePartitionTest, IsNotTheCoordinatorWhenThePartitionIsGone) {
    ASSERT_TRUE(state_.append(records_of({"a=1"}), now()));
    close();
    EXPECT_EQ(read_back(), "NOT_COORDINATOR");
    EXPECT_EQ(state_.append(records_of({"a=1"}), now()).error().code, ErrorCode::not_coordinator);
    EXPECT_EQ(commit(Offset{1}).error().code, ErrorCode::not_coordinator);
    EXPECT_EQ(state_.end(), no_offset);
}

TEST_F(StatePartitionTest, EndsWithTheFirstBatchThatIsNotTaken) {
    ASSERT_TRUE(state_.append(records_of({"a=1"}), now()));
    ASSERT_TRUE(state_.append(records_of({"b=1"}), now()));
    int taken = 0;
    Result<void> loaded;
    StatePartition::Take take = [&taken](const StateBatch&) -> Result<void> {
        ++taken;
        return fail(ErrorCode::corrupt_message, "no");
    };
    auto load = [](StatePartition* from, StatePartition::Take each, Result<void>* into) -> Task {
        *into = co_await from->load(std::move(each), [] { return false; });
    };
    run(load(&state_, std::move(take), &loaded));
    EXPECT_EQ(taken, 1);
    EXPECT_EQ(loaded.error().code, ErrorCode::corrupt_message);
}

TEST_F(StatePartitionTest, ForgetsWhatIsPruned) {
    for (const auto* text : {"a=1", "b=1", "c=1"}) {
        ASSERT_TRUE(state_.append(records_of({text}), now()));
    }
    EXPECT_TRUE(state_.prune(Offset{2}));
    EXPECT_EQ(read_back(), "2-2: c=1");
    EXPECT_TRUE(state_.prune(Offset{1})) << "that is so already";
    EXPECT_EQ(read_back(), "2-2: c=1");
    EXPECT_EQ(state_.prune(Offset{4}).error().code, ErrorCode::offset_out_of_range);
    EXPECT_EQ(state_.end(), Offset{3});
    close();
    EXPECT_EQ(state_.prune(Offset{2}).error().code, ErrorCode::not_coordinator);
}

/// Another leads it by then, or the broker stops: nobody waits for the disk for that.
TEST_F(StatePartitionTest, StopsReadingThoughTheDiskHangs) {
    ASSERT_TRUE(state_.append(records_of({"a=1"}), now()));
    ASSERT_TRUE(commit(Offset{1}));
    machine_.disk().make_cold("/a/__consumer_offsets-0/00000000000000000000.log");
    machine_.disk().hang("/a");
    bool stops = false;
    bool ended = false;
    Result<void> loaded;
    auto load = [](StatePartition* from, const bool* stop, Result<void>* into, bool* done) -> Task {
        StatePartition::Take take = [](const StateBatch&) -> Result<void> { return {}; };
        auto is_over = [stop] { return *stop; };
        *into = co_await from->load(std::move(take), is_over);
        *done = true;
    };
    auto& shard = machine_.shard(0);
    shard.post([&] { runtime::spawn(shard, load(&state_, &stops, &loaded, &ended)); });
    simulation_.run_for(std::chrono::minutes(5));
    EXPECT_FALSE(ended) << "the disk may go on any time";
    stops = true;
    EXPECT_TRUE(simulation_.run_until([&ended] { return ended; }, 5s));
    EXPECT_EQ(loaded.error().code, ErrorCode::not_coordinator);
    machine_.disk().heal();
    simulation_.run_for(1s);
}

/// Many parts, of a partition whose start compaction or DeleteRecords has taken.
TEST_F(StatePartitionTest, ReadsALongPartitionFromItsStart) {
    const std::string value = "k=" + std::string(1500, 'v');
    for (int i = 0; i < 1000; ++i) {
        ASSERT_TRUE(state_.append(records_of({value}), now()));
    }
    auto& log = shard_.partitions.find(topic_, PartitionId{0})->log();
    ASSERT_TRUE(log.delete_records_before(Offset{10}));
    const auto all = read_back();
    EXPECT_TRUE(all.starts_with("10-10: k=v")) << all.substr(0, 20);
    EXPECT_EQ(std::ranges::count(all, '|'), 989);
}

}  // namespace
}  // namespace barnabas::broker

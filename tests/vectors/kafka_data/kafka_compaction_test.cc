// Logs that Apache Kafka wrote (compressed, transactional, compacted by Kafka before), compacted by
// us: of what Kafka's own clients read from them exactly the last record of each key is left.
#include "log/compaction/compaction_run.h"
#include "log/log_dirs.h"
#include "runtime/real/posix_disk.h"
#include "runtime/simulated/seeded_random.h"
#include "support/archive.h"
#include "support/vectors.h"
#include "wire/records/record_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace barnabas::log {
namespace {

constexpr Timestamp today{1'795'400'000'000};
constexpr std::int64_t hour = 3'600'000;

/// Key and timestamp of the records that a consumer who reads committed gets, by offset; none for
/// a record without a key.
using Contents = std::map<std::int64_t, std::pair<std::optional<std::string>, bool>>;

std::map<TopicPartition, Contents> contents_by_kafka() {
    std::map<TopicPartition, Contents> uncommitted;
    std::map<TopicPartition, Contents> committed;
    for (const auto& line : testing::data_lines("kafka-data/kafka-4.4-contents")) {
        const TopicPartition partition{
            std::string(line.at("topic").as_string()),
            PartitionId{static_cast<int>(line.at("partition").as_int64())}};
        auto& into = line.at("isolation").as_string() == "read_committed" ? committed : uncommitted;
        const auto& key = line.at("key");
        into[partition].emplace(
            line.at("offset").as_int64(),
            std::pair(key.is_null() ? std::nullopt : std::optional(std::string(key.as_string())),
                      line.at("value").is_null()));
    }
    for (auto& [partition, contents] : committed) {
        uncommitted[partition] = std::move(contents);
    }
    return uncommitted;
}

/// What compaction of all of it leaves: the last record of each key; tombstones if they are young.
std::set<std::int64_t> left_of(const Contents& contents, bool with_tombstones) {
    std::map<std::string, std::pair<std::int64_t, bool>> last;
    for (const auto& [offset, record] : contents) {
        if (record.first) {
            last[*record.first] = {offset, record.second};
        }
    }
    std::set<std::int64_t> left;
    for (const auto& [key, record] : last) {
        if (!record.second || with_tombstones) {
            left.insert(record.first);
        }
    }
    return left;
}

std::set<std::int64_t> offsets_in(Log& log) {
    std::set<std::int64_t> offsets;
    wire::RecordReader reader;
    const Offset end = log.last_stable_offset();
    for (Offset from = log.log_start(); from < end;) {
        const auto slice =
            log.read(from, {.max_bytes = 1 << 20, .at_least_one_batch = true, .end = end});
        EXPECT_TRUE(slice) << slice.error().message;
        if (!slice || slice->size == 0) {
            break;
        }
        std::vector<std::byte> bytes(slice->size);
        EXPECT_TRUE(slice->file->read_at(slice->position, bytes));
        wire::BatchCursor cursor(bytes);
        while (const auto batch = cursor.next().value_or(std::nullopt)) {
            EXPECT_TRUE(batch->ensure_valid());
            EXPECT_TRUE(reader.start(*batch, 1 << 24));
            wire::RecordView record;
            while (reader.next(record).value_or(false)) {
                if (!batch->is_control() && record.offset >= from) {
                    offsets.insert(record.offset.get());
                }
            }
            from = batch->next_offset();
        }
    }
    return offsets;
}

void close_active_segment(Log& log) {
    auto config = log.config();
    config.segment_ms = 1;
    log.set_config(config);
    ASSERT_TRUE(log.roll_if_due({Time{}, Timestamp{today.get() * 2}}));
    config.segment_ms = std::numeric_limits<std::int64_t>::max();
    log.set_config(config);
}

/// All of the log, at this moment. `done` is false where an open transaction holds it.
void compact(Log& log, Timestamp now, bool& done) {
    const auto facts = log.compaction_facts();
    ASSERT_TRUE(facts) << facts.error().message;
    const auto cleanable = find_cleanable(*facts, log.config(), std::nullopt, now);
    const Offset end = cleanable.end;
    done = end == facts->segments.back().base;
    if (!done || cleanable.first_dirty == end) {
        return;
    }
    auto source = log.compaction_source(cleanable.first_dirty, end);
    ASSERT_TRUE(source && *source) << log.partition().topic;
    CompactionRun run(std::move(**source), {.map_bytes_max = 1 << 20,
                                            .buffer_bytes = 64 << 10,
                                            .hasher = KeyHasher(3, 4),
                                            .now = now});
    while (run.stage() != CompactionRun::Stage::done) {
        const auto stage = run.advance(1 << 20);
        ASSERT_TRUE(stage) << stage.error().message;
        if (*stage == CompactionRun::Stage::group_ready) {
            auto group = run.take_group();
            const auto taken = log.swap_in(group);
            ASSERT_TRUE(taken && *taken);
        }
    }
    ASSERT_EQ(run.end(), end);
}

class KafkaCompaction : public ::testing::TestWithParam<const char*> {};

TEST_P(KafkaCompaction, LeavesTheLastRecordOfEachKey) {
    testing::TemporaryDirectory folder;
    testing::unpack_archive(fmt::format("kafka-data/kafka-4.4-{}", GetParam()), folder.path());
    runtime::PosixDisk disk;
    runtime::SeededRandom random{7};
    auto expected = contents_by_kafka();
    for (const auto now : {today, today + 30 * hour}) {
        auto dirs = LogDirs::open(
            {.disk = disk, .random = random, .directories = {folder.path() / "data"}, .log = {}});
        ASSERT_TRUE(dirs) << dirs.error().message;
        const auto found = (*dirs)->scan();
        ASSERT_TRUE(found);
        std::size_t removed = 0;
        std::size_t kept = 0;
        std::size_t open_transactions = 0;
        for (const auto& each : *found) {
            if (each.partition.topic.starts_with("__")) {
                continue;
            }
            auto log = (*dirs)->open_log(each, {.retention_ms = -1, .cleanup_compact = true},
                                         {Time{}, now});
            ASSERT_TRUE(log) << log.error().message;
            (*log)->set_high_watermark((*log)->log_end());
            close_active_segment(**log);
            const auto plan = (*log)->begin_flush();
            ASSERT_TRUE(plan && plan->sync());
            (*log)->flushed(*plan, {Time{}, now});
            const auto before = offsets_in(**log);
            const auto end = (*log)->log_end();
            bool done = false;
            compact(**log, now, done);
            const auto want = done ? left_of(expected[each.partition], now == today) : before;
            EXPECT_EQ(offsets_in(**log), want) << each.partition.topic;
            EXPECT_EQ((*log)->log_end(), end);
            kept += want.size();
            removed += before.size() - want.size();
            open_transactions += done ? 0 : 1;
            ASSERT_TRUE((*log)->close());
        }
        EXPECT_EQ(open_transactions, 1U);
        EXPECT_GT(kept, 300U);
        EXPECT_GT(removed, now == today ? 10'000U : 10U);
    }
}

INSTANTIATE_TEST_SUITE_P(Archives, KafkaCompaction, ::testing::Values("clean", "crashed"),
                         [](const auto& row) { return std::string(row.param); });

}  // namespace
}  // namespace barnabas::log

#pragma once

#include "log/check/directory_check.h"
#include "log/directory_files.h"
#include "log/file_names.h"
#include "log/log_dirs.h"
#include "runtime/simulated/seeded_random.h"
#include "runtime/simulated/simulated_clock.h"
#include "runtime/simulated/simulated_disk.h"
#include "unit/log/log_batches.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace barnabas::log::testing {

inline const runtime::Path directory = "/d";
inline const runtime::Path folder = directory / "t-0";
inline const TopicId topic_id = *Uuid::parse("aJRHiaPnQjK_RVsqayEU9Q");
inline constexpr ProducerId producer{7};
inline constexpr ProducerEpoch producer_epoch{0};

inline std::string segment_file(std::int64_t base, std::string_view suffix) {
    return (folder / file_name(Offset{base}, suffix)).string();
}

/// A log directory as a broker left it that stopped in order: partition t-0 in several segments.
class DirectoryCheckTest : public ::testing::Test {
public:
    DirectoryCheckTest() : random_(1), disk_(clock_, random_) { make_directory(); }

    std::unique_ptr<LogDirs> open_directory() {
        auto dirs = LogDirs::open(
            {.disk = disk_, .random = random_, .directories = {directory}, .log = {}});
        EXPECT_TRUE(dirs) << dirs.error().message;
        return std::move(*dirs);
    }
    void append(Log& log, ByteBuffer bytes, LeaderEpoch epoch = LeaderEpoch{2}) {
        const auto origin = wire::BatchView(bytes.view()).is_control()
                                ? wire::AppendOrigin::coordinator
                                : wire::AppendOrigin::client;
        const auto appended =
            log.append(bytes.mutable_view(),
                       {.origin = origin, .epoch = epoch, .now = clock_.both()}, validator_);
        ASSERT_TRUE(appended) << appended.error().error.message;
    }
    /// Three segments: 30 batches with rising timestamps, then a transaction that is aborted and
    /// two epochs, then one that is still open.
    void make_directory() {
        auto dirs = open_directory();
        ASSERT_TRUE(dirs->claim(BrokerId{1}, "aaaaaaaaaaaaaaaaaaaaaa"));
        const LogConfig config{.segment_bytes = 4000, .index_interval_bytes = 300};
        auto made = dirs->create_log({"t", PartitionId{0}}, topic_id, config, clock_.both());
        ASSERT_TRUE(made) << made.error().message;
        auto& log = **made;
        for (int i = 0; i < 30; ++i) {
            append(log, make_batch({.value_size = 60, .timestamp = BatchSpec{}.timestamp + i}));
        }
        append(log, make_batch({.records = 3,
                                .timestamp = BatchSpec{}.timestamp + 40,
                                .producer = producer,
                                .epoch = producer_epoch,
                                .sequence = 0,
                                .transactional = true}));
        append(log, make_marker(producer, producer_epoch, false), LeaderEpoch{4});
        for (int i = 0; i < 30; ++i) {
            append(log, make_batch({.value_size = 60, .timestamp = BatchSpec{}.timestamp + 50 + i}),
                   LeaderEpoch{4});
        }
        append(log,
               make_batch({.producer = producer,
                           .epoch = producer_epoch,
                           .sequence = 3,
                           .transactional = true}),
               LeaderEpoch{4});
        end_ = log.log_end();
        log.set_high_watermark(end_);
        segments_ = log.segment_count();
        ASSERT_TRUE(log.close());
        ASSERT_TRUE(dirs->write_checkpoints({{.partition = log.partition(),
                                              .directory = 0,
                                              .recovery_point = end_,
                                              .log_start = Offset{0},
                                              .high_watermark = end_}}));
        ASSERT_TRUE(dirs->mark_clean());
    }

    Result<DirectoryReport> check() { return DirectoryCheck(disk_, directory).run(); }
    std::vector<std::string> kinds() {
        const auto report = check();
        EXPECT_TRUE(report) << report.error().message;
        std::vector<std::string> found;
        for (const auto& problem : report->problems) {
            found.emplace_back(problem_name(problem.kind));
        }
        return found;
    }
    std::string read(const std::string& path) {
        const auto text = disk_.read_text(path);
        EXPECT_TRUE(text) << text.error().message;
        return text.value_or("");
    }
    void write(const std::string& path, std::string_view text) {
        ASSERT_TRUE(disk_.create_directories(runtime::Path(path).parent_path()));
        ASSERT_TRUE(disk_.replace_text(path, text));
    }
    /// The base offsets of the three segments and more.
    std::vector<std::int64_t> bases() {
        std::vector<std::int64_t> found;
        const auto entries = disk_.list(folder);
        for (const auto& entry : *entries) {
            if (const auto base = offset_of_file(entry.name, log_suffix)) {
                found.push_back(base->get());
            }
        }
        return found;
    }
    /// Everything there is reaches the medium.
    void sync_all() {
        ASSERT_TRUE(disk_.sync_directory("/"));
        sync_below(directory);
    }
    void sync_below(const runtime::Path& path) {
        const auto entries = disk_.list(path);
        ASSERT_TRUE(entries) << entries.error().message;
        for (const auto& entry : *entries) {
            if (entry.is_directory) {
                sync_below(path / entry.name);
            } else {
                const auto file = disk_.open(path / entry.name, runtime::OpenMode::read_write);
                ASSERT_TRUE(file) << file.error().message;
                ASSERT_TRUE((*file)->sync());
            }
        }
        ASSERT_TRUE(disk_.sync_directory(path));
    }
    /// Every file of the directory and what is in it, but the lock.
    std::map<std::string, std::string> contents() {
        std::map<std::string, std::string> found;
        for (const auto& path : {directory, folder}) {
            const auto entries = disk_.list(path);
            for (const auto& entry : *entries) {
                if (!entry.is_directory && entry.name != lock_file) {
                    found[(path / entry.name).string()] = read((path / entry.name).string());
                }
            }
        }
        return found;
    }

    runtime::SimulatedClock clock_;
    runtime::SeededRandom random_;
    runtime::SimulatedDisk disk_;
    wire::AppendValidator validator_;
    Offset end_;
    std::size_t segments_ = 0;
};

}  // namespace barnabas::log::testing

#pragma once

#include "log/log_dirs.h"
#include "runtime/simulated/seeded_random.h"
#include "runtime/simulated/simulated_clock.h"
#include "runtime/simulated/simulated_disk.h"
#include "unit/log/model/folder_verdict.h"
#include "unit/log/model/story.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::log::testing {

/// What befalls the machine in the middle of a step.
enum class Trouble {
    none,
    full_disk,    // one file operation fails for want of space
    broken_disk,  // one fails with an I/O error: its directory goes offline and is taken back
    power,        // from one on nothing works: the power is going
};

/// One partition's log on a machine whose power and disks may fail, and what a broker does around
/// it: two log directories with their checkpoints, flushes, moves from one to the other, stops and
/// starts. Every function that returns a Result may be interrupted by trouble; then start() or
/// take_back() mends it.
class LogMachine {
public:
    explicit LogMachine(std::uint64_t seed) : random(seed), disk(clock, random) {}

    runtime::SimulatedClock clock;
    runtime::SeededRandom random;
    runtime::SimulatedDisk disk;
    LogConfig config;

    [[nodiscard]] Log& log() { return *log_; }
    /// Records before this offset are on the medium, whatever happens.
    [[nodiscard]] Offset synced_end() const { return synced_end_; }
    /// Where the log begins by a checkpoint on the medium.
    [[nodiscard]] Offset saved_start() const { return saved_start_; }

    // --- trouble -----------------------------------------------------------------------------
    /// From now on, at one of the next file operations.
    void arm(Trouble trouble, std::uint64_t within) {
        constexpr const char* names[] = {"none", "full disk", "broken disk", "power"};
        tell(fmt::format("  trouble: {}", names[static_cast<int>(trouble)]));
        trouble_ = trouble;
        at_ = disk.operations() + random.below(within);
        if (trouble == Trouble::power) {
            disk.stop_at(at_);
        } else if (trouble != Trouble::none) {
            disk.fail_at(at_, trouble == Trouble::full_disk ? runtime::DiskTrouble::space
                                                            : runtime::DiskTrouble::broken);
        }
    }
    /// What it came to; none if that operation was not reached.
    Trouble disarm() {
        const bool met = trouble_met();
        const auto trouble = std::exchange(trouble_, Trouble::none);
        if (trouble != Trouble::power || !met) {
            constexpr auto never_at = std::numeric_limits<std::uint64_t>::max();
            disk.fail_at(never_at);
            disk.stop_at(never_at);
        }
        return met ? trouble : Trouble::none;
    }
    [[nodiscard]] Trouble armed() const { return trouble_; }
    [[nodiscard]] bool trouble_met() const {
        return trouble_ != Trouble::none && disk.operations() > at_;
    }
    void tell(std::string what) { story_.tell(std::move(what)); }
    [[nodiscard]] std::string story() const { return story_.text(); }
    /// A failed sync breaks the disk whatever it failed with.
    [[nodiscard]] bool is_broken() const { return dirs_ && !dirs_->failed().empty(); }

    // --- starts and stops --------------------------------------------------------------------
    /// The broker's start: the log as it is found, or a new one.
    Result<void> start() {
        drop();
        TRY_ASSIGN(dirs_,
                   LogDirs::open(
                       {.disk = disk, .random = random, .directories = {"/a", "/b"}, .log = {}}));
        for (const auto& use : dirs_->use()) {
            if (!use.online) {
                return fail(ErrorCode::kafka_storage_error, "{}", use.why_offline);
            }
        }
        TRY_ASSIGN(auto found, dirs_->scan());
        if (is_broken()) {  // what it has was not found
            return fail(ErrorCode::kafka_storage_error, "a directory cannot be read");
        }
        found = dirs_->settle_doubles(std::move(found), clock.both());
        for (const auto& future : dirs_->take_futures()) {
            TRY(dirs_->recover_log(future, config, clock.both()));  // it could be gone on with
            TRY(dirs_->remove_future(future));
        }
        if (found.empty()) {
            EXPECT_EQ(synced_end_, Offset{0}) << "the log is lost";
            TRY_ASSIGN(log_, dirs_->create_log(partition, topic, config, clock.both()));
        } else {
            if (!found.front().topic_id) {
                TRY(dirs_->write_topic_id(found.front(), topic));  // a crash took it
            }
            TRY_ASSIGN(log_, dirs_->open_log(found.front(), config, clock.both()));
        }
        log_->set_high_watermark(log_->log_end());
        return {};
    }
    /// The first one, on an empty disk.
    void create() {
        ASSERT_TRUE(start());
        ASSERT_TRUE(disk.sync_directory("/"));
        ASSERT_TRUE(flush());
        ASSERT_TRUE(checkpoint());
    }
    /// The process ends without a word.
    void drop() {
        log_.reset();
        dirs_.reset();
        retiring_.reset();
    }
    void crash(runtime::CrashOptions options = {}) {
        drop();
        trouble_ = Trouble::none;
        disk.crash(options);
        tell("  crash");
    }
    Result<void> stop() {
        TRY(log_->close());
        TRY(checkpoint());
        synced_end_ = log_->log_end();
        return dirs_->mark_clean();
    }
    /// The directory whose disk failed goes offline and comes back. Whether it was the log's.
    Result<bool> take_back() {
        const auto failed = dirs_->failed();
        const auto home = directory();
        const bool reopens = std::ranges::find(failed, home) != failed.end();
        for (const auto directory : failed) {
            if (directory == home) {
                log_.reset();
            }
            dirs_->take_offline(directory);
            TRY_ASSIGN(const auto found, dirs_->reopen(directory, clock.both()));
            for (const auto& future : dirs_->take_futures()) {
                TRY(dirs_->remove_future(future));
            }
            if (directory == home) {
                EXPECT_EQ(found.size(), 1U);
                TRY_ASSIGN(log_, dirs_->recover_log(found.front(), config, clock.both()));
            }
            dirs_->bring_online(directory);
            if (directory == home) {
                dirs_->place(partition, found.front().directory);
                retiring_.reset();  // it is there no more, or the log is there again
                log_->set_high_watermark(log_->log_end());
            }
        }
        TRY(finish_move());
        return reopens;
    }

    // --- upkeep ------------------------------------------------------------------------------
    Result<void> flush() {
        TRY(log_->flush(clock.both()));
        TRY(log_->check_health());
        EXPECT_EQ(log_->recovery_point(), log_->log_end());
        EXPECT_FALSE(log_->deletion_waits());
        synced_end_ = log_->log_end();
        return {};
    }
    Result<void> checkpoint() {
        TRY(dirs_->write_checkpoints({{.partition = partition,
                                       .directory = directory(),
                                       .recovery_point = log_->recovery_point(),
                                       .log_start = log_->log_start(),
                                       .high_watermark = log_->high_watermark()}}));
        saved_start_ = log_->log_start();
        return {};
    }
    /// Some of the files of segments that are given up go, others wait on.
    Result<void> remove_deleted() {
        for (auto& segment : log_->take_deleted()) {
            TRY(random.below(2) == 0 ? segment->remove() : Result<void>());
        }
        return {};
    }
    void note_synced(Offset end) { synced_end_ = std::max(synced_end_, end); }
    /// Nothing from `offset` on is promised any more.
    void promise_up_to(Offset offset) { synced_end_ = std::min(synced_end_, offset); }
    void set_config(const LogConfig& fresh) {
        config = fresh;
        log_->set_config(fresh);
    }

    /// As the broker does it; `meanwhile` is called when a part has been copied. `begin`: the base
    /// of the batch that holds the log's start.
    Result<void> move(Offset begin, const std::function<void()>& meanwhile) {
        const auto to = 1 - directory();
        auto copy = fill_copy(begin, to, meanwhile);
        if (!copy) {
            ignore(dirs_->scan(), "it finds the copy, or the next start does");
            for (const auto& future : dirs_->take_futures()) {
                ignore(dirs_->remove_future(future), "the next start removes it");
            }
            return fail(std::move(copy));
        }
        retiring_ = log_->folder();
        log_ = std::move(*copy);
        dirs_->moved(partition, to);
        log_->set_high_watermark(log_->log_end());
        return finish_move();
    }
    /// What a move that has happened still owes: the log that was replaced goes.
    Result<void> finish_move() {
        if (!retiring_) {
            return {};
        }
        TRY(flush());
        TRY(checkpoint());
        if (!disk.exists(*retiring_)) {
            retiring_.reset();  // it was renamed, and then its directory failed
            return {};
        }
        TRY_ASSIGN(const auto doomed, dirs_->retire(partition, *retiring_));
        retiring_.reset();
        return random.below(2) == 0 ? dirs_->remove_folder(doomed) : Result<void>();
    }

    void check_folder(const runtime::Path& folder, Offset log_start) {
        expect_sound_folder(disk, folder, log_start);
    }
    void check_segments() { expect_sound_segments(disk, log_->folder(), log_->log_start()); }

private:
    [[nodiscard]] std::size_t directory() const { return dirs_->directory_of(partition); }

    Result<std::unique_ptr<Log>> fill_copy(Offset begin, std::size_t to,
                                           const std::function<void()>& meanwhile) {
        TRY_ASSIGN(auto copy, dirs_->create_future({.partition = partition,
                                                    .id = topic,
                                                    .directory = to,
                                                    .start = begin,
                                                    .config = config,
                                                    .now = clock.both()}));
        std::vector<std::byte> bytes;
        bool disturbed = false;
        while (copy->log_end() < log_->log_end()) {
            TRY_ASSIGN(const auto part,
                       log_->read_for(*copy, 1 + static_cast<std::uint32_t>(random.below(4000))));
            if (part.size == 0) {
                return fail(ErrorCode::kafka_storage_error, "no records from {} to {}",
                            copy->log_end(), log_->log_end());
            }
            bytes.resize(part.size);
            TRY(part.file->read_at(part.position, bytes));
            TRY(copy->append_copy(bytes, clock.both()));
            if (!std::exchange(disturbed, true)) {
                meanwhile();
            }
        }
        TRY(copy->succeed(*log_));
        TRY(copy->move_to(dirs_->folder_of(partition, to)));
        return copy;
    }

    inline static const TopicPartition partition{"topic", PartitionId{0}};
    inline static const TopicId topic = *Uuid::parse("aJRHiaPnQjK_RVsqayEU9Q");

    std::unique_ptr<LogDirs> dirs_;
    std::unique_ptr<Log> log_;
    Trouble trouble_ = Trouble::none;
    std::uint64_t at_ = 0;
    Offset synced_end_{0};
    Offset saved_start_{0};
    std::optional<runtime::Path> retiring_;
    Story story_;
};

}  // namespace barnabas::log::testing

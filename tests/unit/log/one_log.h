#pragma once

#include "log/log.h"
#include "runtime/simulated/seeded_random.h"
#include "runtime/simulated/simulated_clock.h"
#include "runtime/simulated/simulated_disk.h"
#include "unit/log/log_batches.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>

namespace barnabas::log::testing {

/// One log in a folder of a simulated disk, which a test opens as often as it likes. Everything of
/// it is committed.
class OneLogTest : public ::testing::Test {
protected:
    static inline const runtime::Path folder = "/data/t-0";

    [[nodiscard]] Log::OpenOptions options(const LogConfig& config, bool clean = true) {
        return {.disk = disk_,
                .folder = folder,
                .partition = {"t", PartitionId{0}},
                .config = config,
                .clean = clean,
                .now = clock_.both(),
                .log = {}};
    }
    /// In place of the one that is open.
    void reopen(Log::OpenOptions options) {
        log_.reset();
        auto opened = Log::open(std::move(options));
        ASSERT_TRUE(opened) << opened.error().message;
        log_ = std::move(*opened);
        log_->set_high_watermark(log_->log_end());
    }
    std::expected<AppendInfo, wire::AppendRefusal> send(
        ByteBuffer bytes, wire::AppendOrigin origin = wire::AppendOrigin::client) {
        auto sent = log_->append(bytes.mutable_view(),
                                 {.origin = origin, .epoch = LeaderEpoch{3}, .now = clock_.both()},
                                 validator_);
        log_->set_high_watermark(log_->log_end());
        return sent;
    }
    void flush() {
        const auto plan = log_->begin_flush();
        ASSERT_TRUE(plan && plan->sync());
        log_->flushed(*plan, clock_.both());
    }
    std::uint32_t read_size(Offset from, ReadLimits limits) {
        const auto slice = log_->read(from, limits);
        EXPECT_TRUE(slice) << slice.error().message;
        return slice ? slice->size : 0;
    }

    runtime::SimulatedClock clock_;
    runtime::SeededRandom random_{1};
    runtime::SimulatedDisk disk_{clock_, random_};
    wire::AppendValidator validator_;
    std::unique_ptr<Log> log_;
};

}  // namespace barnabas::log::testing

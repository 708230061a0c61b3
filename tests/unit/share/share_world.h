#pragma once

#include "share/share_partition.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::share::testing {

/// Batches that follow one another: {first, last}.
using Span = std::pair<std::int64_t, std::int64_t>;

inline std::vector<FetchedBatch> log_of(std::initializer_list<Span> spans) {
    std::vector<FetchedBatch> batches;
    for (const auto& [first, last] : spans) {
        batches.push_back({.first = Offset{first}, .last = Offset{last}});
    }
    return batches;
}

inline std::string text_of(const std::vector<Acquired>& ranges) {
    std::string text;
    for (const auto& range : ranges) {
        text += fmt::format("{}{}-{}*{}", text.empty() ? "" : " ", range.first, range.last,
                            range.delivery_count);
    }
    return text;
}

/// "0-4:2*1" is: acknowledged, delivered once; "+" at the end: that is still to be written.
inline std::string text_of(const SharePartition& partition) {
    struct Run {
        Offset first;
        Offset last;
        std::string what;
    };
    std::vector<Run> runs;
    partition.in_flight().look(
        partition.start(), partition.end(),
        [&runs](Offset first, Offset last, const Delivery& delivery) {
            auto what = fmt::format("{}*{}{}", std::to_underlying(delivery.state), delivery.count,
                                    delivery.is_changing() ? "+" : "");
            if (!runs.empty() && runs.back().last + 1 == first && runs.back().what == what) {
                runs.back().last = last;
                return;
            }
            runs.push_back({first, last, std::move(what)});
        });
    std::string text = fmt::format("[{}", partition.start());
    for (const auto& run : runs) {
        text += fmt::format(" {}-{}:{}", run.first, run.last, run.what);
    }
    return text + fmt::format(" {}]", partition.end());
}

/// One share partition whose writes the test lets succeed or fail.
struct World {
    explicit World(const Kept& kept = {}) : partition(make(kept)) {}

    static SharePartition make(const Kept& kept) {
        auto loaded = SharePartition::load(kept);
        EXPECT_TRUE(loaded) << loaded.error().message;
        return std::move(*loaded);
    }

    struct How {
        AcquireMode mode = AcquireMode::batch_optimized;
        std::int32_t batch_size = 1000;
        std::int32_t records_max = 1000;
    };
    std::vector<Acquired> acquire(std::string_view member, const std::vector<FetchedBatch>& log,
                                  const How& how) {
        // What is read begins with the batch that holds the offset.
        const Offset from = partition.next_fetch_offset();
        std::vector<FetchedBatch> read;
        for (const auto& batch : log) {
            if (batch.last >= from) {
                read.push_back(batch);
            }
        }
        return partition.acquire({.member = member,
                                  .mode = how.mode,
                                  .batch_size = how.batch_size,
                                  .records_max = how.records_max,
                                  .fetch_offset = from,
                                  .batches = read},
                                 settings, now);
    }
    std::vector<Acquired> acquire(std::string_view member, const std::vector<FetchedBatch>& log) {
        return acquire(member, log, How{});
    }

    ErrorCode acknowledge(std::string_view member, std::int64_t first, std::int64_t last,
                          std::vector<std::int8_t> types) {
        const std::array batches{
            Acknowledgement{.first = Offset{first}, .last = Offset{last}, .types = types}};
        const auto result = partition.acknowledge(member, batches, settings, now);
        return result ? ErrorCode::none : result.error().code;
    }

    /// Carries out what is to be written; false if there is nothing.
    bool write(bool kept = true) {
        const auto due = partition.take_write();
        if (due) {
            last_write = *due;
            partition.on_written(due->number, kept, settings, now);
        }
        return due.has_value();
    }

    void pass(Duration time) {
        now += time;
        partition.on_tick(settings, now);
    }

    SharePartition partition;
    Settings settings;
    Time now{1h};
    Write last_write;
};

}  // namespace barnabas::share::testing

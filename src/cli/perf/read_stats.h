#pragma once

#include "base/time.h"
#include "base/types.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::cli {

/// How long a consumer waited for partitions: from the beginning, or from the moment when it lost
/// all it had, until it got some (ConsumerPerformance.ConsumerPerfRebListener). One thread.
class JoinTime {
public:
    explicit JoinTime(Time start) : start_(start) {}

    void revoked(const std::vector<TopicPartition>& partitions, Time now);
    void assigned(const std::vector<TopicPartition>& partitions, Time now);

    [[nodiscard]] Duration total() const { return total_; }
    /// How often it was waited for.
    [[nodiscard]] std::int64_t rounds() const { return rounds_; }
    /// Since the last call.
    [[nodiscard]] Duration take_recent();

private:
    Time start_;
    std::set<TopicPartition> assigned_;
    Duration total_{};
    Duration recent_{};
    std::int64_t rounds_ = 0;
};

/// What was read up to a moment, and in the interval before it.
struct ReadWindow {
    std::int64_t records = 0;
    std::int64_t bytes = 0;  ///< of keys and values
    std::int64_t recent_records = 0;
    std::int64_t recent_bytes = 0;
    Duration elapsed{};  ///< of the interval
};

/// Counts what a consumer reads (ConsumerPerformance). One thread.
class ReadStats {
public:
    ReadStats(Duration reporting_interval, Time start);

    void add(std::size_t bytes) {
        ++records_;
        bytes_ += static_cast<std::int64_t>(bytes);
    }
    /// Some records came at `now`; answers with the interval that is over, if one is.
    [[nodiscard]] std::optional<ReadWindow> read(Time now);
    /// From the beginning on.
    [[nodiscard]] ReadWindow total(Time now) const;
    [[nodiscard]] std::int64_t records() const { return records_; }

private:
    Duration interval_;
    Time start_;
    Time window_start_;
    std::int64_t records_ = 0;
    std::int64_t bytes_ = 0;
    std::int64_t window_records_ = 0;  // records_ when it began
    std::int64_t window_bytes_ = 0;
};

/// The line above the figures.
[[nodiscard]] std::string read_header(bool detailed);
/// The columns of one window behind its time (or both times of the whole), without a line's end;
/// `thread`: --show-detailed-stats has a column for it.
[[nodiscard]] std::string read_columns(const ReadWindow& window, Duration joining, bool detailed);
/// The same as one JSON object.
[[nodiscard]] std::string read_json(const ReadWindow& window, Duration joining,
                                    std::string_view event, Timestamp begin, Timestamp end);

}  // namespace barnabas::cli

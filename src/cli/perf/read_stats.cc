#include "cli/perf/read_stats.h"

#include "base/json_text.h"
#include "cli/perf/java_numbers.h"

#include <fmt/format.h>

#include <utility>

namespace barnabas::cli {
namespace {

double read_seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

std::int64_t read_milliseconds(Duration duration) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

struct ReadRates {
    ReadRates(const ReadWindow& window, Duration joining)
        : megabytes(in_mebibytes(window.bytes)), fetching(window.elapsed - joining) {
        const double recent = in_mebibytes(window.recent_bytes);
        const auto records = static_cast<double>(window.recent_records);
        megabytes_per_s = recent / read_seconds(window.elapsed);
        records_per_s = records / read_seconds(window.elapsed);
        fetch_megabytes_per_s = recent / read_seconds(fetching);
        fetch_records_per_s = records / read_seconds(fetching);
    }

    static double in_mebibytes(std::int64_t bytes) {
        constexpr double unit = 1024.0 * 1024.0;
        return static_cast<double>(bytes) / unit;
    }

    double megabytes;
    Duration fetching;
    double megabytes_per_s;
    double records_per_s;
    double fetch_megabytes_per_s;
    double fetch_records_per_s;
};

}  // namespace

void JoinTime::revoked(const std::vector<TopicPartition>& partitions, Time now) {
    for (const auto& partition : partitions) {
        assigned_.erase(partition);
    }
    if (assigned_.empty()) {
        start_ = now;
    }
}

void JoinTime::assigned(const std::vector<TopicPartition>& partitions, Time now) {
    if (assigned_.empty()) {
        total_ += now - start_;
        recent_ += now - start_;
        ++rounds_;
    }
    assigned_.insert(partitions.begin(), partitions.end());
}

Duration JoinTime::take_recent() {
    return std::exchange(recent_, Duration::zero());
}

ReadStats::ReadStats(Duration reporting_interval, Time start)
    : interval_(reporting_interval), start_(start), window_start_(start) {}

std::optional<ReadWindow> ReadStats::read(Time now) {
    if (now - window_start_ < interval_) {
        return std::nullopt;
    }
    const ReadWindow over{.records = records_,
                          .bytes = bytes_,
                          .recent_records = records_ - window_records_,
                          .recent_bytes = bytes_ - window_bytes_,
                          .elapsed = now - window_start_};
    window_start_ = now;
    window_records_ = records_;
    window_bytes_ = bytes_;
    return over;
}

ReadWindow ReadStats::total(Time now) const {
    return {.records = records_,
            .bytes = bytes_,
            .recent_records = records_,
            .recent_bytes = bytes_,
            .elapsed = now - start_};
}

std::string read_header(bool detailed) {
    return fmt::format(
        "{}, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, rebalance.time.ms, "
        "fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec",
        detailed ? "time, threadId" : "start.time, end.time");
}

std::string read_columns(const ReadWindow& window, Duration joining, bool detailed) {
    const ReadRates rates(window, joining);
    const bool fetched = !detailed || rates.fetching > Duration::zero();
    return fmt::format("{}, {}, {}, {}, {}, {}, {}, {}", java_fixed(rates.megabytes, 4),
                       java_fixed(rates.megabytes_per_s, 4), window.records,
                       java_fixed(rates.records_per_s, 4), read_milliseconds(joining),
                       read_milliseconds(rates.fetching),
                       java_fixed(fetched ? rates.fetch_megabytes_per_s : 0, 4),
                       java_fixed(fetched ? rates.fetch_records_per_s : 0, 4));
}

std::string read_json(const ReadWindow& window, Duration joining, std::string_view event,
                      Timestamp begin, Timestamp end) {
    const ReadRates rates(window, joining);
    return JsonLine()
        .add("event", event)
        .add("start_time", begin.get())
        .add("end_time", end.get())
        .add("records", window.records)
        .add("bytes", window.bytes)
        .add_json("mb_per_sec", json_number(rates.megabytes_per_s))
        .add_json("records_per_sec", json_number(rates.records_per_s))
        .add("rebalance_time_ms", read_milliseconds(joining))
        .add("fetch_time_ms", read_milliseconds(rates.fetching))
        .add_json("fetch_mb_per_sec", json_number(rates.fetch_megabytes_per_s))
        .add_json("fetch_records_per_sec", json_number(rates.fetch_records_per_s))
        .text();
}

}  // namespace barnabas::cli

#include "cli/perf/send_stats.h"

#include "base/invariant.h"
#include "base/json_text.h"
#include "cli/perf/java_numbers.h"

#include <algorithm>

namespace barnabas::cli {
namespace {

constexpr std::int64_t sample_max = 500'000;
constexpr double sent_mebibyte = 1024.0 * 1024.0;

void count_record(SendCounts& counts, std::int64_t latency_ms, std::size_t bytes) {
    ++counts.records;
    counts.bytes += static_cast<std::int64_t>(bytes);
    counts.latency_total_ms += latency_ms;
    counts.latency_max_ms = std::max(counts.latency_max_ms, latency_ms);
}

/// What both kinds of lines say.
struct SendRates {
    SendRates(const SendCounts& counts, Duration elapsed)
        : records(static_cast<double>(counts.records) / seconds(elapsed)),
          megabytes(static_cast<double>(counts.bytes) / seconds(elapsed) / sent_mebibyte),
          latency(static_cast<double>(counts.latency_total_ms) /
                  static_cast<double>(counts.records)) {}

    static double seconds(Duration elapsed) {
        return std::chrono::duration<double>(elapsed).count();
    }

    double records;
    double megabytes;
    double latency;
};

JsonLine counts_json(const SendCounts& counts, Duration elapsed, std::string_view event) {
    const SendRates rates(counts, elapsed);
    JsonLine line;
    line.add("event", event)
        .add("records", counts.records)
        .add("bytes", counts.bytes)
        .add_json("records_per_sec", json_number(rates.records))
        .add_json("mb_per_sec", json_number(rates.megabytes))
        .add_json("avg_latency_ms", json_number(rates.latency))
        .add("max_latency_ms", counts.latency_max_ms);
    return line;
}

}  // namespace

SendStats::SendStats(std::int64_t records, Duration reporting_interval, Time start)
    : interval_(reporting_interval),
      start_(start),
      sampling_(records / std::min(records, sample_max)),
      window_start_(start) {
    INVARIANT(records > 0, "statistics of {} records", records);
    latencies_.reserve(static_cast<std::size_t>(records / sampling_) + 1);
}

std::optional<SendWindow> SendStats::add(std::int64_t latency_ms, std::size_t bytes, Time now) {
    if (total_.records % sampling_ == 0) {
        latencies_.push_back(static_cast<std::int32_t>(latency_ms));
    }
    count_record(total_, latency_ms, bytes);
    count_record(window_, latency_ms, bytes);
    if (now - window_start_ < interval_) {
        return std::nullopt;
    }
    const SendWindow over{.counts = window_, .elapsed = now - window_start_, .first = !reported_};
    reported_ = true;
    window_ = {};
    window_start_ = now;
    return over;
}

SendTotal SendStats::total(Time now) const {
    auto sorted = latencies_;
    std::ranges::sort(sorted);
    const auto at = [&](double share) -> std::int64_t {
        const auto index = static_cast<std::size_t>(share * static_cast<double>(sorted.size()));
        return sorted.empty() ? 0 : sorted[std::min(index, sorted.size() - 1)];
    };
    return {.counts = total_,
            .elapsed = now - start_,
            .p50_ms = at(0.5),
            .p95_ms = at(0.95),
            .p99_ms = at(0.99),
            .p999_ms = at(0.999)};
}

std::string window_text(const SendWindow& window) {
    const SendRates rates(window.counts, window.elapsed);
    return fmt::format(
        "{} records sent, {} records/sec ({} MB/sec), {} ms avg latency, {} ms max latency.",
        window.counts.records, java_fixed(rates.records, 1), java_fixed(rates.megabytes, 2),
        java_fixed(rates.latency, 1),
        java_fixed(static_cast<double>(window.counts.latency_max_ms), 1));
}

std::string total_text(const SendTotal& total, std::string_view what) {
    const SendRates rates(total.counts, total.elapsed);
    return fmt::format(
        "{}{} records sent, {} records/sec ({} MB/sec), {} ms avg latency, {} ms max latency, {} "
        "ms 50th, {} ms 95th, {} ms 99th, {} ms 99.9th.",
        total.counts.records, what, java_fixed(rates.records, 6), java_fixed(rates.megabytes, 2),
        java_fixed(rates.latency, 2),
        java_fixed(static_cast<double>(total.counts.latency_max_ms), 2), total.p50_ms, total.p95_ms,
        total.p99_ms, total.p999_ms);
}

std::string window_json(const SendWindow& window) {
    return counts_json(window.counts, window.elapsed, "window").text();
}

std::string total_json(const SendTotal& total, std::string_view event) {
    return counts_json(total.counts, total.elapsed, event)
        .add("p50_ms", total.p50_ms)
        .add("p95_ms", total.p95_ms)
        .add("p99_ms", total.p99_ms)
        .add("p999_ms", total.p999_ms)
        .text();
}

}  // namespace barnabas::cli

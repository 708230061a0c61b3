#pragma once

#include "base/time.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace barnabas {

enum class MetricKind : std::int8_t { counter, gauge, histogram };

[[nodiscard]] std::string_view metric_kind_name(MetricKind kind);

/// One metric. Rows are constants of the component that counts, one table each; the reference page
/// is printed from them.
struct MetricRow {
    std::string_view name;  // with the unit, and _total if it is a counter
    MetricKind kind;
    std::string_view unit;    // "seconds", "bytes", "" for plain numbers
    std::string_view labels;  // separated by spaces: "api code"
    std::string_view help;
};

/// How long things took: buckets from 32 us to 34 s, two to each doubling, so that a quantile read
/// from them is at most half too high. A plain value of one thread: each shard has its own, and
/// whoever asks adds them up.
class LatencyHistogram {
public:
    static constexpr unsigned shift_min = 15;  // the first bucket ends at 2^15 ns
    static constexpr unsigned doublings = 20;
    static constexpr std::size_t bounds = 2 * doublings + 1;

    void record(Duration took) {
        const auto ns = static_cast<std::uint64_t>(took.count() < 0 ? 0 : took.count());
        ++counts_[bucket_of(ns)];
        sum_ns_ += ns;
    }
    void merge(const LatencyHistogram& other);

    [[nodiscard]] std::uint64_t count() const;
    [[nodiscard]] Duration sum() const { return Duration(sum_ns_); }
    /// How many took no longer than bound(i), and longer than bound(i - 1); the last bucket, at
    /// `bounds`, has no upper end.
    [[nodiscard]] std::uint64_t in_bucket(std::size_t i) const { return counts_[i]; }
    /// 2^15, 1.5 * 2^15, 2^16, ... nanoseconds.
    [[nodiscard]] static constexpr Duration bound(std::size_t i) {
        const auto whole = std::int64_t{1} << (shift_min + i / 2);
        return Duration(i % 2 == 0 ? whole : whole + whole / 2);
    }

private:
    /// (2^15, 1.5 * 2^15] is bucket 1: a bound belongs to the bucket that ends there.
    static constexpr std::size_t bucket_of(std::uint64_t ns) {
        if (ns <= std::uint64_t{1} << shift_min) {
            return 0;
        }
        const auto below = ns - 1;
        const auto top = static_cast<unsigned>(std::bit_width(below)) - 1;
        const auto half = (below >> (top - 1)) & 1;
        const std::size_t bucket = 2 * std::size_t{top - shift_min} + half + 1;
        return bucket < bounds ? bucket : bounds;
    }

    std::array<std::uint64_t, bounds + 1> counts_{};
    std::uint64_t sum_ns_ = 0;
};

/// Writes metrics as Prometheus reads them (text format 0.0.4). A metric's samples follow its head.
class MetricsText {
public:
    using Label = std::pair<std::string_view, std::string_view>;  // name, value
    using Labels = std::initializer_list<Label>;

    /// The head of a metric, once, before its samples.
    void begin(const MetricRow& row);
    void sample(Labels labels, std::uint64_t value);
    void sample(Labels labels, std::int64_t value);
    void sample(Labels labels, double value);
    void sample(Labels labels, const LatencyHistogram& histogram);

    /// Head and one sample without labels.
    template <class Value>
    void single(const MetricRow& row, const Value& value) {
        begin(row);
        sample({}, value);
    }

    /// Head and one sample for each name, which is the value of `label`.
    template <class Counts>
    void counts(const MetricRow& row, std::string_view label, const Counts& counts) {
        begin(row);
        for (const auto& [name, count] : counts) {
            sample({{label, name}}, count);
        }
    }

    [[nodiscard]] std::string take() { return std::move(text_); }

    static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

private:
    void put_labels(Labels labels, std::string_view bound);
    void line(std::string_view suffix, Labels labels, std::string_view bound,
              std::string_view value);

    std::string text_;
    std::string_view name_;
};

/// The reference page's table of these rows, in Markdown.
[[nodiscard]] std::string describe_metrics(std::span<const MetricRow> rows);

}  // namespace barnabas

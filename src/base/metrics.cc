#include "base/metrics.h"

#include "base/invariant.h"

#include <fmt/format.h>

#include <iterator>
#include <numeric>

namespace barnabas {

namespace {

double seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

/// `text` with each character of `special` (and the line feed) behind a backslash.
void put_escaped(std::string& out, std::string_view text, std::string_view special) {
    for (const char c : text) {
        if (c == '\n') {
            out += "\\n";
            continue;
        }
        if (special.find(c) != std::string_view::npos) {
            out += '\\';
        }
        out += c;
    }
}

}  // namespace

std::string_view metric_kind_name(MetricKind kind) {
    switch (kind) {
        case MetricKind::counter:
            return "counter";
        case MetricKind::gauge:
            return "gauge";
        case MetricKind::histogram:
            return "histogram";
    }
    INVARIANT(false, "no such kind of metric: {}", static_cast<int>(kind));
}

void LatencyHistogram::merge(const LatencyHistogram& other) {
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        counts_[i] += other.counts_[i];
    }
    sum_ns_ += other.sum_ns_;
}

std::uint64_t LatencyHistogram::count() const {
    return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

void MetricsText::begin(const MetricRow& row) {
    name_ = row.name;
    fmt::format_to(std::back_inserter(text_), "# HELP {} ", name_);
    put_escaped(text_, row.help, "\\");
    fmt::format_to(std::back_inserter(text_), "\n# TYPE {} {}\n", name_,
                   metric_kind_name(row.kind));
}

void MetricsText::sample(Labels labels, std::uint64_t value) {
    line("", labels, "", fmt::format_int(value).c_str());
}

void MetricsText::sample(Labels labels, std::int64_t value) {
    line("", labels, "", fmt::format_int(value).c_str());
}

void MetricsText::sample(Labels labels, double value) {
    line("", labels, "", fmt::format("{}", value));
}

void MetricsText::sample(Labels labels, const LatencyHistogram& histogram) {
    std::uint64_t up_to = 0;
    for (std::size_t i = 0; i < LatencyHistogram::bounds; ++i) {
        up_to += histogram.in_bucket(i);
        line("_bucket", labels, fmt::format("{}", seconds(LatencyHistogram::bound(i))),
             fmt::format_int(up_to).c_str());
    }
    const auto all = up_to + histogram.in_bucket(LatencyHistogram::bounds);
    const fmt::format_int count(all);
    line("_bucket", labels, "+Inf", count.c_str());
    line("_sum", labels, "", fmt::format("{}", seconds(histogram.sum())));
    line("_count", labels, "", count.c_str());
}

void MetricsText::line(std::string_view suffix, Labels labels, std::string_view bound,
                       std::string_view value) {
    INVARIANT(!name_.empty(), "a sample without its metric");
    text_.append(name_).append(suffix);
    put_labels(labels, bound);
    text_.append(" ").append(value).append("\n");
}

/// {api="Fetch",le="0.5"}; nothing if there is neither label nor bound.
void MetricsText::put_labels(Labels labels, std::string_view bound) {
    char separator = '{';
    for (const auto& [name, value] : labels) {
        text_ += separator;
        text_.append(name).append("=\"");
        put_escaped(text_, value, "\\\"");
        text_ += '"';
        separator = ',';
    }
    if (!bound.empty()) {
        text_ += separator;
        text_.append("le=\"").append(bound).append("\"");
        separator = ',';
    }
    if (separator == ',') {
        text_ += '}';
    }
}

std::string describe_metrics(std::span<const MetricRow> rows) {
    std::string page = "| metric | kind | unit | labels | what it is |\n|---|---|---|---|---|\n";
    for (const auto& row : rows) {
        fmt::format_to(std::back_inserter(page), "| `{}` | {} | {} | {} | {} |\n", row.name,
                       metric_kind_name(row.kind), row.unit, row.labels, row.help);
    }
    return page;
}

}  // namespace barnabas

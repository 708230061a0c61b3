#include "cli/perf/e2e_records.h"

#include "base/json_text.h"
#include "cli/perf/java_numbers.h"

#include <algorithm>

namespace barnabas::cli {
namespace {

std::unexpected<Error> differs(std::string_view what, std::string_view read,
                               std::string_view sent) {
    return fail(ErrorCode::unknown_server_error,
                "The message {} read [{}] did not match the message {} sent [{}]", what, read, what,
                sent);
}

Result<void> judge_headers(const std::vector<Header>& sent, const HeaderRange& read) {
    if (sent.size() != read.size()) {
        return fail(ErrorCode::unknown_server_error,
                    "{} message headers were sent and {} came back", sent.size(), read.size());
    }
    auto at = sent.begin();
    for (const auto& header : read) {
        const bool both = header.value.has_value() == at->value.has_value();
        if (header.key != at->key || !both ||
            (both && header.value && !std::ranges::equal(*header.value, *at->value))) {
            return differs("header", header.key, at->key);
        }
        ++at;
    }
    return {};
}

double e2e_average_ms(const E2eLatencies& latencies) {
    return std::chrono::duration<double, std::milli>(latencies.total).count() /
           static_cast<double>(latencies.each_ms.size());
}

/// Of sorted latencies, of which there is at least one.
std::int64_t e2e_percentile(const std::vector<std::int64_t>& sorted, double share) {
    return sorted[static_cast<std::size_t>(static_cast<double>(sorted.size()) * share)];
}

}  // namespace

std::string E2eRecords::letters(std::size_t count) {
    return std::string(count, static_cast<char>('A' + random_.below(26)));
}

ProducerRecord E2eRecords::next() {
    ProducerRecord record{.topic = options_.topic,
                          .key = to_bytes(letters(options_.key_size)),
                          .value = to_bytes(letters(options_.value_size))};
    for (std::size_t i = 0; i < options_.headers; ++i) {
        Header header{.key = letters(options_.header_key_size), .value = {}};
        if (options_.header_value_size) {
            header.value = to_bytes(letters(*options_.header_value_size));
        }
        record.headers.push_back(std::move(header));
    }
    return record;
}

Result<void> judge_round_trip(const ProducerRecord& sent, const ConsumerRecord& read,
                              std::size_t count) {
    const auto sent_value = as_text(*sent.value);
    if (!read.has_value() || read.value_text() != sent_value) {
        return differs("value", read.value_text(), sent_value);
    }
    if (!read.has_key()) {
        return fail(ErrorCode::unknown_server_error, "Expected message key but received null");
    }
    if (const auto sent_key = as_text(*sent.key); read.key_text() != sent_key) {
        return differs("key", read.key_text(), sent_key);
    }
    TRY(judge_headers(sent.headers, read.headers()));
    if (count != 1) {
        return fail(ErrorCode::unknown_server_error,
                    "Only one result was expected during this test. We found [{}]", count);
    }
    return {};
}

std::string e2e_text(E2eLatencies latencies) {
    std::ranges::sort(latencies.each_ms);
    return fmt::format(
        "Avg latency: {} ms\nPercentiles: 50th = {}, 99th = {}, 99.9th = {}\n",
        java_fixed(e2e_average_ms(latencies), 4), e2e_percentile(latencies.each_ms, 0.5),
        e2e_percentile(latencies.each_ms, 0.99), e2e_percentile(latencies.each_ms, 0.999));
}

std::string e2e_json(E2eLatencies latencies) {
    std::ranges::sort(latencies.each_ms);
    return JsonLine()
        .add("event", "total")
        .add("records", latencies.each_ms.size())
        .add_json("avg_latency_ms", json_number(e2e_average_ms(latencies)))
        .add("p50_ms", e2e_percentile(latencies.each_ms, 0.5))
        .add("p99_ms", e2e_percentile(latencies.each_ms, 0.99))
        .add("p999_ms", e2e_percentile(latencies.each_ms, 0.999))
        .text();
}

std::string e2e_progress(std::int64_t index, Duration taken) {
    return fmt::format("{}\t{}", index,
                       java_double(std::chrono::duration<double, std::milli>(taken).count()));
}

}  // namespace barnabas::cli

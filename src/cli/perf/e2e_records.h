#pragma once

#include "base/result.h"
#include "base/time.h"
#include "cli/perf/e2e_options.h"
#include "cli/perf/payloads.h"
#include <barnabas/records.h>

#include <cstdint>
#include <string>
#include <vector>

namespace barnabas::cli {

/// Records of one letter each, a random one in every part, as EndToEndLatency makes them.
class E2eRecords {
public:
    explicit E2eRecords(const E2eOptions& options) : options_(options) {}
    [[nodiscard]] ProducerRecord next();

private:
    std::string letters(std::size_t count);

    const E2eOptions& options_;
    SplittableRandom random_{0};
};

/// Whether what was read is what was sent, and nothing else; a sentence says what is not.
/// `count`: how many records came.
[[nodiscard]] Result<void> judge_round_trip(const ProducerRecord& sent, const ConsumerRecord& read,
                                            std::size_t count);

/// Of latencies in whole milliseconds. `total`: their sum, exactly.
struct E2eLatencies {
    std::vector<std::int64_t> each_ms{};
    Duration total{};
};
/// "Avg latency: 0.7512 ms" and the line of percentiles below it.
[[nodiscard]] std::string e2e_text(E2eLatencies latencies);
[[nodiscard]] std::string e2e_json(E2eLatencies latencies);
/// "1000\t0.812034": how long record `index` took.
[[nodiscard]] std::string e2e_progress(std::int64_t index, Duration taken);

}  // namespace barnabas::cli

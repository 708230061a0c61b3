#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace rdkafka_bench {

/// {"records":..., "bytes":..., "seconds":..., "records_per_s":..., "mb_per_s":...}, where bytes
/// are the payloads' and MB are 10^6 of them.
std::string throughput_json(std::int64_t records, std::int64_t bytes, double seconds);

/// {"records":..., "p50_ms":..., "p99_ms":..., "p999_ms":..., "max_ms":..., "mean_ms":...}
std::string latency_json(std::vector<double> seconds, double elapsed);

}  // namespace rdkafka_bench

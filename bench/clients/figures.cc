#include "clients/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace rdkafka_bench {

std::string throughput_json(std::int64_t records, std::int64_t bytes, double seconds) {
    return fmt::format(
        R"({{"records":{},"bytes":{},"seconds":{:.6f},"records_per_s":{:.0f},"mb_per_s":{:.2f}}})",
        records, bytes, seconds, double(records) / seconds, double(bytes) / 1e6 / seconds);
}

std::string latency_json(std::vector<double> seconds, double elapsed) {
    std::sort(seconds.begin(), seconds.end());
    const auto at = [&seconds](double share) {  // the nearest rank
        const auto rank = static_cast<std::size_t>(std::ceil(share * double(seconds.size())));
        return seconds[std::max<std::size_t>(rank, 1) - 1] * 1e3;
    };
    const double mean =
        std::accumulate(seconds.begin(), seconds.end(), 0.0) * 1e3 / double(seconds.size());
    return fmt::format(R"({{"records":{},"seconds":{:.6f},"records_per_s":{:.0f},"mean_ms":{:.4f},)"
                       R"("p50_ms":{:.4f},"p99_ms":{:.4f},"p999_ms":{:.4f},"max_ms":{:.4f}}})",
                       seconds.size(), elapsed, double(seconds.size()) / elapsed, mean, at(0.5),
                       at(0.99), at(0.999), at(1.0));
}

}  // namespace rdkafka_bench

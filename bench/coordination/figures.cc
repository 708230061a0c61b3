#include "coordination/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace coordination_bench {

std::string times_json(std::vector<double> seconds) {
    if (seconds.empty()) {
        give_up("nothing was measured");
    }
    std::ranges::sort(seconds);
    const auto at = [&seconds](double share) {  // the nearest rank
        const auto rank = static_cast<std::size_t>(std::ceil(share * double(seconds.size())));
        return seconds[std::max<std::size_t>(rank, 1) - 1] * 1e3;
    };
    const double sum = std::accumulate(seconds.begin(), seconds.end(), 0.0);
    return fmt::format(R"("mean_ms":{:.4f},"p50_ms":{:.4f},"p99_ms":{:.4f},"max_ms":{:.4f})",
                       sum * 1e3 / double(seconds.size()), at(0.5), at(0.99), at(1.0));
}

}  // namespace coordination_bench

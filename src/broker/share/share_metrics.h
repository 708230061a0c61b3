#pragma once

#include "base/metrics.h"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace barnabas::broker {

/// What a scrape finds out of the share partitions that this broker leads. A group's members are
/// told where its coordinator is, as those of all groups.
struct ShareFacts {
    struct Group {
        std::string id;
        std::uint64_t partitions = 0;
        std::map<std::string, std::uint64_t> records;  // in flight, by state
    };

    std::vector<Group> groups;  // by id
    std::uint64_t sessions = 0;
    std::uint64_t partitions_loading = 0;
    std::uint64_t acquired = 0;
    std::map<std::string, std::uint64_t> acknowledged;  // by type
    std::uint64_t dead_letters_written = 0;
    std::uint64_t dead_letters_lost = 0;
};

/// For the page's table.
[[nodiscard]] std::span<const MetricRow> share_metric_rows();

void put_shares(MetricsText& text, const ShareFacts& facts);

}  // namespace barnabas::broker

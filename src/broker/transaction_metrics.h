#pragma once

#include "base/metrics.h"

#include <cstdint>
#include <map>
#include <span>
#include <string>

namespace barnabas::broker {

/// What a scrape finds out of the transactions that this broker coordinates.
struct TransactionFacts {
    std::map<std::string, std::uint64_t> ids;  // transactional ids by state
    std::uint64_t partitions_loading = 0;
    std::uint64_t ends_waiting = 0;
    std::uint64_t markers_waiting = 0;
    std::map<std::string, std::uint64_t> marker_answers;  // by what follows from them
};

/// For the page's table.
[[nodiscard]] std::span<const MetricRow> transaction_metric_rows();

void put_transactions(MetricsText& text, const TransactionFacts& facts);

}  // namespace barnabas::broker

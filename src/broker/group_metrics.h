#pragma once

#include "base/metrics.h"
#include "base/types.h"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::broker {

/// What a scrape finds out of the groups that this broker coordinates.
struct GroupFacts {
    /// One committed offset.
    struct Committed {
        std::string topic;
        PartitionId partition{0};
        Offset offset{0};
        /// Records behind it; nothing if this broker does not have the partition.
        std::optional<std::int64_t> lag;
        /// How old the first record is that was not consumed; 0 if there is none, nothing if it is
        /// not known (yet).
        std::optional<Duration> age;
    };
    struct Group {
        std::string id;
        std::uint64_t members = 0;
        std::vector<Committed> offsets;
    };

    std::vector<Group> groups;  // by id
    std::uint64_t groups_left_out = 0;
    std::map<std::pair<std::string, std::string>, std::uint64_t> counts;  // by type and state
    std::uint64_t offsets = 0;
    std::uint64_t partitions_loading = 0;
    std::map<std::string, std::uint64_t> rebalances;  // by cause
    std::map<std::string, std::uint64_t> events;      // by kind, without rebalances
    std::uint64_t expiry_failures = 0;
};

/// The rows of groups, for the page's table.
inline constexpr std::size_t group_metric_rows_count = 12;
[[nodiscard]] const std::array<MetricRow, group_metric_rows_count>& group_metric_rows();

/// A group's id as a label: ids may have any byte and be 32 KiB long, labels are UTF-8 and stand on
/// every line.
[[nodiscard]] std::string group_label(std::string_view id);

void put_groups(MetricsText& text, const GroupFacts& facts);

}  // namespace barnabas::broker

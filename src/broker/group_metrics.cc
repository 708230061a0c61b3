#include "broker/group_metrics.h"

#include "base/utf8.h"

#include <fmt/format.h>

#include <algorithm>

namespace barnabas::broker {
namespace {

using enum MetricKind;

namespace row {
constexpr MetricRow groups{"barnabas_groups", gauge, "", "type state",
                           "Groups that this broker coordinates."};
constexpr MetricRow offsets{"barnabas_group_offsets", gauge, "", "",
                            "Committed offsets of all groups."};
constexpr MetricRow loading{"barnabas_group_partitions_loading", gauge, "", "",
                            "Partitions of __consumer_offsets that are being read back."};
constexpr MetricRow rebalances{"barnabas_group_rebalances_total", counter, "", "cause",
                               "Rebalances, by what made the group rebalance; the log names it."};
constexpr MetricRow events{
    "barnabas_group_events_total", counter, "", "event",
    "What else groups went through: became stable, lost a silent member, became empty, went, "
    "changed their protocol."};
constexpr MetricRow expiry_failures{
    "barnabas_group_expiry_failures_total", counter, "", "",
    "Rounds in which offsets that have expired could not be removed; they are tried again."};
constexpr MetricRow left_out{
    "barnabas_groups_left_out", gauge, "", "",
    "Groups that have no series of their own below: the first 1,000 by id have, as far as their "
    "offsets are not more than 20,000 in all; one that is too large hides no other."};
constexpr MetricRow members{"barnabas_group_members", gauge, "", "group", "The group's members."};
constexpr MetricRow offset{"barnabas_group_committed_offset", gauge, "", "group topic partition",
                           "The offset that the group has committed; of a share group, where the "
                           "records begin that it is not done with."};
constexpr MetricRow lag{"barnabas_group_lag", gauge, "", "group topic partition",
                        "Records behind the offset that the group has committed; of a share "
                        "group, those that it is not done with."};
constexpr MetricRow lag_max{"barnabas_group_lag_max", gauge, "", "group",
                            "The largest lag of the group."};
constexpr MetricRow age{
    "barnabas_group_oldest_unconsumed_age_seconds", gauge, "seconds", "group topic partition",
    "How long ago the batch was written that holds the first record that the group has not "
    "consumed, by its timestamp; 0 if it has consumed all."};
}  // namespace row

constexpr std::array all_rows = {
    row::groups,   row::offsets, row::loading, row::rebalances, row::events,  row::expiry_failures,
    row::left_out, row::members, row::offset,  row::lag,        row::lag_max, row::age,
};
static_assert(all_rows.size() == group_metric_rows_count);

/// One sample for each offset that has the value.
void put_offsets(MetricsText& text, const MetricRow& metric, const GroupFacts& facts,
                 auto value_of) {
    text.begin(metric);
    for (const auto& group : facts.groups) {
        for (const auto& offset : group.offsets) {
            if (const auto value = value_of(offset)) {
                const fmt::format_int number(offset.partition.get());
                text.sample(
                    {{"group", group.id}, {"topic", offset.topic}, {"partition", number.c_str()}},
                    *value);
            }
        }
    }
}

std::optional<double> age_in_seconds(const GroupFacts::Committed& offset) {
    return offset.age ? std::optional(std::chrono::duration<double>(*offset.age).count())
                      : std::nullopt;
}

}  // namespace

const std::array<MetricRow, group_metric_rows_count>& group_metric_rows() {
    return all_rows;
}

std::string group_label(std::string_view id) {
    constexpr std::size_t label_bytes_max = 255;
    auto label = replace_malformed_utf8(id.substr(0, label_bytes_max));
    return id.size() > label_bytes_max ? label + "..." : label;
}

void put_groups(MetricsText& text, const GroupFacts& facts) {
    text.begin(row::groups);
    for (const auto& [names, count] : facts.counts) {
        text.sample({{"type", names.first}, {"state", names.second}}, count);
    }
    text.single(row::offsets, facts.offsets);
    text.single(row::loading, facts.partitions_loading);
    text.counts(row::rebalances, "cause", facts.rebalances);
    text.counts(row::events, "event", facts.events);
    text.single(row::expiry_failures, facts.expiry_failures);
    text.single(row::left_out, facts.groups_left_out);
    text.begin(row::members);
    for (const auto& group : facts.groups) {
        text.sample({{"group", group.id}}, group.members);
    }
    put_offsets(text, row::offset, facts,
                [](const auto& offset) { return std::optional(offset.offset.get()); });
    put_offsets(text, row::lag, facts, [](const auto& offset) { return offset.lag; });
    text.begin(row::lag_max);
    for (const auto& group : facts.groups) {
        std::optional<std::int64_t> most;
        for (const auto& offset : group.offsets) {
            most = std::max(most, offset.lag);
        }
        if (most) {
            text.sample({{"group", group.id}}, *most);
        }
    }
    put_offsets(text, row::age, facts, age_in_seconds);
}

}  // namespace barnabas::broker

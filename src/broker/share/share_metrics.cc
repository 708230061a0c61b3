#include "broker/share/share_metrics.h"

namespace barnabas::broker {
namespace {

using enum MetricKind;

namespace row {
constexpr MetricRow sessions{"barnabas_share_sessions", gauge, "", "",
                             "Share sessions of this broker's connections."};
constexpr MetricRow loading{"barnabas_share_partitions_loading", gauge, "", "",
                            "Share partitions whose state is being read back."};
constexpr MetricRow partitions{"barnabas_share_group_partitions", gauge, "", "group",
                               "Partitions of which this broker hands records to the group."};
constexpr MetricRow records{
    "barnabas_share_group_records", gauge, "", "group state",
    "The group's records in flight: acquired by a member, available again, acknowledged, archived "
    "(given up), or archiving (on their way to the dead letter queue)."};
constexpr MetricRow acquired{"barnabas_share_acquired_records_total", counter, "", "",
                             "Records handed to members of share groups, each time."};
constexpr MetricRow acknowledged{
    "barnabas_share_acknowledged_records_total", counter, "", "type",
    "Records that members answered for: accepted, released, rejected, renewed, or gaps."};
constexpr MetricRow dead_letters{
    "barnabas_share_dead_letters_total", counter, "", "outcome",
    "Records for dead letter queues: written, or lost (the log says why)."};
}  // namespace row

constexpr MetricRow all_rows[] = {row::sessions, row::loading,      row::partitions,  row::records,
                                  row::acquired, row::acknowledged, row::dead_letters};

}  // namespace

std::span<const MetricRow> share_metric_rows() {
    return all_rows;
}

void put_shares(MetricsText& text, const ShareFacts& facts) {
    text.single(row::sessions, facts.sessions);
    text.single(row::loading, facts.partitions_loading);
    text.begin(row::partitions);
    for (const auto& group : facts.groups) {
        text.sample({{"group", group.id}}, group.partitions);
    }
    text.begin(row::records);
    for (const auto& group : facts.groups) {
        for (const auto& [state, count] : group.records) {
            text.sample({{"group", group.id}, {"state", state}}, count);
        }
    }
    text.single(row::acquired, facts.acquired);
    text.counts(row::acknowledged, "type", facts.acknowledged);
    text.begin(row::dead_letters);
    text.sample({{"outcome", "written"}}, facts.dead_letters_written);
    text.sample({{"outcome", "lost"}}, facts.dead_letters_lost);
}

}  // namespace barnabas::broker

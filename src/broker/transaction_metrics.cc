#include "broker/transaction_metrics.h"

namespace barnabas::broker {
namespace {

using enum MetricKind;

namespace row {
constexpr MetricRow ids{"barnabas_transactional_ids", gauge, "", "state",
                        "Transactional ids that this broker coordinates."};
constexpr MetricRow loading{"barnabas_transaction_partitions_loading", gauge, "", "",
                            "Partitions of __transaction_state that are being read back."};
constexpr MetricRow ends{"barnabas_transaction_ends_waiting", gauge, "", "",
                         "Transactions that are decided, and whose markers are not all written."};
constexpr MetricRow markers{
    "barnabas_transaction_markers_waiting", gauge, "", "",
    "Markers of those that are not written yet: readers of committed records wait for them."};
constexpr MetricRow answers{
    "barnabas_transaction_markers_total", counter, "", "outcome",
    "Partitions' answers to markers, by what follows: written, skipped or gone (the transaction "
    "ends without the partition), retried, alarming (tried again, somebody has to look), "
    "cancelled."};
}  // namespace row

constexpr MetricRow all_rows[] = {row::ids, row::loading, row::ends, row::markers, row::answers};

}  // namespace

std::span<const MetricRow> transaction_metric_rows() {
    return all_rows;
}

void put_transactions(MetricsText& text, const TransactionFacts& facts) {
    text.counts(row::ids, "state", facts.ids);
    text.single(row::loading, facts.partitions_loading);
    text.single(row::ends, facts.ends_waiting);
    text.single(row::markers, facts.markers_waiting);
    text.counts(row::answers, "outcome", facts.marker_answers);
}

}  // namespace barnabas::broker

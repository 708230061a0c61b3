#pragma once

#include "base/result.h"
#include "base/time.h"
#include <barnabas/offsets.h>
#include <barnabas/records.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::cli {

// The lines of JSON that Kafka's VerifiableProducer and VerifiableConsumer print, one per event,
// for programs that test a cluster. All begin with the time and the event's name.

[[nodiscard]] std::string startup_complete(Timestamp now);
/// Of a consumer: it was told to end; where it ends by itself, the last event of all.
[[nodiscard]] std::string shutdown_requested(Timestamp now);
[[nodiscard]] std::string shutdown_complete(Timestamp now);

/// What a verifiable producer writes.
struct VerifiableRecord {
    std::optional<std::string> key{};
    std::string value;

    friend bool operator==(const VerifiableRecord&, const VerifiableRecord&) = default;
};
[[nodiscard]] std::string send_success(Timestamp now, const VerifiableRecord& record,
                                       const RecordMetadata& where);
[[nodiscard]] std::string send_error(Timestamp now, const VerifiableRecord& record,
                                     std::string_view topic, const Error& error);
/// The summary at the end; `target`: what --throughput asked for.
struct ProducedTotals {
    std::int64_t sent = 0;
    std::int64_t acked = 0;
    std::int64_t target = -1;
    Duration elapsed{};
};
[[nodiscard]] std::string tool_data(Timestamp now, const ProducedTotals& totals);

[[nodiscard]] std::string partitions_assigned(Timestamp now,
                                              std::span<const TopicPartition> partitions);
[[nodiscard]] std::string partitions_revoked(Timestamp now,
                                             std::span<const TopicPartition> partitions);

/// What one poll brought of a partition.
struct ReadSummary {
    TopicPartition partition;
    std::int64_t count = 0;
    Offset first;
    Offset last;
};
/// `count`: all that came, also what a limit left out of the summaries.
[[nodiscard]] std::string records_consumed(Timestamp now, std::size_t count,
                                           std::span<const ReadSummary> summaries);
[[nodiscard]] std::string record_data(Timestamp now, const ConsumerRecord& record);
/// `error`: why it failed; nullptr if it did not.
[[nodiscard]] std::string offsets_committed(Timestamp now, const OffsetMap& offsets,
                                            const Error* error);

}  // namespace barnabas::cli

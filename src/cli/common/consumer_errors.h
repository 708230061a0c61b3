#pragma once

#include "base/result.h"
#include <barnabas/consumer.h>

#include <span>
#include <string>

namespace barnabas::cli {

/// What Java makes of an error of poll() as text. Where auto.offset.reset=none leaves no position,
/// Kafka's consumer has exceptions of its own: NoOffsetForPartitionException if no offset was
/// committed, OffsetOutOfRangeException if the log has it no more. Here both are
/// offset_out_of_range. `without_offset`: partitions without a position or a committed offset.
[[nodiscard]] std::string consumer_error_text(const Error& error,
                                              std::span<const TopicPartition> without_offset);

/// The same of this consumer. May ask its group for committed offsets, for some seconds.
[[nodiscard]] std::string consumer_error_text(const Error& error, Consumer& consumer);

}  // namespace barnabas::cli

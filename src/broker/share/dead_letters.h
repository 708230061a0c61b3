#pragma once

#include "broker/config/share_config.h"
#include "broker/services.h"
#include "broker/share/share_sessions.h"
#include "share/share_partition.h"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <string_view>

namespace barnabas::broker {

struct SharePartitionKey;

/// Whether records of such a group that fail for good go to a dead letter queue (KIP-1191): it
/// names one, and the cluster has share.version 2.
[[nodiscard]] bool has_dead_letters(const ClusterImage& image, const ShareGroupSettings& group);

/// Whether records may be written to the topic (ShareGroupDLQStateManager.validateDlqTopic):
/// invalid_config, with the reason. A topic that is not there yet may be, if it can be made.
[[nodiscard]] Result<void> check_dead_letter_topic(const ClusterImage& image,
                                                   const SharesConfig& config,
                                                   std::string_view topic);

/// The headers that tell where a dead letter comes from; their values are text.
namespace dead_letter_header {
inline constexpr std::string_view topic = "__dlq.errors.topic";
inline constexpr std::string_view partition = "__dlq.errors.partition";
inline constexpr std::string_view offset = "__dlq.errors.offset";
inline constexpr std::string_view group = "__dlq.errors.group";
inline constexpr std::string_view delivery_count = "__dlq.errors.delivery.count";
inline constexpr std::string_view message = "__dlq.errors.message";
}  // namespace dead_letter_header

/// Writes records of the share partition to its group's dead letter queue: a record for each
/// offset, with headers that say where it comes from and why, and with what the record holds where
/// errors.deadletterqueue.copy.record.enable says so. Returns when they are committed there, or
/// never will be: then the log says why. Called on `shard`, which owns the partition.
awaitable<void> bury(Services& services, BrokerShard& shard, SharePartitionKey key,
                     share::DeadLetters letters);

}  // namespace barnabas::broker

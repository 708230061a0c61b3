#pragma once

#include "base/result.h"
#include "base/time.h"
#include "broker/services.h"

#include <boost/asio/awaitable.hpp>

#include <string_view>

namespace barnabas::broker {

enum class StateTopic { offsets, transactions, shares };

[[nodiscard]] std::string_view state_topic_name(StateTopic topic);

/// What Kafka sets for these topics (GroupCoordinatorService.groupMetadataTopicConfigs,
/// TransactionStateManager.transactionTopicConfigs and
/// ShareCoordinatorService.shareGroupStateTopicConfigs).
[[nodiscard]] ConfigMap state_topic_configs(StateTopic topic, const StateTopicConfig& config,
                                            std::int16_t replicas);

/// Makes a topic that coordinators keep their state in, as its configuration says, unless it is
/// there: when somebody asks for a coordinator for the first time. Called on `home`. The error is
/// coordinator_not_available, with the reason; also where it has not been made by `deadline`,
/// though it may be later. A cluster with fewer brokers than the configured replication factor gets
/// a replica on each: Kafka refuses then, and its users have to change a default to try it on one
/// machine.
awaitable<Result<void>> ensure_state_topic(Services& services, BrokerShard& home, StateTopic topic,
                                           Time deadline);

}  // namespace barnabas::broker

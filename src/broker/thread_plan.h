#pragma once

#include "broker/config/broker_config.h"

#include <cstddef>

namespace barnabas::broker {

/// How many shards a broker is to have on a machine of its own with so many cores.
[[nodiscard]] std::size_t shard_count(const ProcessConfig& config, std::size_t cores);

/// How many threads the blocking pool of a broker with that many shards may have. They start when
/// there is work for them: what counts is that no kind of work can keep another from getting one.
[[nodiscard]] std::size_t pool_threads_max(const BrokerConfig& config, std::size_t shards);

}  // namespace barnabas::broker

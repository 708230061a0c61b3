#pragma once

#include "broker/services.h"
#include "broker/share/share_metrics.h"
#include "broker/transaction_metrics.h"

#include <boost/asio/awaitable.hpp>

#include <cstddef>

namespace barnabas::broker {

/// For /metrics, from all shards. Called on shard 0.
awaitable<TransactionFacts> gather_transactions(Services& services);
/// At most so many groups have series of their own, the first by id.
awaitable<ShareFacts> gather_shares(Services& services, std::size_t groups_max);

}  // namespace barnabas::broker

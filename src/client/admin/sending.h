#pragma once

#include "client/admin/exchange.h"
#include "client/cluster/cluster.h"

namespace barnabas::client::admin_api {

/// Sends the exchange's request to the broker and tells the exchange what came: answer() or fail(),
/// once. INVARIANT: its API is one that the admin client knows. Both arguments outlive the call.
awaitable<void> send_exchange(Cluster& cluster, BrokerId broker, Exchange& exchange, Time deadline);

}  // namespace barnabas::client::admin_api

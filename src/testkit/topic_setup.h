#pragma once

#include "base/config_definition.h"
#include "testkit/wire_client.h"

#include <boost/asio/awaitable.hpp>

namespace barnabas::testkit {

/// Makes the topics that clients use. Complains if it cannot.
awaitable<void> create_topics(WireClient* client, ConfigMap configs);

/// Makes the topics in which coordinators keep their state, and sets what differs from their usual
/// configuration. Complains if it cannot.
awaitable<void> set_up_state_topics(WireClient* client, ConfigMap configs);

}  // namespace barnabas::testkit

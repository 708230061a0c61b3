#pragma once

#include "testkit/wire_client.h"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <optional>
#include <string>

namespace barnabas::testkit {

/// What the broker shows when everybody has stopped.
struct Audit {
    std::map<TopicPartition, FinalLog> logs;
    std::map<TopicPartition, Offset> group_offsets;
    std::map<std::string, std::string> open;  // transactional ids that are not at rest

    /// Every transaction has ended, and every reader comes to the end.
    [[nodiscard]] bool is_at_rest() const;
};

/// Reads everything; nothing where some request had no answer or is to be asked again.
awaitable<std::optional<Audit>> audit(WireClient* client);

}  // namespace barnabas::testkit

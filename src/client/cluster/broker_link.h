#pragma once

#include "base/result.h"
#include "base/time.h"
#include "base/types.h"
#include "client/cluster/dialing.h"
#include "client/cluster/target.h"
#include "rpc/client_connection.h"
#include "runtime/network.h"

#include <compare>
#include <cstdint>
#include <memory>

namespace barnabas::client {

/// One connection to one broker. Below zero: bootstrap servers, -1 the first.
struct LinkId {
    BrokerId broker = no_broker;
    Lane lane = Lane::main;

    friend auto operator<=>(const LinkId&, const LinkId&) = default;
};

/// What a cluster keeps of it: the connection, or the attempt to get one, or when the next attempt
/// may begin. Always: at most one of `connection` and `dialing` is set.
struct BrokerLink {
    runtime::Endpoint address;
    std::shared_ptr<rpc::ClientConnection> connection;  ///< versions negotiated
    std::shared_ptr<Dialing> dialing;
    std::uint32_t failures = 0;  ///< since a connection was last ready
    Time not_before{};           ///< backoff: no attempt before
    Time throttled_until{};      ///< KIP-219: no request before

    [[nodiscard]] bool ready() const { return connection != nullptr && connection->open(); }
};

}  // namespace barnabas::client

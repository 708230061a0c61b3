#pragma once

#include "base/result.h"
#include "rpc/client_connection.h"
#include "runtime/tasks.h"

#include <cstddef>
#include <memory>
#include <optional>

namespace barnabas::client {

/// One attempt to connect, which several calls may wait for. A socket that connects cannot be told
/// to stop, so the attempt belongs to itself: whoever ends meanwhile leaves it, and what it gets is
/// closed. Lives on one shard.
struct Dialing {
    explicit Dialing(runtime::Shard& shard) : changed(shard), settled(shard) {}

    runtime::Signal changed;  ///< notified when `stream` or `abandoned` is set
    std::optional<Result<std::unique_ptr<runtime::Stream>>> stream;  ///< TCP's outcome
    std::shared_ptr<rpc::ClientConnection> connection;  ///< while versions are negotiated
    std::optional<Error> abandoned;                     ///< why nobody wants it any more

    // How the whole attempt ended. Those who wait go on in the order in which they came, and before
    // whoever comes later: requests to a broker, and the batches of a partition in them, are not to
    // pass each other.
    runtime::Signal settled;       ///< notified once: it is ready, or has failed
    bool ready = false;            ///< `connection` can be used
    std::optional<Error> failure;  ///< why it cannot
    std::size_t waiting = 0;       ///< also those who are woken, and have not run yet
};

/// Connects until `deadline`, on its own: `into->stream` is set at the end.
void dial(runtime::Shard& shard, runtime::Endpoint to, runtime::StreamOptions options,
          Time deadline, std::shared_ptr<Dialing> into);

}  // namespace barnabas::client

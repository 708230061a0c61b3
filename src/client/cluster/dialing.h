#pragma once

#include "base/result.h"
#include "rpc/client_connection.h"
#include "runtime/tasks.h"

#include <memory>
#include <optional>

namespace barnabas::client {

/// One attempt to connect, which several calls may wait for. A socket that connects cannot be told
/// to stop, so the attempt belongs to itself: whoever ends meanwhile leaves it, and what it gets is
/// closed. Lives on one shard.
struct Dialing {
    explicit Dialing(runtime::Shard& shard) : changed(shard) {}

    runtime::Signal changed;  ///< notified when any of the following is set
    std::optional<Result<std::unique_ptr<runtime::Stream>>> stream;  ///< TCP's outcome
    std::shared_ptr<rpc::ClientConnection> connection;  ///< while versions are negotiated
    std::optional<Error> failure;                       ///< of the whole attempt
    bool ready = false;                                 ///< the attempt has succeeded
    std::optional<Error> abandoned;                     ///< why nobody wants it any more
};

/// Connects until `deadline`, on its own: `into->stream` is set at the end.
void dial(runtime::Shard& shard, runtime::Endpoint to, runtime::StreamOptions options,
          Time deadline, std::shared_ptr<Dialing> into);

}  // namespace barnabas::client

#pragma once

#include "rpc/client_connection.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace barnabas::rpc {

/// What a client says of itself (KIP-511), and whom it believes to talk to (KIP-1242).
struct Introduction {
    std::string software_name = "barnabas";
    std::string software_version = BARNABAS_VERSION;
    std::optional<std::string> cluster_id;
    std::int32_t node_id = -1;
};

/// The first exchange of a connection: asks which versions the broker has, and sets the
/// connection's versions(). A broker that does not know our version of the question answers in
/// version 0 with UNSUPPORTED_VERSION, and is asked again in one that it has. An error ends the
/// connection: rebootstrap_required if the broker is not the one that was introduced to.
awaitable<Result<void>> negotiate(std::shared_ptr<ClientConnection> connection,
                                  Introduction introduction, Duration timeout);

}  // namespace barnabas::rpc

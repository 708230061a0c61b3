#pragma once

#include "runtime/network.h"

#include <boost/asio/ip/tcp.hpp>

#include <optional>
#include <vector>

namespace barnabas::runtime {

/// The address itself if the host is one ("127.0.0.1", "::1"); never blocks.
[[nodiscard]] std::optional<boost::asio::ip::tcp::endpoint> as_address(const Endpoint& endpoint);

/// All TCP addresses of a name, in the order in which the system prefers them, without repeats.
/// Asks the system's resolver, and so may block for seconds.
[[nodiscard]] Result<std::vector<boost::asio::ip::tcp::endpoint>> resolve_name(
    const Endpoint& endpoint);

}  // namespace barnabas::runtime

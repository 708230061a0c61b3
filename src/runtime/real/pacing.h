#pragma once

#include <boost/asio/ip/tcp.hpp>

namespace barnabas::runtime {

/// Is `address` one of this machine's own that no cable leads to (127.0.0.0/8, ::1)?
[[nodiscard]] bool is_loopback(const boost::asio::ip::tcp::endpoint& address);

/// Where the system's congestion control is BBR, takes Reno for a `socket` whose other end is a
/// loopback address; any other keeps what it has. BBR spaces what it sends by a timer for each
/// piece, to spare a bottleneck that the loopback device does not have: one sendfile stream costs
/// 0.55 s of CPU for each GB with it and 0.06 without. On a listening socket, whose other end is
/// taken to be where it listens, it holds for all that are accepted there, which then never begin
/// to pace; set later, the timers of a connection stay, with longer steps (0.25 s/GB). Best effort:
/// where the system has no Reno, its choice stays.
void do_not_pace(int socket, const boost::asio::ip::tcp::endpoint& other_end);

}  // namespace barnabas::runtime

#include "runtime/real/real_network.h"

#include "base/invariant.h"
#include "runtime/real/pacing.h"
#include "runtime/real/real_listener.h"
#include "runtime/real/real_stream.h"
#include "runtime/real/resolve.h"
#include "runtime/tasks.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>

#include <cerrno>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace barnabas::runtime {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

std::unexpected<Error> cannot(std::string_view what, const Endpoint& endpoint,
                              std::string_view cause) {
    return fail(ErrorCode::network_exception, "cannot {} {}:{}: {}", what, endpoint.host,
                endpoint.port, cause);
}

/// A socket bound to `address`, or the error number, negative.
int open_bound(const tcp::endpoint& address, bool share_port) {
    const int family = address.protocol().family();
    const int socket = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket < 0) {
        return -errno;
    }
    const auto set = [socket](int level, int name, int value) {
        ::setsockopt(socket, level, name, &value, sizeof value);
    };
    set(SOL_SOCKET, SO_REUSEADDR, 1);  // a restart need not wait for old connections
    if (share_port) {
        set(SOL_SOCKET, SO_REUSEPORT, 1);
    }
    if (family == AF_INET6) {
        // "::" takes IPv4 as well, whatever the system's default is, as Java's sockets do.
        set(IPPROTO_IPV6, IPV6_V6ONLY, address.address().is_unspecified() ? 0 : 1);
    }
    if (::bind(socket, address.data(), static_cast<socklen_t>(address.size())) != 0) {
        const int failed = errno;
        ::close(socket);
        return -failed;
    }
    return socket;
}

/// A socket that listens on `address`, or the error number, negative.
int open_listening(const tcp::endpoint& address, const ListenOptions& options) {
    if (options.share_port && !options.joins) {
        // Without SO_REUSEPORT the kernel says whether somebody listens there.
        const int alone = open_bound(address, false);
        if (alone < 0) {
            return alone;
        }
        ::close(alone);
    }
    const int socket = open_bound(address, options.share_port);
    if (socket < 0) {
        return socket;
    }
    apply_options(socket, options.stream);  // accepted sockets inherit buffer sizes from here
    do_not_pace(socket, address);
    if (::listen(socket, options.backlog) != 0) {
        const int failed = errno;
        ::close(socket);
        return -failed;
    }
    return socket;
}

std::uint16_t port_of(int socket) {
    tcp::endpoint address;
    auto size = static_cast<socklen_t>(address.capacity());
    ::getsockname(socket, address.data(), &size);
    address.resize(size);
    return address.port();
}

/// Where to listen for `at`; the second address of an empty host is for machines without IPv6.
Result<std::vector<tcp::endpoint>> listening_addresses(const Endpoint& at) {
    if (at.host.empty()) {
        return std::vector{tcp::endpoint(asio::ip::address_v6::any(), at.port),
                           tcp::endpoint(asio::ip::address_v4::any(), at.port)};
    }
    if (const auto address = as_address(at)) {
        return std::vector{*address};
    }
    return resolve_name(at);
}

}  // namespace

Result<std::unique_ptr<Listener>> RealNetwork::listen(Endpoint at, ListenOptions options) {
    TRY_ASSIGN(auto addresses, listening_addresses(at));
    std::vector<int> sockets;
    int failed = 0;
    for (tcp::endpoint& address : addresses) {
        if (!sockets.empty() && at.port == 0) {
            address.port(port_of(sockets.front()));  // one port under every address of the name
        }
        const int socket = open_listening(address, options);
        if (socket >= 0) {
            sockets.push_back(socket);
            if (at.host.empty()) {
                break;  // IPv6 took IPv4 along
            }
        } else if (socket != -EADDRNOTAVAIL && socket != -EAFNOSUPPORT) {
            failed = -socket;
            break;
        } else if (failed == 0) {
            failed = -socket;
        }
    }
    const bool fatal = failed != 0 && failed != EADDRNOTAVAIL && failed != EAFNOSUPPORT;
    if (fatal || sockets.empty()) {
        for (const int socket : sockets) {
            ::close(socket);
        }
        return cannot("listen on", at, std::generic_category().message(failed));
    }
    return std::make_unique<RealListener>(shard_, context_, std::move(sockets), options.stream);
}

awaitable<Result<std::vector<RealNetwork::Address>>> RealNetwork::resolve(Endpoint name) {
    if (const auto address = as_address(name)) {
        co_return std::vector{*address};
    }
    auto work = [name = std::move(name)] { return resolve_name(name); };
    co_return co_await run_blocking(shard_, std::move(work));
}

awaitable<Result<std::unique_ptr<Stream>>> RealNetwork::connect(Endpoint to, StreamOptions options,
                                                                Time deadline) {
    auto addresses = co_await resolve(to);
    if (!addresses) {
        co_return fail(std::move(addresses));
    }
    std::string causes = "it has no address";
    for (std::size_t i = 0; i < addresses->size(); ++i) {
        // An address that does not answer leaves the others their share of the time.
        const Time now = shard_.clock().now();
        const auto left = static_cast<std::int64_t>(addresses->size() - i);
        const Time until = deadline == never ? never : now + (deadline - now) / left;
        auto stream = co_await connect_to((*addresses)[i], options, until);
        if (stream) {
            co_return stream;
        }
        causes = std::move(stream.error().message);
    }
    co_return cannot("connect to", to, causes);
}

awaitable<Result<std::unique_ptr<Stream>>> RealNetwork::connect_to(Address address,
                                                                   StreamOptions options,
                                                                   Time deadline) {
    TcpSocket socket(context_);
    boost::system::error_code error;
    socket.open(address.protocol(), error);
    if (error) {
        co_return fail(ErrorCode::network_exception, "{}", error.message());
    }
    socket.native_non_blocking(true, error);
    apply_options(socket.native_handle(), options);
    do_not_pace(socket.native_handle(), address);
    bool late = false;
    TimerId timer;
    if (deadline != never) {
        timer = shard_.call_at(deadline, [&socket, &late] {
            late = true;
            boost::system::error_code ignored;
            socket.close(ignored);
        });
    }
    const auto [failed] = co_await socket.async_connect(address, asio::as_tuple(asio::deferred));
    shard_.cancel(timer);
    if (late) {
        co_return fail(ErrorCode::network_exception, "no answer in time");
    }
    if (failed) {
        co_return fail(ErrorCode::network_exception, "{}", failed.message());
    }
    co_return std::make_unique<RealStream>(shard_, std::move(socket), address);
}

}  // namespace barnabas::runtime

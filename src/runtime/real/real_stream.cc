#include "runtime/real/real_stream.h"

#include "base/invariant.h"
#include "runtime/real/piece_sender.h"
#include "runtime/tasks.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>

#include <cerrno>
#include <netinet/tcp.h>
#include <optional>
#include <sys/socket.h>
#include <system_error>
#include <utility>

namespace barnabas::runtime {

namespace asio = boost::asio;

namespace {

/// Whoever takes bytes slower than this is asked about again; in that time nothing leaves memory
/// that was there.
constexpr Duration look_again = 200ms;
/// More than a socket takes at once.
constexpr std::uint32_t look_ahead = 4 << 20;

}  // namespace

Endpoint to_endpoint(const asio::ip::tcp::endpoint& address) {
    auto ip = address.address();
    if (ip.is_v6() && ip.to_v6().is_v4_mapped()) {
        ip = asio::ip::make_address_v4(asio::ip::v4_mapped, ip.to_v6());
    }
    return {.host = ip.to_string(), .port = address.port()};
}

void apply_options(int socket, const StreamOptions& options) {
    const auto set = [socket](int level, int name, int value) {
        ::setsockopt(socket, level, name, &value, sizeof value);
    };
    if (options.no_delay) {
        set(IPPROTO_TCP, TCP_NODELAY, 1);
    }
    if (options.send_buffer_bytes > 0) {
        set(SOL_SOCKET, SO_SNDBUF, options.send_buffer_bytes);
    }
    if (options.receive_buffer_bytes > 0) {
        set(SOL_SOCKET, SO_RCVBUF, options.receive_buffer_bytes);
    }
    set(SOL_SOCKET, SO_KEEPALIVE, 1);  // as Kafka's selectors do
}

RealStream::RealStream(Shard& shard, TcpSocket socket, const asio::ip::tcp::endpoint& peer)
    : shard_(shard), socket_(std::move(socket)), peer_(peer) {}

std::unexpected<Error> RealStream::failed(std::string_view what, std::string_view cause) const {
    const Endpoint with = peer();
    return fail(ErrorCode::network_exception, "cannot {} {}:{}: {}", what, with.host, with.port,
                cause);
}

Result<std::optional<std::size_t>> RealStream::receive(MutableByteView into) {
    INVARIANT(!into.empty(), "a read into no room at all");
    if (!socket_.is_open()) {
        return failed("read from", "the connection is closed");
    }
    ssize_t got = 0;
    do {
        got = ::recv(socket_.native_handle(), into.data(), into.size(), MSG_DONTWAIT);
    } while (got < 0 && errno == EINTR);
    if (got >= 0) {
        drained_ = std::cmp_less(got, into.size());
        return static_cast<std::size_t>(got);
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
        drained_ = true;
        return std::nullopt;
    }
    return failed("read from", std::generic_category().message(errno));
}

awaitable<Result<std::size_t>> RealStream::read_some(MutableByteView into) {
    if (!drained_) {
        auto got = receive(into);
        if (!got) {
            co_return fail(std::move(got));
        }
        if (*got) {
            co_return **got;
        }
    }
    if (!socket_.is_open()) {
        co_return failed("read from", "the connection is closed");
    }
    const auto room = asio::buffer(into.data(), into.size());
    const auto [error, got] =
        co_await socket_.async_read_some(room, asio::as_tuple(asio::deferred));
    if (error == asio::error::eof) {
        co_return 0;
    }
    if (error) {
        const bool closed = error == asio::error::operation_aborted;
        co_return failed("read from", closed ? "the connection is closed" : error.message());
    }
    drained_ = got < into.size();
    co_return got;
}

Result<std::size_t> RealStream::try_read(MutableByteView into) {
    TRY_ASSIGN(const auto got, receive(into));
    if (got && *got == 0) {
        drained_ = false;  // the end, which read_some must see
    }
    return got.value_or(0);
}

Result<bool> RealStream::try_write(std::vector<Piece>& pieces) {
    if (!socket_.is_open()) {
        return failed("write to", "the connection is closed");
    }
    PieceSender sender(pieces);
    const auto done = sender.send(socket_.native_handle());
    if (!done) {
        return failed("write to", done.error().message);
    }
    if (*done) {
        pieces.clear();
    } else {
        pieces = sender.rest();
    }
    return *done;
}

/// A slow reader may have left the bytes of a file waiting until they were gone from memory.
awaitable<void> RealStream::bring_back(FileSlice slice) {
    if (slice.size > 0 && !slice.file->in_memory(slice.position, slice.size)) {
        auto read = [slice] { return slice.file->bring_in(slice.position, slice.size); };
        ignore(co_await run_blocking(shard_, std::move(read)), "sending it says what is wrong");
    }
}

awaitable<Result<void>> RealStream::write(std::span<const Piece> pieces) {
    PieceSender sender(pieces);
    // Whoever takes a long answer in many writes may have made a pause since the last one.
    co_await bring_back(sender.next_of_file(look_ahead));
    Time looked = shard_.clock().now();
    for (;;) {
        if (!socket_.is_open()) {
            co_return failed("write to", "the connection is closed");
        }
        const auto done = sender.send(socket_.native_handle());
        if (!done) {
            co_return failed("write to", done.error().message);
        }
        if (*done) {
            co_return Result<void>();
        }
        const auto [error] =
            co_await socket_.async_wait(TcpSocket::wait_write, asio::as_tuple(asio::deferred));
        if (error) {
            const bool closed = error == asio::error::operation_aborted;
            co_return failed("write to", closed ? "the connection is closed" : error.message());
        }
        if (const Time now = shard_.clock().now(); now - looked >= look_again) {
            looked = now;
            co_await bring_back(sender.next_of_file(look_ahead));
        }
    }
}

void RealStream::close() {
    boost::system::error_code ignored;
    socket_.close(ignored);
}

Endpoint RealStream::local() const {
    boost::system::error_code ignored;
    return to_endpoint(socket_.local_endpoint(ignored));
}

}  // namespace barnabas::runtime

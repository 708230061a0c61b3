#include "runtime/real/real_listener.h"

#include "base/invariant.h"
#include "runtime/real/pacing.h"
#include "runtime/tasks.h"

#include <boost/asio/basic_socket_acceptor.hpp>

#include <cerrno>
#include <sys/socket.h>
#include <system_error>

namespace barnabas::runtime {

namespace asio = boost::asio;

namespace {

using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type>;

/// Of the connection that was to be accepted, not of the listener (accept(2)): take the next.
bool concerns_one_connection(int error) {
    return error == EINTR || error == ECONNABORTED || error == EPROTO || error == ENETDOWN ||
           error == ENETUNREACH || error == EHOSTUNREACH || error == EHOSTDOWN ||
           error == ENOPROTOOPT || error == ENONET || error == EOPNOTSUPP;
}

}  // namespace

struct RealListener::State : std::enable_shared_from_this<RealListener::State> {
    struct Door {
        explicit Door(Acceptor socket) : acceptor(std::move(socket)) {}
        Acceptor acceptor;
        bool waited_for = false;
    };

    State(Shard& on_shard, asio::io_context& on, StreamOptions stream_options)
        : shard(on_shard), context(on), options(stream_options), ready(on_shard) {}

    /// A connection, or nothing if none waits at any door.
    Result<std::unique_ptr<Stream>> try_accept();
    Result<std::unique_ptr<Stream>> adopt(int socket, const asio::ip::tcp::endpoint& peer);
    /// Notifies `ready` when somebody stands at a door.
    void watch();
    void close();

    Shard& shard;
    asio::io_context& context;
    StreamOptions options;
    std::vector<Door> doors;
    Signal ready;
    bool closed = false;
};

Result<std::unique_ptr<Stream>> RealListener::State::try_accept() {
    for (Door& door : doors) {
        for (;;) {
            asio::ip::tcp::endpoint peer;
            auto size = static_cast<socklen_t>(peer.capacity());
            const int socket = ::accept4(door.acceptor.native_handle(), peer.data(), &size,
                                         SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (socket >= 0) {
                peer.resize(size);
                return adopt(socket, peer);
            }
            if (errno == EAGAIN || errno == EWOULDBLOCK) {
                break;
            }
            if (!concerns_one_connection(errno)) {
                return fail(ErrorCode::network_exception, "cannot accept a connection: {}",
                            std::generic_category().message(errno));
            }
        }
    }
    return nullptr;
}

Result<std::unique_ptr<Stream>> RealListener::State::adopt(int socket,
                                                           const asio::ip::tcp::endpoint& peer) {
    apply_options(socket, options);
    do_not_pace(socket, peer);  // one that listens on every address does pace
    TcpSocket stream(context);
    boost::system::error_code error;
    stream.assign(peer.protocol(), socket, error);
    if (error) {
        ::close(socket);
        return fail(ErrorCode::network_exception, "cannot watch an accepted connection: {}",
                    error.message());
    }
    stream.native_non_blocking(true, error);  // it is; this tells Asio
    return std::make_unique<RealStream>(shard, std::move(stream), peer);
}

void RealListener::State::watch() {
    for (std::size_t i = 0; i < doors.size(); ++i) {
        if (std::exchange(doors[i].waited_for, true)) {
            continue;
        }
        doors[i].acceptor.async_wait(
            Acceptor::wait_read,
            [self = shared_from_this(), i](const boost::system::error_code& /*closed or ready*/) {
                self->doors[i].waited_for = false;
                self->ready.notify_all();
            });
    }
}

void RealListener::State::close() {
    closed = true;
    for (Door& door : doors) {
        boost::system::error_code ignored;
        door.acceptor.close(ignored);
    }
    ready.notify_all();
}

RealListener::RealListener(Shard& shard, asio::io_context& context, std::vector<int> sockets,
                           StreamOptions options)
    : state_(std::make_shared<State>(shard, context, options)) {
    INVARIANT(!sockets.empty(), "a listener without sockets");
    for (const int socket : sockets) {
        asio::ip::tcp::endpoint address;
        auto size = static_cast<socklen_t>(address.capacity());
        ::getsockname(socket, address.data(), &size);
        address.resize(size);
        if (local_.port == 0) {
            local_ = to_endpoint(address);
        }
        state_->doors.emplace_back(Acceptor(context, address.protocol(), socket));
    }
}

RealListener::~RealListener() {
    state_->close();
}

awaitable<Result<std::unique_ptr<Stream>>> RealListener::accept() {
    return accept_on(state_);
}

awaitable<Result<std::unique_ptr<Stream>>> RealListener::accept_on(std::shared_ptr<State> state) {
    for (;;) {
        if (state->closed) {
            co_return fail(ErrorCode::network_exception, "the listener is closed");
        }
        auto stream = state->try_accept();
        if (!stream || *stream) {
            co_return stream;
        }
        state->watch();
        co_await state->ready.wait_until(never);
    }
}

void RealListener::close() {
    state_->close();
}

bool RealListener::closed() const {
    return state_->closed;
}

}  // namespace barnabas::runtime

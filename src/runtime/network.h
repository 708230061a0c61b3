#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "runtime/disk.h"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace barnabas::runtime {

using boost::asio::awaitable;

/// A host (name, IPv4 or IPv6 without brackets; empty: every address) and a port (0: a free one).
struct Endpoint {
    std::string host;
    std::uint16_t port = 0;

    friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

/// What one write sends: memory (valid until the write returns), or part of a file (sendfile).
using Piece = std::variant<ByteView, FileSlice>;

struct StreamOptions {
    bool no_delay = true;
    int send_buffer_bytes = -1;     // -1: the system's
    int receive_buffer_bytes = -1;  // -1: the system's
};

/// One connected byte stream. Lives on one shard; one reader and one writer coroutine at a time.
class Stream {
public:
    virtual ~Stream() = default;

    /// At least one byte, or 0 at the end of the stream, or an error (network_exception).
    virtual awaitable<Result<std::size_t>> read_some(MutableByteView into) = 0;
    /// Reads what is there at once, without waiting: 0 bytes and no error if nothing is.
    /// The end of the stream is not seen here; read_some tells it.
    virtual Result<std::size_t> try_read(MutableByteView into) = 0;
    /// All pieces in order, as few system calls as possible.
    virtual awaitable<Result<void>> write(std::span<const Piece> pieces) = 0;
    /// Sends what goes without waiting and takes it out of `pieces`; true if nothing is left, else
    /// write() sends the rest. Not while a write() waits. A stream may leave all to write().
    virtual Result<bool> try_write(std::vector<Piece>& pieces) { return pieces.empty(); }
    /// Ends both directions; whoever waits in read_some or write gets an error. May be repeated.
    virtual void close() = 0;
    [[nodiscard]] virtual Endpoint peer() const = 0;
    [[nodiscard]] virtual Endpoint local() const = 0;
};

class Listener {
public:
    virtual ~Listener() = default;
    /// The next connection, which lives on the shard that accepts. An error other than from
    /// close() is passing (too many open files): the caller waits a little and tries again.
    virtual awaitable<Result<std::unique_ptr<Stream>>> accept() = 0;
    virtual void close() = 0;
    [[nodiscard]] virtual bool closed() const = 0;
    [[nodiscard]] virtual Endpoint local() const = 0;
};

struct ListenOptions {
    int backlog = 50;
    StreamOptions stream;
    /// Several shards listen on one port and the kernel spreads connections among them.
    bool share_port = false;
    /// With share_port: this process listens there already. The first to listen is refused where
    /// anybody does; otherwise a second broker would take half of the first one's connections.
    bool joins = false;
};

/// One shard's door to the network.
class Network {
public:
    virtual ~Network() = default;
    /// An empty host listens on IPv6 and IPv4 at once where the machine has both.
    [[nodiscard]] virtual Result<std::unique_ptr<Listener>> listen(Endpoint at,
                                                                   ListenOptions options) = 0;
    /// Tries each address of the name until `deadline`. Name `to` on a line of its own: g++ 12
    /// destroys an aggregate that is written inside a co_await expression twice.
    virtual awaitable<Result<std::unique_ptr<Stream>>> connect(Endpoint to, StreamOptions options,
                                                               Time deadline) = 0;
};

}  // namespace barnabas::runtime

#pragma once

#include "base/logger.h"
#include "rpc/frame.h"
#include "rpc/gathering.h"
#include "rpc/reply.h"
#include "runtime/tasks.h"
#include "wire/headers.h"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace barnabas::rpc {

using boost::asio::awaitable;

/// A request with its header taken off. `body` lies in `frame`, which the handler owns.
struct Request {
    wire::RequestHeader header;
    Frame frame;
    MutableByteView body;
    std::string_view peer_host;  // of the connection, which lives until the request has ended
    Time received;
    const void* connection = nullptr;  // tells connections apart, until one has ended
};

/// What became of a request inside the call: its reply, or the coroutine that will make it.
using Handled = std::variant<Reply, awaitable<Reply>>;

/// Who carries out requests. One object serves all connections of a shard.
class RequestHandler {
public:
    virtual ~RequestHandler() = default;
    /// Called in the order of arrival; a coroutine runs until it first waits before the next one is
    /// called. Whoever makes the reply destroys the request's frame before or when it is made.
    virtual Handled handle(Request request) = 0;
    /// A connection has ended, and all of its requests: its `connection` may be another's from now
    /// on.
    virtual void on_end(const void* /*connection*/) {}
};

/// Bounds of one connection.
struct ConnectionLimits {
    std::uint32_t frame_bytes_max = 100 << 20;      ///< socket.request.max.bytes
    std::size_t requests_in_flight_max = 64;        ///< then the socket is not read
    std::size_t reply_bytes_waiting_max = 1 << 20;  ///< unsent bytes in memory; likewise
};

/// What the shard counts; outlives its connections.
struct TrafficCounters {
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    std::uint64_t frames_refused = 0;
};

/// The broker's end of one connection. Lives on the shard that accepted it, kept alive by its owner
/// until run() has ended.
/// Always: responses leave in the order of their requests; at most requests_in_flight_max slots.
class ServerConnection {
public:
    struct Ports {
        runtime::Shard& shard;
        RequestHandler& handler;
        FramePool& frames;
        TrafficCounters& traffic;
        Gathering& gathering;  // the shard's
        Logger log;
    };

    ServerConnection(Ports ports, std::unique_ptr<runtime::Stream> stream, ConnectionLimits limits);
    ServerConnection(const ServerConnection&) = delete;
    ServerConnection& operator=(const ServerConnection&) = delete;
    ~ServerConnection();

    /// Serves until the peer hangs up, breaks the protocol or close() is called; returns when every
    /// request has ended.
    awaitable<void> run();

    /// Ends the connection now; run() returns soon. May be repeated.
    void close();

    [[nodiscard]] Time last_activity() const { return last_activity_; }
    /// Nothing is being executed or sent.
    [[nodiscard]] bool idle() const { return slots_.empty(); }
    /// Since last_activity() the peer owes the rest of a frame that it has begun to send.
    [[nodiscard]] bool owes_rest_of_frame() const { return owes_rest_of_frame_; }
    /// Since last_activity() the peer has not taken what there is of responses (or only a little).
    [[nodiscard]] bool owes_reading() const { return draining_; }
    [[nodiscard]] const std::string& peer() const { return peer_; }

private:
    /// One request's place in the order of responses.
    struct Slot {
        bool ready = false;
        Reply reply;
    };

    awaitable<void> wait_until_readable();
    [[nodiscard]] bool within_limits() const;
    awaitable<Result<std::size_t>> fill_head();
    /// Nothing at the orderly end of the stream.
    awaitable<Result<std::optional<Frame>>> next_frame();
    awaitable<Result<void>> read_rest(Frame* frame, std::size_t from);
    awaitable<void> wait_for_memory();
    Result<void> check_size(std::int32_t size) const;
    /// False if the header cannot be read.
    bool start(Frame frame);
    awaitable<void> serve(std::uint64_t number, awaitable<Reply> reply);
    void finish(std::uint64_t number, Reply reply);
    /// Responses that go in one write: their bytes are pieces_.
    struct Batch {
        std::size_t slots = 0;
        bool ends = false;  // and then the connection is closed
    };
    [[nodiscard]] bool next_frame_is_here() const;
    [[nodiscard]] bool may_send() const;
    Batch gather();
    void append_pieces(const Reply& reply);
    void send_ready();
    awaitable<void> drain(Batch batch);
    awaitable<Result<void>> write_portions();
    void retire(Batch batch, const Error* failure);

    Ports ports_;
    std::unique_ptr<runtime::Stream> stream_;
    ConnectionLimits limits_;
    std::string peer_host_;
    std::string peer_;
    runtime::TaskGroup tasks_;
    runtime::Signal changed_;  // within_limits() or open_ changed

    static constexpr std::size_t head_size = 4096;
    std::unique_ptr<std::byte[]> head_;  // bytes read ahead: [head_begin_, head_end_)
    std::size_t head_begin_ = 0;
    std::size_t head_end_ = 0;

    // Since requests came together last, so many more times the shard may let some gather.
    static constexpr int gathers_max = 16;
    int gathers_ = 0;

    std::deque<Slot> slots_;
    std::uint64_t first_slot_ = 0;  // the number of slots_.front()
    std::size_t reply_bytes_waiting_ = 0;
    std::vector<runtime::Piece> pieces_;
    bool owes_rest_of_frame_ = false;
    bool draining_ = false;
    bool open_ = true;
    Time last_activity_;
};

}  // namespace barnabas::rpc

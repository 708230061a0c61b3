#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "rpc/frame_reader.h"
#include "runtime/tasks.h"
#include "wire/codec.h"
#include "wire/headers.h"
#include "wire/output.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::rpc {

/// Which versions of each API a broker has.
class ApiVersionTable {
public:
    void set(std::int16_t api_key, wire::Versions versions);
    /// Nothing if the broker does not have the API.
    [[nodiscard]] std::optional<wire::Versions> find(std::int16_t api_key) const;

private:
    std::vector<std::pair<std::int16_t, wire::Versions>> rows_;  // by rising key
};

/// A request, whatever its type. What it points to outlives the exchange.
struct OutgoingRequest {
    std::int16_t api_key = 0;
    wire::Layout layout;
    const wire::StructSchema* schema = nullptr;
    const void* message = nullptr;
    /// What the message's spliced records stand for: they are sent from where they are.
    std::span<const ByteView> sources;
    /// How long the broker has for its answer, from when the request is handed over. If it takes
    /// longer the connection is closed: what comes later could not be told apart.
    Duration timeout{30s};
    /// False: none comes (Produce with acks=0), and the exchange ends when the request is sent.
    bool answered = true;
};

template <class Request>
[[nodiscard]] OutgoingRequest outgoing(const Request& request, std::int16_t version) {
    return {.api_key = Request::api_key,
            .layout = wire::layout_of<Request>(version),
            .schema = &wire::schema_of<Request>(),
            .message = &request,
            .sources = {}};
}

/// A response with its header taken off: `body()` is decoded, and viewed, by whoever asked.
struct IncomingResponse {
    ByteBuffer frame;
    std::size_t header_size = 0;
    std::int16_t version = 0;
    Duration round_trip{0};  ///< since the request was handed over

    [[nodiscard]] ByteView body() const { return frame.view().subspan(header_size); }
};

/// A client's end of one connection: frames, correlation, several requests in flight, answered in
/// order. Lives on one shard; shared by those who have requests in it.
///
/// Whatever goes wrong (the stream ends, an answer is late, a frame is too large, an answer does
/// not belong to the oldest request, a body cannot be read) ends the connection, and every request
/// in it gets an error: request_timed_out for the late one, else network_exception. The sentence
/// names the broker, the API, the cause and how long it took.
/// Always: requests are sent in the order of exchange() calls; at most in_flight_max are on their
/// way, the others wait here. An exchange ends only when nothing of its request is being sent any
/// more, so that its sources may go.
class ClientConnection {
public:
    struct Limits {
        std::uint32_t frame_bytes_max = 256U << 20;
        std::size_t in_flight_max = 100;
        std::size_t waiting_max = 10'000;  ///< then requests are refused
    };
    struct Options {
        std::string peer;       ///< for sentences: "broker 3 (kafka-3:9092)"
        std::string client_id;  ///< client.id
        Limits limits;
    };

    ClientConnection(runtime::Shard& shard, std::unique_ptr<runtime::Stream> stream,
                     Options options);
    ClientConnection(const ClientConnection&) = delete;
    ClientConnection& operator=(const ClientConnection&) = delete;
    ~ClientConnection();  // INVARIANT: run() has ended, or never began, or the shard has stopped

    /// Reads answers until the connection ends; then every request is answered. Once; whoever
    /// spawns it keeps the connection alive until it returns.
    awaitable<void> run();

    /// Sends one request and waits for its answer. The connection is kept alive by the caller.
    awaitable<Result<IncomingResponse>> exchange(OutgoingRequest request);

    /// Ends the connection, for a reason that its requests hear of. May be repeated.
    void close(Error why);
    /// An answer whose body makes no sense: ends the connection; returns the error to pass on.
    Error refuse(std::int16_t api_key, std::int16_t version, const Error& cause);

    [[nodiscard]] bool open() const { return open_; }
    /// Why it has ended.
    [[nodiscard]] const Error& why() const { return why_; }
    [[nodiscard]] const std::string& peer() const { return options_.peer; }
    [[nodiscard]] const std::string& client_id() const { return options_.client_id; }
    /// Sent or waiting to be, and not answered.
    [[nodiscard]] std::size_t requests() const { return waiting_.size() + in_flight_.size(); }
    [[nodiscard]] Time last_activity() const { return last_activity_; }

    /// What the broker can do; empty before negotiate() (rpc/api_versions_exchange.h).
    [[nodiscard]] const ApiVersionTable& versions() const { return versions_; }
    void set_versions(ApiVersionTable versions) { versions_ = std::move(versions); }
    /// The highest version within `wanted` that both ends have; unsupported_version with the ranges
    /// if there is none.
    [[nodiscard]] Result<std::int16_t> choose_version(std::int16_t api_key,
                                                      wire::Versions wanted) const;

private:
    struct Pending;
    using PendingPtr = std::shared_ptr<Pending>;

    void hand_over(const PendingPtr& pending, const OutgoingRequest& request);
    Result<void> encode(Pending& pending, const OutgoingRequest& request) const;
    void send_ready();
    awaitable<void> drain();
    bool gather();
    void append_pieces(const Pending& pending);
    void on_sent();
    void settle(Pending& pending, Result<IncomingResponse> result);
    void settle_all();

    Result<void> accept(ByteBuffer frame);
    [[nodiscard]] Error end_of_stream() const;

    void watch(Time deadline);
    void on_alarm();
    [[nodiscard]] Error told(const Pending& pending, const Error& cause) const;

    runtime::Shard& shard_;
    std::unique_ptr<runtime::Stream> stream_;
    Options options_;
    ApiVersionTable versions_;
    runtime::TaskGroup tasks_;

    FrameReader answers_;

    std::deque<PendingPtr> waiting_;    // not sent yet
    std::deque<PendingPtr> in_flight_;  // sent or being sent, and owed an answer, in that order
    std::vector<PendingPtr> sending_;   // those whose bytes are in pieces_
    std::vector<runtime::Piece> pieces_;
    bool draining_ = false;

    std::int32_t next_correlation_id_ = 0;
    runtime::TimerId alarm_;
    Time alarm_at_ = never;
    Time last_activity_;
    bool open_ = true;
    bool running_ = false;
    bool ended_ = false;
    Error why_;
};

}  // namespace barnabas::rpc

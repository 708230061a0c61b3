#pragma once

#include "runtime/shard.h"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace barnabas::runtime {

/// A TCP socket of the shard's own kind: its executor is no type-erased one.
using TcpSocket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

/// "10.0.0.1" and a port; IPv4 in IPv6 reads as IPv4, as clients know it.
[[nodiscard]] Endpoint to_endpoint(const boost::asio::ip::tcp::endpoint& address);

/// Sets what `options` asks for; what the system refuses stays as it was (buffer sizes are wishes).
void apply_options(int socket, const StreamOptions& options);

/// A connected, non-blocking TCP socket. Its reads, writes and close() come from its shard alone;
/// it outlives the coroutines that are in read_some() and write(), which close() ends.
class RealStream final : public Stream {
public:
    RealStream(Shard& shard, TcpSocket socket, const boost::asio::ip::tcp::endpoint& peer);
    RealStream(const RealStream&) = delete;
    RealStream& operator=(const RealStream&) = delete;
    ~RealStream() override = default;

    awaitable<Result<std::size_t>> read_some(MutableByteView into) override;
    Result<std::size_t> try_read(MutableByteView into) override;
    awaitable<Result<void>> write(std::span<const Piece> pieces) override;
    Result<bool> try_write(std::vector<Piece>& pieces) override;
    void close() override;
    [[nodiscard]] Endpoint peer() const override { return to_endpoint(peer_); }
    [[nodiscard]] Endpoint local() const override;

private:
    /// What recv says at once: bytes, 0 at the end of the stream, nothing for "not now".
    [[nodiscard]] Result<std::optional<std::size_t>> receive(MutableByteView into);
    [[nodiscard]] std::unexpected<Error> failed(std::string_view what,
                                                std::string_view cause) const;

    awaitable<void> bring_back(FileSlice slice);

    Shard& shard_;
    TcpSocket socket_;
    boost::asio::ip::tcp::endpoint peer_;
    // The last read took less than it could: the socket was empty, so the next one waits without
    // asking first. A request then costs one epoll_wait and one recv.
    bool drained_ = false;
};

}  // namespace barnabas::runtime

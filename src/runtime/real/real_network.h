#pragma once

#include "runtime/network.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <vector>

namespace barnabas::runtime {

class Shard;

/// TCP of this machine, on one shard's loop.
class RealNetwork final : public Network {
public:
    /// Both outlive it.
    RealNetwork(Shard& shard, boost::asio::io_context& context)
        : shard_(shard), context_(context) {}

    /// May ask the resolver, and so block, for a host that is no address: for start-up.
    [[nodiscard]] Result<std::unique_ptr<Listener>> listen(Endpoint at,
                                                           ListenOptions options) override;
    /// Names are resolved on the blocking pool.
    awaitable<Result<std::unique_ptr<Stream>>> connect(Endpoint to, StreamOptions options,
                                                       Time deadline) override;

private:
    using Address = boost::asio::ip::tcp::endpoint;

    awaitable<Result<std::vector<Address>>> resolve(Endpoint name);
    awaitable<Result<std::unique_ptr<Stream>>> connect_to(Address address, StreamOptions options,
                                                          Time deadline);

    Shard& shard_;
    boost::asio::io_context& context_;
};

}  // namespace barnabas::runtime

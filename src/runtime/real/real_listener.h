#pragma once

#include "runtime/real/real_stream.h"

#include <memory>
#include <vector>

namespace barnabas::runtime {

class Shard;

/// Listening sockets under one name: a host name may stand for several addresses ("localhost" for
/// 127.0.0.1 and ::1), and clients try whichever they like. Lives on its shard.
class RealListener final : public Listener {
public:
    /// Takes over the descriptors, which listen and do not block.
    RealListener(Shard& shard, boost::asio::io_context& context, std::vector<int> sockets,
                 StreamOptions options);
    RealListener(const RealListener&) = delete;
    RealListener& operator=(const RealListener&) = delete;
    ~RealListener() override;

    awaitable<Result<std::unique_ptr<Stream>>> accept() override;
    void close() override;
    [[nodiscard]] bool closed() const override;
    [[nodiscard]] Endpoint local() const override { return local_; }

private:
    struct State;
    static awaitable<Result<std::unique_ptr<Stream>>> accept_on(std::shared_ptr<State> state);

    std::shared_ptr<State> state_;
    Endpoint local_;
};

}  // namespace barnabas::runtime

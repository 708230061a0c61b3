#pragma once

#include "broker/services.h"
#include "rpc/server_connection.h"

#include <string>

namespace barnabas::broker {

/// Hands the requests of one listener's connections on one shard to the handlers of their APIs, and
/// counts them.
class Dispatcher final : public rpc::RequestHandler {
public:
    Dispatcher(Services& services, BrokerShard& home, std::string listener)
        : services_(services), home_(home), listener_(std::move(listener)) {}

    rpc::Handled handle(rpc::Request request) override;
    void on_end(const void* connection) override;

private:
    /// A request as the metrics want it when its reply is there.
    struct Counted {
        std::int16_t api_key = 0;
        std::size_t request_bytes = 0;
        Time received;
    };
    void count(const Counted& request, const rpc::Reply& reply);
    awaitable<rpc::Reply> count_later(Counted request, awaitable<rpc::Reply> coming);

    Services& services_;
    BrokerShard& home_;
    std::string listener_;
};

}  // namespace barnabas::broker

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

    awaitable<rpc::Reply> handle(rpc::Request request) override;

private:
    Services& services_;
    BrokerShard& home_;
    std::string listener_;
};

}  // namespace barnabas::broker

#include "cli/common/quiet_clients.h"

#include <utility>

namespace barnabas::cli {

Result<Admin> quiet_admin(ClientConfig config) {
    TRY_ASSIGN(auto loop, EventLoop::start(ClientLog::silent()));
    return Admin::create(std::move(config), std::move(loop), admin::ErrorWords::as_told);
}

Result<Consumer> quiet_consumer(ClientConfig config) {
    TRY_ASSIGN(auto loop, EventLoop::start(ClientLog::silent()));
    return Consumer::create(std::move(config), std::move(loop));
}

Result<Producer> quiet_producer(const ClientConfig& config) {
    TRY_ASSIGN(auto loop, EventLoop::start(ClientLog::silent()));
    return Producer::create(config, std::move(loop));
}

Result<ShareConsumer> quiet_share_consumer(ClientConfig config) {
    TRY_ASSIGN(auto loop, EventLoop::start(ClientLog::silent()));
    return ShareConsumer::create(std::move(config), std::move(loop));
}

}  // namespace barnabas::cli

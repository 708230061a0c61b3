#include "cli/common/quiet_clients.h"

#include <map>
#include <string>
#include <utility>

namespace barnabas::cli {
namespace {

/// What comes a second time: no accident, and missed every second from then on.
ClientLog told_once(Console& console, std::string_view heading) {
    constexpr std::size_t sentences_max = 100;
    std::map<std::string, int, std::less<>> heard;
    return {.write = [&console, heading = std::string(heading),
                      heard = std::move(heard)](const ClientLogLine& line) mutable {
        if (heard.size() == sentences_max) {
            heard.clear();
        }
        if (++heard[std::string(line.text)] == 2) {
            console.error_line(heading + std::string(line.text));
        }
    }};
}

}  // namespace

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

Result<Consumer> waiting_consumer(ClientConfig config, Console& console, std::string_view heading) {
    TRY_ASSIGN(auto loop, EventLoop::start(told_once(console, heading)));
    return Consumer::create(std::move(config), std::move(loop));
}

Result<ShareConsumer> waiting_share_consumer(ClientConfig config, Console& console) {
    TRY_ASSIGN(auto loop, EventLoop::start(told_once(console, "WARN ")));
    return ShareConsumer::create(std::move(config), std::move(loop));
}

}  // namespace barnabas::cli

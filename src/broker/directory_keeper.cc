#include "broker/directory_keeper.h"

#include "broker/topic_service.h"

#include <utility>

namespace barnabas::broker {
namespace {

/// A directory that nobody writes to is missed this soon.
constexpr Duration look_interval = 1s;

}  // namespace

/// What a failure on any thread rings; its signal stays at home.
struct DirectoryKeeper::Bell {
    explicit Bell(runtime::Shard& shard) : home(shard), signal(shard) {}
    runtime::Shard& home;
    runtime::Signal signal;
};

DirectoryKeeper::DirectoryKeeper(Ports ports)
    : ports_(std::move(ports)), bell_(std::make_shared<Bell>(ports_.home)) {
    // The keeper may be gone when a disk fails at last; then nobody is to be woken. The weak
    // reference is resolved at home, where the bell lives and goes.
    auto wake = [&home = ports_.home, weak = std::weak_ptr(bell_)] {
        home.post([weak] {
            if (const auto bell = weak.lock()) {
                bell->signal.notify_all();
            }
        });
    };
    ports_.dirs.on_failure(std::move(wake));
}

DirectoryKeeper::~DirectoryKeeper() {
    ports_.dirs.on_failure({});
}

void DirectoryKeeper::stop() {
    stopping_ = true;
    bell_->signal.notify_all();
}

boost::asio::awaitable<void> DirectoryKeeper::run() {
    while (!stopping_) {
        if (!ports_.dirs.failed().empty()) {
            co_await drop_failed();
            continue;  // to look again: another may have failed and rung meanwhile
        }
        const Time next = ports_.home.clock().now() + look_interval;
        const bool woken = co_await bell_->signal.wait_until(next);
        if (!woken && !stopping_) {
            co_await look_around();
        }
    }
}

boost::asio::awaitable<void> DirectoryKeeper::drop_failed() {
    for (const auto directory : ports_.dirs.failed()) {
        if (ports_.store != nullptr && ports_.store_directory == directory) {
            const auto use = ports_.dirs.use()[directory];
            ports_.store->suspend(fmt::format(
                "nothing about topics and configurations can be changed: log directory {}, which "
                "holds the cluster's state, has failed: {}",
                use.path.string(), use.why_offline));
        }
        co_await ports_.topics.drop_directory(directory);
    }
    if (!ended_ && ports_.on_end && !ports_.dirs.any_online()) {
        ended_ = true;
        std::string each;
        for (const auto& use : ports_.dirs.use()) {
            each += fmt::format("; {}: {}", use.path.string(), use.why_offline);
        }
        ports_.on_end("every log directory has failed" + each);
    }
}

boost::asio::awaitable<void> DirectoryKeeper::look_around() {
    auto look = [this] { ports_.dirs.look_around(); };
    co_await runtime::run_blocking(ports_.home, std::move(look));
}

}  // namespace barnabas::broker

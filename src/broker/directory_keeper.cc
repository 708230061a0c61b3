#include "broker/directory_keeper.h"

#include "broker/topic_service.h"

#include <algorithm>
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
    : ports_(std::move(ports)), bell_(std::make_shared<Bell>(ports_.home)), tasks_(ports_.home) {
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
    next_retry_ = next_retry();
    while (!stopping_) {
        drop_failed();  // before each wait: one may have failed and rung meanwhile
        end_without_directories();
        const Time next = std::min(ports_.home.clock().now() + look_interval, next_retry_);
        const bool woken = co_await bell_->signal.wait_until(next);
        if (!woken && !stopping_) {
            look_around();
        }
        if (!stopping_ && ports_.home.clock().now() >= next_retry_) {
            take_back();
            next_retry_ = next_retry();
        }
    }
    co_await tasks_.join();
}

Time DirectoryKeeper::next_retry() const {
    return ports_.retry_interval ? ports_.home.clock().now() + *ports_.retry_interval : never;
}

void DirectoryKeeper::drop_failed() {
    for (const auto directory : ports_.dirs.failed()) {
        if (changing_.insert(directory).second) {
            tasks_.spawn(drop(directory));
        }
    }
}

boost::asio::awaitable<void> DirectoryKeeper::drop(std::size_t directory) {
    suspend_store(directory);
    const auto dropped = co_await ports_.topics.drop_directory(directory);
    if (!dropped && !stopping_) {
        ports_.log.error("log directory {} has failed and its partitions are not offline yet: {}",
                         ports_.dirs.path_of(directory).string(), dropped.error().message);
    }
    changing_.erase(directory);
    bell_->signal.notify_all();  // run() comes again
}

void DirectoryKeeper::end_without_directories() {
    if (ended_ || !ports_.on_end || ports_.dirs.any_online()) {
        return;
    }
    ended_ = true;
    std::string each;
    for (const auto& use : ports_.dirs.known()) {
        each += fmt::format("; {}: {}", use.path.string(), use.why_offline);
    }
    ports_.on_end("every log directory has failed" + each);
}

void DirectoryKeeper::take_back() {
    const auto uses = ports_.dirs.known();
    // Asked for after that: one that fails this moment is known as offline, and is yet to be
    // dropped.
    const auto failed = ports_.dirs.failed();
    for (const auto& use : uses) {
        if (std::ranges::find(failed, use.index) != failed.end()) {
            continue;
        }
        if (use.online) {
            tasks_.spawn(resume_store(use.index));
        } else if (changing_.insert(use.index).second) {
            tasks_.spawn(take_back(use.index));
        }
    }
}

boost::asio::awaitable<void> DirectoryKeeper::take_back(std::size_t directory) {
    // The store that it may hold is written to before its partitions are served again.
    auto works = [this, directory] { return resume_store(directory); };
    const auto taken = co_await ports_.topics.take_back_directory(directory, works);
    changing_.erase(directory);
    if (taken) {
        said_.erase(directory);
        bell_->signal.notify_all();  // it may have failed again
        co_return;
    }
    suspend_store(directory);
    auto& said = said_[directory];
    if (said != taken.error().message) {
        said = taken.error().message;
        ports_.log.info("log directory {} stays offline: {}",
                        ports_.dirs.path_of(directory).string(), said);
    }
}

void DirectoryKeeper::suspend_store(std::size_t directory) {
    if (ports_.store == nullptr || ports_.store_directory != directory) {
        return;
    }
    const auto use = ports_.dirs.known(directory);
    ports_.store->suspend(
        fmt::format("nothing about topics and configurations can be changed: log directory {}, "
                    "which holds the cluster's state, has failed: {}",
                    use.path.string(), use.why_offline));
}

/// Its disk may hang again: the file is opened on the blocking pool. The directory may fail again
/// meanwhile, when there was nothing to suspend. While a write of before still hangs, the next look
/// comes again.
boost::asio::awaitable<void> DirectoryKeeper::resume_store(std::size_t directory) {
    if (ports_.store == nullptr || ports_.store_directory != directory ||
        !ports_.store->can_reopen() || std::exchange(resuming_, true)) {
        co_return;
    }
    auto reopen = [store = ports_.store] { return store->reopen(); };
    const auto reopened = co_await runtime::run_blocking(ports_.home, std::move(reopen));
    resuming_ = false;
    if (!reopened) {
        ports_.log.error("topics and configurations still cannot be changed: {}",
                         reopened.error().message);
        co_return;
    }
    ports_.store->resume();
    if (!ports_.dirs.is_well(directory)) {
        suspend_store(directory);
        co_return;
    }
    ports_.log.info("topics and configurations can be changed again");
}

void DirectoryKeeper::look_around() {
    for (std::size_t i = 0; i < ports_.dirs.count(); ++i) {
        if (looking_.insert(i).second) {
            tasks_.spawn(look_at(i));
        }
    }
}

boost::asio::awaitable<void> DirectoryKeeper::look_at(std::size_t directory) {
    auto look = [this, directory] { ports_.dirs.look_at(directory); };
    co_await runtime::run_blocking(ports_.home, std::move(look));
    looking_.erase(directory);
}

}  // namespace barnabas::broker

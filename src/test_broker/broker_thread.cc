#include "test_broker/broker_thread.h"

#include "broker/broker.h"
#include "broker/thread_plan.h"
#include "runtime/real/real_runtime.h"
#include "runtime/real/sigpipe.h"
#include "runtime/tasks.h"
#include "test_broker/broker_settings.h"
#include "test_broker/killable_disk.h"

#include <system_error>
#include <utility>

namespace barnabas::test_broker {
namespace {

std::vector<runtime::Shard*> shards_of(runtime::RealRuntime& runtime) {
    std::vector<runtime::Shard*> shards;
    for (std::size_t i = 0; i < runtime.size(); ++i) {
        shards.push_back(&runtime.shard(i));
    }
    return shards;
}

}  // namespace

/// The broker's shards and the broker, on the stack of the thread that runs shard 0.
class BrokerThread::Life {
public:
    Life(BrokerThread& owner, broker::LoadedConfig loaded, const Logger& log)
        : owner_(owner),
          log_(log),
          wanted_(loaded.config.network.listeners),
          runtime_(runtime_options(loaded.config)),
          disk_(runtime_.disk()),
          broker_({.shards = shards_of(runtime_),
                   .disk = disk_,
                   .log = log,
                   .host_name = "localhost",
                   .on_end = [this](const std::string& why) { give_up(why); }},
                  {.config = std::move(loaded.config), .statics = std::move(loaded.statics)}),
          asked_(runtime_.shard(0)) {}

    /// Returns when the broker has stopped.
    void run() {
        runtime_.shard(0).post([this] { runtime::spawn(runtime_.shard(0), serve()); });
        runtime_.run();
    }
    /// From any thread, while the object lives.
    void ask_to_stop() {
        runtime_.shard(0).post([this] { stop_asked(); });
    }
    /// The same. The broker goes on until it has stopped, but leaves no trace any more.
    void kill() { disk_.kill(); }

private:
    static runtime::RealRuntimeOptions runtime_options(const broker::BrokerConfig& config) {
        const auto shards =
            broker::shard_count(config.process, std::thread::hardware_concurrency());
        return {.shards = shards,
                .pool_threads_max = broker::pool_threads_max(config, shards),
                .ignores_sigpipe = false};  // the process is somebody else's
    }

    boost::asio::awaitable<void> serve() {
        auto started = co_await broker_.start();
        if (started) {
            owner_.started_.set_value(endpoints());
            while (!stopping_) {
                co_await asked_.wait_until(never);
            }
        }
        auto stopped = co_await broker_.stop();
        while (!stopped) {
            // A disk hangs. The process is not ours to end, and threads are at work with all this.
            log_.error("{}; waiting for it", stopped.error().message);
            stopped = co_await broker_.stop();
        }
        if (!started) {
            owner_.started_.set_value(fail(std::move(started)));
        }
        runtime_.stop();
    }

    [[nodiscard]] BrokerEndpoints endpoints() const {
        std::vector<runtime::Endpoint> bound;
        for (const auto& [name, endpoint] : broker_.bound()) {
            bound.push_back(endpoint);
        }
        BrokerEndpoints endpoints{.listeners = with_ports(wanted_, bound), .advertised = {}};
        for (const auto& [name, endpoint] : broker_.advertised()) {
            endpoints.advertised.push_back(endpoint);
        }
        return endpoints;
    }

    void give_up(const std::string& why) {
        owner_.gave_up(why);
        stop_asked();
    }
    void stop_asked() {
        stopping_ = true;
        asked_.notify_all();
    }

    BrokerThread& owner_;
    Logger log_;
    std::vector<broker::ListenerConfig> wanted_;
    runtime::RealRuntime runtime_;
    KillableDisk disk_;
    broker::Broker broker_;
    runtime::Signal asked_;
    bool stopping_ = false;
};

Result<std::unique_ptr<BrokerThread>> BrokerThread::start(broker::LoadedConfig loaded, Logger log) {
    std::unique_ptr<BrokerThread> broker(new BrokerThread());
    auto started = broker->started_.get_future();
    auto body = [at = broker.get(), loaded = std::move(loaded), log = std::move(log)]() mutable {
        at->run(std::move(loaded), log);
    };
    try {
        broker->thread_ = std::thread(std::move(body));
    } catch (const std::system_error& error) {
        return fail(ErrorCode::unknown_server_error, "cannot start a broker's thread: {}",
                    error.what());
    }
    auto endpoints = started.get();
    if (!endpoints) {
        broker->thread_.join();
        return fail(std::move(endpoints));
    }
    broker->endpoints_ = std::move(*endpoints);
    return broker;
}

BrokerThread::~BrokerThread() {
    ignore(stop(), "nobody is there to hear of it");
}

/// All of the thread. `life_` is taken away before what it points to goes.
void BrokerThread::run(broker::LoadedConfig loaded, const Logger& log) {
    runtime::block_sigpipe_here();
    Life life(*this, std::move(loaded), log);
    {
        const std::lock_guard lock(mutex_);
        life_ = &life;
    }
    life.run();
    const std::lock_guard lock(mutex_);
    life_ = nullptr;
}

void BrokerThread::gave_up(const std::string& why) {
    const std::lock_guard lock(mutex_);
    why_over_ = Error{ErrorCode::broker_not_available, "the broker has given up: " + why};
}

bool BrokerThread::serves() const {
    const std::lock_guard lock(mutex_);
    return life_ != nullptr && !why_over_;
}

void BrokerThread::kill() {
    {
        const std::lock_guard lock(mutex_);
        if (life_ != nullptr) {
            life_->kill();
        }
    }
    ignore(stop(), "that its disk fails is what was asked for");
}

Result<> BrokerThread::stop() {
    {
        const std::lock_guard lock(mutex_);
        if (life_ != nullptr) {
            life_->ask_to_stop();
        }
    }
    if (thread_.joinable()) {
        thread_.join();
    }
    const std::lock_guard lock(mutex_);
    if (auto why = std::exchange(why_over_, std::nullopt)) {
        return std::unexpected(std::move(*why));
    }
    return {};
}

}  // namespace barnabas::test_broker

#pragma once

#include "base/logger.h"
#include "base/result.h"
#include "broker/config/broker_config.h"
#include "runtime/network.h"
#include "runtime/shard.h"

#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace barnabas::test_broker {

/// Where a broker that runs is to be found.
struct BrokerEndpoints {
    std::vector<broker::ListenerConfig> listeners;  // with the ports that are bound
    std::vector<runtime::Endpoint> advertised;      // where their clients are sent
};

/// One broker on a thread of its own, which makes, runs and destroys all that belongs to it (a
/// runtime with more shards has more threads, which end before that one). Used by one thread at a
/// time, which is none of the broker's.
class BrokerThread {
public:
    /// Returns when the broker serves its listeners, or has failed to.
    [[nodiscard]] static Result<std::unique_ptr<BrokerThread>> start(broker::LoadedConfig loaded,
                                                                     Logger log);
    BrokerThread(const BrokerThread&) = delete;
    BrokerThread& operator=(const BrokerThread&) = delete;
    ~BrokerThread();

    [[nodiscard]] const BrokerEndpoints& endpoints() const { return endpoints_; }
    /// The broker serves: false from the moment at which it gives up by itself.
    [[nodiscard]] bool serves() const;
    /// Stops the broker in order and waits for its threads; the error of one that gave up by itself
    /// says why. Again: nothing happens.
    Result<> stop();
    /// Ends the broker without that anything more reaches its directories, as SIGKILL would, and
    /// waits for its threads.
    void kill();

private:
    class Life;

    BrokerThread() = default;
    void run(broker::LoadedConfig loaded, const Logger& log);
    void gave_up(const std::string& why);

    BrokerEndpoints endpoints_;
    std::promise<Result<BrokerEndpoints>> started_;
    std::thread thread_;
    mutable std::mutex mutex_;
    Life* life_ = nullptr;  // on the thread's stack, while the shards run; under mutex_, as is:
    std::optional<Error> why_over_;
};

}  // namespace barnabas::test_broker

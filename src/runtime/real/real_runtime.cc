#include "runtime/real/real_runtime.h"

#include "base/invariant.h"

#include <csignal>

namespace barnabas::runtime {

RealRuntime::RealRuntime(RealRuntimeOptions options) : pool_(options.pool_threads_max) {
    INVARIANT(options.shards > 0, "a runtime without shards");
    if (options.ignores_sigpipe) {
        // A broken connection is an error like any other.
        std::signal(SIGPIPE, SIG_IGN);  // NOLINT(cert-err33-c): it cannot fail for SIGPIPE
    }
    shards_.reserve(options.shards);
    for (std::size_t index = 0; index < options.shards; ++index) {
        shards_.push_back(std::make_unique<RealShard>(index, clock_, pool_));
    }
}

RealRuntime::~RealRuntime() {
    pool_.stop();
    // A coroutine may hold what wakes another shard's, so all loops go before any shard does.
    for (auto& shard : shards_) {
        shard->discard();
    }
}

void RealRuntime::run() {
    std::vector<std::thread> threads;
    threads.reserve(shards_.size() - 1);
    for (std::size_t index = 1; index < shards_.size(); ++index) {
        threads.emplace_back([shard = shards_[index].get()] { shard->run(); });
    }
    shards_.front()->run();
    for (auto& thread : threads) {
        thread.join();
    }
}

void RealRuntime::stop() {
    for (auto& shard : shards_) {
        shard->stop();
    }
}

}  // namespace barnabas::runtime

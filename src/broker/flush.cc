#include "broker/flush.h"

#include <utility>

namespace barnabas::broker {

awaitable<std::vector<PartitionFlush>> flush_partitions(runtime::Shard& home, BrokerShard& owner,
                                                        std::vector<PartitionFlush> flushes) {
    auto plan = [&owner, &flushes] {
        for (auto& flush : flushes) {
            auto* partition = owner.partitions.find(flush.topic, flush.partition);
            if (partition == nullptr) {
                continue;
            }
            auto planned = partition->log().begin_flush();
            if (planned) {
                flush.plan = std::move(*planned);
            } else {
                flush.error = std::move(planned.error());
            }
        }
    };
    co_await runtime::call_on(home, owner.shard, plan);
    auto sync = [&flushes] {
        for (auto& flush : flushes) {
            if (auto synced = flush.plan.sync(); !synced && !flush.error) {
                flush.error = std::move(synced.error());
            }
        }
    };
    co_await runtime::run_blocking(home, sync);
    const Now now = home.clock().both();
    auto note = [&owner, &flushes, now] {
        for (const auto& flush : flushes) {
            auto* partition = owner.partitions.find(flush.topic, flush.partition);
            if (partition != nullptr && !flush.error) {
                partition->log().flushed(flush.plan, now);
            }
        }
    };
    co_await runtime::call_on(home, owner.shard, note);
    co_return flushes;
}

}  // namespace barnabas::broker

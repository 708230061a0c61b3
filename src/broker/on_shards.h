#pragma once

#include "broker/handlers/side_by_side.h"
#include "broker/services.h"
#include "runtime/tasks.h"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <span>

namespace barnabas::broker {

/// Runs the coroutine work(BrokerShard&) on each of `shards`, on all of them at once, and goes on
/// on `home` when all have ended: who waits for disks on two shards waits for the slower one, not
/// for the sum. `work` is called from several threads; it and what it refers to, `shards` too, live
/// in the awaiting coroutine.
template <class Work>
awaitable<void> on_shards(BrokerShard& home, std::span<BrokerShard* const> shards, Work& work) {
    auto each = [&home, shards, &work](std::size_t i) {
        auto run = [&work, shard = shards[i]] { return work(*shard); };
        return runtime::await_on(home.shard, shards[i]->shard, run);
    };
    co_await side_by_side(home.shard, shards.size(), each);
}

}  // namespace barnabas::broker

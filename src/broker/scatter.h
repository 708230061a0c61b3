#pragma once

#include "runtime/tasks.h"

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>

namespace barnabas::broker {

using boost::asio::awaitable;

/// Runs `work(i)` for each index of `targets`, on the shard that is targets[i], and goes on on
/// `home` when all have ended. Work for `home` itself runs inline; with one shard nothing waits.
/// `work` runs to its end without waiting; it is called from several threads at once, each time
/// with another index. What it refers to must live in the awaiting coroutine.
/// Has no deadline and needs none: a shard runs what is posted to it as long as the process lives
/// (it never waits for a disk), and when its loop is over whoever waits is destroyed, not woken.
awaitable<void> scatter(runtime::Shard& home, std::span<runtime::Shard* const> targets,
                        std::function<void(std::size_t)> work);

}  // namespace barnabas::broker

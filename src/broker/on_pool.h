#pragma once

#include "base/time.h"
#include "runtime/shard.h"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <vector>

namespace barnabas::broker {

using boost::asio::awaitable;

/// A list of pieces of work, by number; those of one list are done in about their order.
using WorkList = std::vector<std::size_t>;

/// One list for each directory.
[[nodiscard]] std::vector<WorkList> lists_of(std::map<std::size_t, WorkList> by_directory);

/// Does work(i) for every i of `lists` on the blocking pool, each list on up to `threads` of its
/// threads, and returns when all is done. `work` must not throw, and takes what it shares with
/// itself to be shared. `goes_on` is called on `home` every second until then; where it says no,
/// nobody waits any more: no other piece is begun, those that hang go on, and what `work` refers to
/// has to stay. True: all is done.
awaitable<bool> on_pool(runtime::Shard& home, std::vector<WorkList> lists, std::size_t threads,
                        std::function<void(std::size_t)> work, std::function<bool()> goes_on);

}  // namespace barnabas::broker

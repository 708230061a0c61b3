#pragma once

#include "runtime/tasks.h"

#include <boost/asio/awaitable.hpp>

#include <algorithm>
#include <cstddef>

namespace barnabas::broker {

/// So many of a request's parts are under way at once, at most.
inline constexpr std::size_t side_by_side_max = 64;

namespace detail {

/// Takes one part after the other, until there is none.
template <class Work>
boost::asio::awaitable<void> work_along(std::size_t& next, std::size_t count, Work& work) {
    while (next < count) {
        co_await work(next++);
    }
}

}  // namespace detail

/// Runs the coroutines work(0) to work(count - 1), which begin and end on `home`, each beside the
/// others, and goes on when all have ended. `work` and what it refers to live until then.
template <class Work>
boost::asio::awaitable<void> side_by_side(runtime::Shard& home, std::size_t count, Work& work) {
    if (count == 1) {
        co_await work(0);
        co_return;
    }
    std::size_t next = 0;
    runtime::TaskGroup tasks(home);
    for (std::size_t i = 0; i < std::min(count, side_by_side_max); ++i) {
        tasks.spawn(detail::work_along(next, count, work));
    }
    co_await tasks.join();
}

}  // namespace barnabas::broker

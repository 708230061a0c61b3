#pragma once

#include "runtime/tasks.h"

#include <optional>
#include <utility>

namespace barnabas::broker {

/// Turns a call that answers through a callback, on the same shard, into one to wait for: `start`
/// gets the callback.
template <class Answer, class Start>
boost::asio::awaitable<Answer> await_answer(runtime::Shard& home, Start start) {
    std::optional<Answer> answer;
    runtime::Signal answered(home);
    start([&answer, &answered](Answer given) {
        answer.emplace(std::move(given));
        answered.notify_all();
    });
    while (!answer) {
        co_await answered.wait_until(never);
    }
    co_return std::move(*answer);
}

}  // namespace barnabas::broker

#pragma once

#include "runtime/tasks.h"

#include <optional>
#include <utility>

namespace barnabas::broker {

/// Turns a call that answers through a callback, on the same shard, into one to wait for: `start`
/// gets the callback. Has no deadline, so it is for whoever always answers: metadata::Store does,
/// the embedded kind inside the call, any other with connection_lost after a timeout of its own.
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

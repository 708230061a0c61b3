#pragma once

#include "runtime/tasks.h"

#include <memory>
#include <optional>
#include <utility>

namespace barnabas::broker {

/// Turns a call that answers through a callback, on the same shard, into one to wait for: `start`
/// gets the callback, which may be called when nobody waits any more. Has no deadline, so it is for
/// whoever always answers: metadata::Store does, one elsewhere with connection_lost after a timeout
/// of its own.
template <class Answer, class Start>
boost::asio::awaitable<Answer> await_answer(runtime::Shard& home, Start start) {
    struct Asked {
        explicit Asked(runtime::Shard& shard) : answered(shard) {}
        std::optional<Answer> answer;
        runtime::Signal answered;
    };
    const auto asked = std::make_shared<Asked>(home);
    start([asked](Answer given) {
        asked->answer.emplace(std::move(given));
        asked->answered.notify_all();
    });
    while (!asked->answer) {
        co_await asked->answered.wait_until(never);
    }
    co_return std::move(*asked->answer);
}

}  // namespace barnabas::broker

#pragma once

#include "base/result.h"
#include "base/time.h"
#include "runtime/tasks.h"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <set>
#include <utility>

namespace barnabas::broker {

using boost::asio::awaitable;

/// One change after the other: whoever wants to change something waits in line and holds the turn
/// until the change is over. Lives on one shard, and longer than every turn.
class Turns {
public:
    /// Held by the change that is under way; the next one begins when it goes.
    class Turn {
    public:
        explicit Turn(Turns& turns) : turns_(&turns) {}
        Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)) {}
        Turn& operator=(Turn&&) = delete;
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;
        ~Turn();

        /// The change holds logs of that log directory, until its end: nobody else closes them.
        void holds_logs_of(std::size_t directory) const;

    private:
        Turns* turns_;
    };

    explicit Turns(runtime::Shard& home) : changed_(home) {}

    /// request_timed_out: it has not come by then, as whoever holds it may wait for a disk that
    /// hangs; or stop() was called.
    awaitable<Result<Turn>> take_by(Time deadline);
    /// The change that is under way is the last.
    void stop();
    /// Whether none is under way any more, at `until` at the latest. After stop().
    awaitable<bool> ended_by(Time until);
    /// The log directories of which the change that is under way holds logs.
    [[nodiscard]] const std::set<std::size_t>& held() const { return held_; }

private:
    runtime::Signal changed_;
    std::set<std::size_t> held_;
    bool busy_ = false;
    bool stopping_ = false;
};

}  // namespace barnabas::broker

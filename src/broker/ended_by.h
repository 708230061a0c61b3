#pragma once

#include "base/time.h"
#include "runtime/shard.h"

#include <boost/asio/awaitable.hpp>

#include <memory>

namespace barnabas::broker {

using boost::asio::awaitable;

/// Work that may take as long as a disk hangs, and is waited for as long as somebody likes, again
/// and again. It goes on by itself whether it is waited for or not, and what it refers to has to
/// stay meanwhile. For the end of the broker, where nobody can be told to stop any more. Lives on
/// the shard that it works on.
class EndingWork {
public:
    /// Begins it, on `home`, which the caller runs on.
    EndingWork(runtime::Shard& home, awaitable<void> work);

    /// True when it has ended; false at `until`.
    awaitable<bool> ended_by(Time until);
    [[nodiscard]] bool has_ended() const;

private:
    struct State;
    static awaitable<void> run(awaitable<void> work, std::shared_ptr<State> state);
    static awaitable<bool> wait(std::shared_ptr<State> state, Time until);

    std::shared_ptr<State> state_;
};

/// Work that is waited for once.
awaitable<bool> ended_by(runtime::Shard& home, awaitable<void> work, Time until);

}  // namespace barnabas::broker

#pragma once

#include "base/time.h"
#include "runtime/shard.h"

#include <boost/asio/awaitable.hpp>

namespace barnabas::broker {

using boost::asio::awaitable;

/// Runs `work` on `home`, which the caller runs on. True when it has ended; false at `until`: then
/// it goes on by itself, and what it refers to has to stay for as long as it may, which is as long
/// as a disk hangs. For the end of the broker, where nobody can be told to stop any more.
awaitable<bool> ended_by(runtime::Shard& home, awaitable<void> work, Time until);

}  // namespace barnabas::broker

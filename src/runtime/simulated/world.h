#pragma once

#include "runtime/simulated/seeded_random.h"
#include "runtime/simulated/simulated_clock.h"
#include "runtime/simulated/trace.h"
#include "runtime/timer_queue.h"

namespace barnabas::runtime {

/// How long things take, by lot between the two.
struct Span {
    Duration least{0};
    Duration most{0};

    [[nodiscard]] Duration draw(Random& random) const {
        const auto width = static_cast<std::uint64_t>((most - least).count()) + 1;
        return least + Duration(static_cast<std::int64_t>(random.below(width)));
    }
};

struct SimulationOptions {
    Span network_delay{50us, 500us};
    /// One segment in this many (at least 1) takes ten times as long.
    std::uint64_t slow_segment_every = 50;
    /// What a blocking call takes: fsync, opening a file.
    Span blocking_delay{20us, 2ms};
    /// Bytes under way and unread in one direction before the writer waits, unless the stream's
    /// options say otherwise.
    std::size_t socket_buffer_bytes = 256 << 10;
    /// Keep the events of the trace, not only their hash.
    bool keep_trace = false;
};

/// What everything in one simulation shares. All of it is used by one thread.
struct World {
    World(std::uint64_t seed, const SimulationOptions& how)
        : options(how), random(seed), trace(how.keep_trace) {}

    void note(std::string_view machine, std::string_view what) {
        trace.add(clock.now(), machine, what);
    }

    const SimulationOptions options;
    SimulatedClock clock;
    SeededRandom random;
    Trace trace;
    /// What happens outside of any shard: the network's and the pools' moments.
    TimerQueue timers;
};

}  // namespace barnabas::runtime

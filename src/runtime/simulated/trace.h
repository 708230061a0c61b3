#pragma once

#include "base/time.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::runtime {

struct TraceEvent {
    Time when;
    std::string machine;
    std::string what;

    friend bool operator==(const TraceEvent&, const TraceEvent&) = default;
};

/// What happened in a simulation, in order. Two runs are the same if their hashes are; the events
/// themselves are kept only when asked for, to look at where two runs part.
class Trace {
public:
    explicit Trace(bool keep) : keep_(keep) {}

    void add(Time when, std::string_view machine, std::string_view what);
    /// Something too small for an event: it counts for the hash alone.
    void mix(std::uint64_t value);

    [[nodiscard]] std::uint64_t hash() const { return hash_; }
    /// How many there were, kept or not.
    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] const std::vector<TraceEvent>& events() const { return events_; }

private:
    void mix(std::string_view text);

    const bool keep_;
    std::vector<TraceEvent> events_;
    std::uint64_t size_ = 0;
    std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};

}  // namespace barnabas::runtime

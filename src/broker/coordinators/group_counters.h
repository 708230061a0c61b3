#pragma once

#include "coordinator/outcome.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace barnabas::broker {

/// What one partition's groups have been through since it is served here: for the metrics.
struct GroupCounters {
    static constexpr std::size_t kinds =
        static_cast<std::size_t>(coordinator::GroupEvent::Kind::converted) + 1;
    static constexpr std::size_t causes =
        static_cast<std::size_t>(coordinator::RebalanceCause::topics_changed) + 1;

    std::array<std::uint64_t, kinds> events{};             // by GroupEvent::Kind
    std::array<std::uint64_t, causes> rebalance_causes{};  // by RebalanceCause
    std::uint64_t expiry_failures = 0;                     // steps that could not be stored

    void count(const coordinator::GroupEvent& event) {
        ++events.at(std::to_underlying(event.kind));
        if (event.kind == coordinator::GroupEvent::Kind::rebalance) {
            ++rebalance_causes.at(std::to_underlying(event.cause));
        }
    }
};

}  // namespace barnabas::broker

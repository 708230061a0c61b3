#pragma once

#include "support/seeds.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>

namespace barnabas::log::testing {

using barnabas::testing::number_of;

/// Runs a model of `count` seeds, from 1 on, until one fails. BARNABAS_SEED chooses another first
/// one (and then it alone), BARNABAS_SEEDS how many, BARNABAS_STEPS how many steps of each: a run
/// of more steps begins with those of a shorter one.
template <class Model>
void run_seeds(std::uint64_t count, std::uint64_t steps) {
    const auto first = number_of("BARNABAS_SEED", 0);
    const auto seeds = number_of("BARNABAS_SEEDS", first == 0 ? count : 1);
    steps = number_of("BARNABAS_STEPS", steps);
    const auto from = first == 0 ? 1 : first;
    for (auto seed = from; seed < from + seeds; ++seed) {
        SCOPED_TRACE(fmt::format("repeat with BARNABAS_SEED={} BARNABAS_STEPS={}", seed, steps));
        Model model(seed);
        for (std::uint64_t i = 0; i < steps && !::testing::Test::HasFailure(); ++i) {
            SCOPED_TRACE(fmt::format("step {}", i));
            model.step();
        }
        if (::testing::Test::HasFailure()) {
            ADD_FAILURE() << "what came before:\n" << model.story();
            return;
        }
    }
}

}  // namespace barnabas::log::testing

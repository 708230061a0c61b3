// Transactions through a whole broker on simulated machines, under everything that may befall it
// and its clients: what the clients were told is compared with what there is to read in the end.
#include "testkit/scenario.h"

#include "support/seeds.h"

#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace barnabas::testkit {
namespace {

using testing::number_of;

std::size_t count(const History& history, Told told) {
    return static_cast<std::size_t>(
        std::ranges::count(history.transactions, told, &Transaction::told));
}

/// BARNABAS_SEED chooses the first seed (and then it alone), BARNABAS_SEEDS how many. With
/// BARNABAS_STORY what happened is printed.
TEST(TransactionsModel, KeepsItsPromisesOnEverySeed) {
    const auto first = number_of("BARNABAS_SEED", 0);
    const auto seeds = number_of("BARNABAS_SEEDS", first == 0 ? 40 : 1);
    const auto from = first == 0 ? 1 : first;
    std::size_t committed = 0;
    std::size_t aborted = 0;
    std::size_t unknown = 0;
    std::size_t power_failures = 0;
    for (auto seed = from; seed < from + seeds; ++seed) {
        const auto outcome = run_scenario(seed);
        ASSERT_TRUE(outcome.problems.empty())
            << "repeat with BARNABAS_SEED=" << seed << ", and BARNABAS_STORY=1 tells more:\n"
            << fmt::format("{}", fmt::join(outcome.problems, "\n"));
        committed += count(outcome.history, Told::committed);
        aborted += count(outcome.history, Told::aborted);
        unknown += count(outcome.history, Told::nothing);
        power_failures += outcome.power_failures;
    }
    fmt::print(
        "{} seeds: {} transactions committed, {} aborted, {} of unknown outcome; {} power "
        "failures\n",
        seeds, committed, aborted, unknown, power_failures);
    EXPECT_GT(committed, seeds) << "something happened";
}

constexpr std::uint64_t stride = 100;

/// Of one small run each hundredth step, from the seed's remainder on; the quotient chooses the
/// run. So a hundred seeds are a run with a crash at each of its steps.
TEST(TransactionsModel, KeepsItsPromisesWhicheverStepIsTheLast) {
    const auto first = number_of("BARNABAS_SEED", 0);
    const auto seeds = number_of("BARNABAS_SEEDS", first == 0 ? 2 : 1);
    std::size_t crashes = 0;
    std::size_t committed = 0;
    for (auto seed = first; seed < first + seeds; ++seed) {
        for (const auto of : {Crash::Of::power, Crash::Of::disk, Crash::Of::process,
                              Crash::Of::writer, Crash::Of::copier}) {
            bool has_crashed = true;
            for (auto step = seed % stride; has_crashed; step += stride) {
                const auto outcome = run_scenario(1 + seed / stride, {.crash = Crash{of, step}});
                ASSERT_TRUE(outcome.problems.empty())
                    << "repeat with BARNABAS_SEED=" << seed << ": crash " << static_cast<int>(of)
                    << " at step " << step << "\n"
                    << fmt::format("{}", fmt::join(outcome.problems, "\n"));
                has_crashed = outcome.has_crashed;
                crashes += has_crashed ? 1U : 0U;
                committed += count(outcome.history, Told::committed);
            }
        }
    }
    fmt::print("{} crashes, {} transactions committed\n", crashes, committed);
    EXPECT_GT(crashes, seeds * 5);
    EXPECT_GT(committed, crashes);
}

TEST(Transactions, OneSeedGivesOneCourseOfEvents) {
    const auto seed = testing::number_of("BARNABAS_SEED", 7);
    const auto first = run_scenario(seed, {.keep_trace = true});
    const auto again = run_scenario(seed, {.keep_trace = true});
    EXPECT_EQ(first.trace.size(), again.trace.size()) << "seed " << seed;
    EXPECT_TRUE(first.trace == again.trace) << "seed " << seed;
    EXPECT_EQ(first.trace_hash, again.trace_hash) << "seed " << seed;
    EXPECT_EQ(first.took, again.took) << "seed " << seed;
    EXPECT_NE(first.trace_hash, run_scenario(seed + 1).trace_hash);
}

}  // namespace
}  // namespace barnabas::testkit

#include "client/cluster/backoff.h"

#include <gtest/gtest.h>

#include <limits>

namespace barnabas::client {
namespace {

TEST(Backoff, DoublesWithEachFailureUpToItsLimit) {
    constexpr std::uint64_t lowest = 0;
    constexpr std::uint64_t middle = 1ULL << 63;
    constexpr std::uint64_t highest = std::numeric_limits<std::uint64_t>::max();
    struct Row {
        std::uint32_t failures;
        std::uint64_t random;
        Duration least, most;
    };
    const Row rows[] = {
        {.failures = 0, .random = highest, .least = 0ms, .most = 0ms},
        {.failures = 1, .random = middle, .least = 100ms, .most = 100ms},
        {.failures = 1, .random = lowest, .least = 79ms, .most = 80ms},
        {.failures = 1, .random = highest, .least = 119ms, .most = 120ms},
        {.failures = 2, .random = middle, .least = 200ms, .most = 200ms},
        {.failures = 4, .random = middle, .least = 800ms, .most = 800ms},
        {.failures = 5, .random = middle, .least = 1s, .most = 1s},
        {.failures = 5, .random = highest, .least = 1s, .most = 1s},
        {.failures = 4'000'000'000, .random = lowest, .least = 1s, .most = 1s},
    };
    for (const Row& row : rows) {
        const Duration wait = Backoff{.first = 100ms, .most = 1s}.after(row.failures, row.random);
        EXPECT_GE(wait, row.least) << row.failures << " " << row.random;
        EXPECT_LE(wait, row.most) << row.failures << " " << row.random;
    }
    EXPECT_EQ((Backoff{.first = 0ms, .most = 0ms}.after(9, middle)), 0ms);
}

}  // namespace
}  // namespace barnabas::client

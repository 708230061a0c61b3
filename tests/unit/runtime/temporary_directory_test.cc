#include "runtime/temporary_directory.h"

#include "runtime/simulated/seeded_random.h"
#include "runtime/simulated/simulated_clock.h"
#include "runtime/simulated/simulated_disk.h"

#include <gtest/gtest.h>

namespace barnabas::runtime {
namespace {

TEST(TemporaryDirectory, GoesWithTheObjectAndWithAllThatIsInIt) {
    SimulatedClock clock;
    SeededRandom random(7);
    SimulatedDisk disk{clock, random};
    Path first;
    {
        TemporaryDirectory directory(disk);
        TemporaryDirectory other(disk);
        first = directory.make(random).value();
        const Path second = other.make(random).value();
        EXPECT_NE(first, second);
        EXPECT_TRUE(disk.is_directory(first));
        EXPECT_TRUE(disk.create_directories(first / "deep" / "inside"));
        EXPECT_TRUE(disk.replace_text(first / "file", "text"));
        EXPECT_TRUE(other.remove());
        EXPECT_FALSE(disk.exists(second));
        EXPECT_TRUE(disk.exists(first));
    }
    EXPECT_FALSE(disk.exists(first));
}

}  // namespace
}  // namespace barnabas::runtime

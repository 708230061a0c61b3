#include "runtime/timer_queue.h"

#include "runtime/simulated/seeded_random.h"

#include <gtest/gtest.h>

#include <map>

namespace barnabas::runtime {
namespace {

Time at(int ms) {
    return Time(std::chrono::milliseconds(ms));
}

TEST(TimerQueue, RunsInOrderOfTimeThenOfSetting) {
    TimerQueue timers;
    std::string order;
    EXPECT_EQ(timers.next(), never);
    timers.add(at(20), [&] { order += 'c'; });
    timers.add(at(10), [&] { order += 'a'; });
    timers.add(at(10), [&] { order += 'b'; });
    timers.add(at(30), [&] { order += 'd'; });
    EXPECT_EQ(timers.next(), at(10));
    while (auto task = timers.take_due(at(20))) {
        task();
    }
    EXPECT_EQ(order, "abc");
    EXPECT_EQ(timers.next(), at(30));
    EXPECT_EQ(timers.size(), 1U);
}

TEST(TimerQueue, CancelIsHarmlessAtAnyTime) {
    TimerQueue timers;
    bool ran = false;
    timers.cancel(TimerId{});
    const TimerId first = timers.add(at(1), [&] { ran = true; });
    timers.cancel(first);
    timers.cancel(first);
    const TimerId second = timers.add(at(2), [] {});  // reuses the slot of the first
    timers.cancel(first);
    EXPECT_EQ(timers.size(), 1U);
    timers.take_due(at(5))();
    timers.cancel(second);
    EXPECT_FALSE(ran);
    EXPECT_FALSE(timers.take_due(at(100)));
    EXPECT_EQ(timers.next(), never);
}

TEST(TimerQueue, DoesAsAMapDoesUnderRandomUse) {
    const std::uint64_t seed = 20261123;
    SCOPED_TRACE(seed);
    SeededRandom random(seed);
    TimerQueue timers;
    std::map<std::pair<Time, int>, TimerId> model;
    std::vector<int> ran;
    int now = 0;
    for (int step = 0; step < 5000; ++step) {
        const auto what = random.below(10);
        if (what < 5) {
            const Time when = at(now + static_cast<int>(random.below(50)));
            model[{when, step}] = timers.add(when, [&ran, step] { ran.push_back(step); });
        } else if (what < 8 && !model.empty()) {
            const auto victim =
                std::next(model.begin(), static_cast<int>(random.below(model.size())));
            timers.cancel(victim->second);
            model.erase(victim);
        } else {
            now += static_cast<int>(random.below(10));
            std::vector<int> expected;
            while (!model.empty() && model.begin()->first.first <= at(now)) {
                expected.push_back(model.begin()->first.second);
                model.erase(model.begin());
            }
            ran.clear();
            while (auto task = timers.take_due(at(now))) {
                task();
            }
            ASSERT_EQ(ran, expected);
        }
        ASSERT_EQ(timers.size(), model.size());
        ASSERT_EQ(timers.next(), model.empty() ? never : model.begin()->first.first);
    }
}

}  // namespace
}  // namespace barnabas::runtime

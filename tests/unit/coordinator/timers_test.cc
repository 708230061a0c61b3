#include "coordinator/timers.h"

#include <gtest/gtest.h>

namespace barnabas::coordinator {
namespace {

constexpr Time at(int seconds) {
    return Time{} + std::chrono::seconds(seconds);
}

TEST(Timers, ThoseThatAreDueComeInTheOrderOfTime) {
    Timers timers;
    const TimerKey join{.group = "a", .kind = TimerKind::classic_join};
    const TimerKey session{.group = "a", .kind = TimerKind::classic_session, .member = "m"};
    timers.set(session, at(9));
    timers.set(join, at(3));
    EXPECT_EQ(timers.next(), at(3));
    EXPECT_EQ(timers.take_due(at(2)), std::nullopt);
    EXPECT_EQ(timers.take_due(at(10)), join);
    EXPECT_EQ(timers.take_due(at(10)), session);
    EXPECT_EQ(timers.take_due(at(10)), std::nullopt);
    EXPECT_EQ(timers.next(), never);
}

TEST(Timers, ThoseOfOneMomentComeInTheOrderOfTheirKeys) {
    Timers timers;
    for (const auto* member : {"c", "a", "b"}) {
        timers.set({.group = "g", .kind = TimerKind::classic_session, .member = member}, at(1));
    }
    EXPECT_EQ(timers.take_due(at(1))->member, "a");
    EXPECT_EQ(timers.take_due(at(1))->member, "b");
    EXPECT_EQ(timers.take_due(at(1))->member, "c");
}

TEST(Timers, ALaterMomentTakesThePlaceOfTheEarlierOne) {
    Timers timers;
    const TimerKey key{.group = "g", .kind = TimerKind::classic_session, .member = "m"};
    timers.set(key, at(1));
    timers.set(key, at(5));
    EXPECT_EQ(timers.size(), 1U);
    EXPECT_EQ(timers.when(key), at(5));
    EXPECT_EQ(timers.take_due(at(4)), std::nullopt);
}

TEST(Timers, AGroupThatGoesTakesItsOwnAlong) {
    Timers timers;
    const TimerKey other{.group = "b", .kind = TimerKind::classic_join};
    timers.set({.group = "a", .kind = TimerKind::classic_join}, at(1));
    timers.set({.group = "a", .kind = TimerKind::classic_session, .member = "m"}, at(2));
    timers.set(other, at(3));
    timers.cancel_group("a");
    EXPECT_EQ(timers.size(), 1U);
    EXPECT_EQ(timers.next(), at(3));
    timers.cancel(other);
    timers.cancel(other);
    EXPECT_EQ(timers.next(), never);
}

}  // namespace
}  // namespace barnabas::coordinator

#include "cli/common/own_group.h"

#include <gtest/gtest.h>

namespace barnabas::cli {
namespace {

TEST(OwnGroup, HasTheProtocolThatSomethingWasSaidOf) {
    EXPECT_TRUE(may_choose_protocol({{"group.id", "g"}, {"auto.offset.reset", "earliest"}}));
    for (const auto* name : {"group.protocol", "partition.assignment.strategy",
                             "session.timeout.ms", "heartbeat.interval.ms"}) {
        EXPECT_FALSE(may_choose_protocol({{"group.id", "g"}, {name, "1"}})) << name;
    }
}

TEST(OwnGroup, WaitsForNobodyElse) {
    EXPECT_EQ(without_waiting({{"group.id", "g"}}),
              (ClientConfig{{"group.id", "g"}, {"group.protocol", "consumer"}}));
}

}  // namespace
}  // namespace barnabas::cli

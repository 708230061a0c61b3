#include "client/assignors/partition_movements.h"

#include <gtest/gtest.h>

namespace barnabas::client {
namespace {

TEST(PartitionMovements, SendBackWhatCameInsteadOfSwapping) {
    PartitionMovements movements;
    movements.add({.topic = 0, .partition = 5, .from = 1, .to = 2});
    EXPECT_EQ(movements.actual({.topic = 0, .partition = 6, .from = 2, .to = 1}), 5U);
    EXPECT_EQ(movements.actual({.topic = 1, .partition = 6, .from = 2, .to = 1}), 6U)
        << "another topic";
    EXPECT_EQ(movements.actual({.topic = 0, .partition = 6, .from = 2, .to = 3}), 6U)
        << "another way";
}

TEST(PartitionMovements, CountFromWhereAPartitionWasAtFirst) {
    PartitionMovements movements;
    movements.add({.topic = 0, .partition = 5, .from = 1, .to = 2});
    movements.add({.topic = 0, .partition = 5, .from = 2, .to = 3});
    EXPECT_EQ(movements.actual({.topic = 0, .partition = 6, .from = 3, .to = 1}), 5U);
    EXPECT_EQ(movements.actual({.topic = 0, .partition = 6, .from = 2, .to = 1}), 6U);
}

TEST(PartitionMovements, ForgetWhatReturned) {
    PartitionMovements movements;
    movements.add({.topic = 0, .partition = 5, .from = 1, .to = 2});
    movements.add({.topic = 0, .partition = 5, .from = 2, .to = 1});
    EXPECT_EQ(movements.actual({.topic = 0, .partition = 6, .from = 2, .to = 1}), 6U);
}

}  // namespace
}  // namespace barnabas::client

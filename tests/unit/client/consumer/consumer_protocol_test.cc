#include "client/consumer/consumer_protocol.h"

#include "unit/client/consumer/worlds.h"
#include "wire/text_bytes.h"

#include <gtest/gtest.h>

#include <string>

namespace barnabas::client {
namespace {

TEST(ConsumerProtocol, ReadsWhatItWrites) {
    const PartitionAssignor::Member member{.topics = {"b", "a"},
                                           .owned = {tp("a", 2), tp("b", 0), tp("a", 1)},
                                           .generation = 7,
                                           .group_instance_id = {},
                                           .rack = "r",
                                           .user_data = to_bytes("u")};
    const auto read = decode_subscription(encode_subscription(member).view());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->topics, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(read->owned, (std::vector<TopicPartition>{tp("a", 2), tp("a", 1), tp("b", 0)}));
    EXPECT_EQ(read->generation, 7);
    EXPECT_EQ(read->rack, "r");
    EXPECT_EQ(read->user_data, to_bytes("u"));

    const PartitionAssignor::Assigned assigned{.partitions = {tp("a", 0), tp("a", 3)},
                                               .user_data = {}};
    const auto back = decode_assignment(encode_assignment(assigned).view());
    ASSERT_TRUE(back);
    EXPECT_EQ(back->partitions, assigned.partitions);
}

TEST(ConsumerProtocol, WritesKafkasBytes) {
    // version 0003 | 1 topic | "t" | user data null | 1 owned topic: "t", partition 0
    // | generation 5 | rack null
    const auto bytes = encode_subscription(
        {.topics = {"t"}, .owned = {tp("t", 0)}, .generation = 5, .rack = {}, .user_data = {}});
    EXPECT_EQ(wire::to_hex(bytes.view()),
              "0003"
              "00000001"
              "000174"
              "ffffffff"
              "00000001"
              "000174"
              "00000001"
              "00000000"
              "00000005"
              "ffff");
    EXPECT_EQ(wire::to_hex(encode_assignment({.partitions = {tp("t", 1)}, .user_data = {}}).view()),
              "0003"
              "00000001"
              "000174"
              "00000001"
              "00000001"
              "ffffffff");
}

TEST(ConsumerProtocol, TakesOlderAndNewerVersionsAndRefusesGarbage) {
    const auto old = wire::from_hex(
        "0000"
        "00000001"
        "000174"
        "ffffffff");
    const auto subscription = decode_subscription(*old);
    ASSERT_TRUE(subscription);
    EXPECT_EQ(subscription->topics, (std::vector<std::string>{"t"}));
    EXPECT_EQ(subscription->generation, -1);
    auto newer = encode_subscription({.topics = {"t"}, .owned = {}, .user_data = {}});
    newer.data()[1] = std::byte{9};
    newer.append(as_bytes("and more"));
    EXPECT_TRUE(decode_subscription(newer.view()));
    EXPECT_TRUE(decode_assignment({}));
    for (const auto* bad : {"", "00", "0003", "ffff00000000", "000300000009"}) {
        EXPECT_FALSE(decode_subscription(*wire::from_hex(bad))) << bad;
    }
    EXPECT_FALSE(decode_assignment(*wire::from_hex("0003")));
}

}  // namespace
}  // namespace barnabas::client

#include "broker/cluster_image.h"

#include <gtest/gtest.h>

namespace barnabas::broker {
namespace {

std::shared_ptr<const TopicImage> topic(std::string name, std::uint8_t id, std::size_t partitions) {
    TopicImage image{.name = std::move(name), .id = {}, .partitions = {}, .configs = {}};
    image.id.bytes[15] = id;
    image.partitions.resize(partitions);
    return std::make_shared<const TopicImage>(std::move(image));
}

TEST(ClusterImage, FindsTopicsByNameAndId) {
    ClusterImage image;
    image.put_topic(topic("a", 1, 3));
    image.put_topic(topic("b", 2, 1));
    ASSERT_NE(image.topic("a"), nullptr);
    EXPECT_EQ(image.topic(image.topic("a")->id)->name, "a");
    EXPECT_NE(image.topic("a")->partition(PartitionId{2}), nullptr);
    EXPECT_EQ(image.topic("a")->partition(PartitionId{3}), nullptr);
    EXPECT_EQ(image.topic("a")->partition(PartitionId{-1}), nullptr);
}

TEST(ClusterImage, AChangedCopyLeavesTheOldOneAlone) {
    ClusterImage old;
    old.put_topic(topic("a", 1, 1));
    ClusterImage changed = old;
    changed.put_topic(topic("a", 7, 2));
    changed.remove_topic("missing");
    EXPECT_EQ(old.topic("a")->partitions.size(), 1U);
    EXPECT_EQ(changed.topic("a")->partitions.size(), 2U);
    EXPECT_EQ(changed.topic(old.topic("a")->id), nullptr) << "a recreated topic has a new id";
}

}  // namespace
}  // namespace barnabas::broker

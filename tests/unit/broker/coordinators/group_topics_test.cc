#include "broker/coordinators/group_topics.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace barnabas::broker {
namespace {

struct TopicSpec {
    std::string name;
    std::uint8_t id = 1;
    std::vector<std::vector<int>> replicas{{1}};  // of each partition
    int leader = 1;
};
struct ImageSpec {
    std::vector<TopicSpec> topics;
    std::string rack = "r";  // of broker 1
};

ClusterImagePtr image_of(const ImageSpec& spec) {
    auto image = std::make_shared<ClusterImage>();
    image->brokers = {{.id = BrokerId{1}, .rack = spec.rack, .endpoints = {}},
                      {.id = BrokerId{2}, .rack = std::nullopt, .endpoints = {}}};
    for (const auto& topic : spec.topics) {
        TopicImage made{.name = topic.name, .id = {}, .partitions = {}, .configs = {}};
        made.id.bytes[14] = static_cast<std::uint8_t>(topic.name.front());  // no two are alike
        made.id.bytes[15] = topic.id;
        for (const auto& replicas : topic.replicas) {
            auto& partition = made.partitions.emplace_back();
            partition.leader = BrokerId{topic.leader};
            for (const int replica : replicas) {
                partition.replicas.emplace_back(replica);
            }
        }
        image->put_topic(std::make_shared<const TopicImage>(std::move(made)));
    }
    return image;
}

TEST(GroupTopics, SaysWhatIsDifferent) {
    struct Row {
        const char* name;
        ImageSpec before;
        ImageSpec after;
        std::vector<std::string> changed;
        std::vector<std::string> deleted;
    };
    const Row rows[] = {
        {"nothing", {{{"a"}}}, {{{"a"}}}, {}, {}},
        {"another leader", {{{"a"}}}, {{{.name = "a", .leader = 2}}}, {}, {}},
        {"created", {{{"b"}}}, {{{"a"}, {"b"}, {"c"}}}, {"a", "c"}, {}},
        {"deleted", {{{"a"}, {"b"}, {"c"}}}, {{{"b"}}}, {"a", "c"}, {"a", "c"}},
        {"one for another", {{{"a"}, {"c"}}}, {{{"b"}, {"c"}}}, {"a", "b"}, {"a"}},
        {"made anew", {{{"a"}}}, {{{.name = "a", .id = 2}}}, {"a"}, {"a"}},
        {"more partitions", {{{"a"}}}, {{{.name = "a", .replicas = {{1}, {1}}}}}, {"a"}, {}},
        {"other replicas", {{{"a"}}}, {{{.name = "a", .replicas = {{2}}}}}, {"a"}, {}},
        {"another rack", {{{"a"}, {"b"}}}, {{{"a"}, {"b"}}, "s"}, {"a", "b"}, {}},
    };
    for (const auto& row : rows) {
        GroupTopics topics;
        const auto first = topics.follow(image_of(row.before));
        EXPECT_TRUE(first.names.empty() && first.deleted.empty()) << row.name;
        const auto version = topics.version();
        const auto changes = topics.follow(image_of(row.after));
        EXPECT_EQ(changes.names, row.changed) << row.name;
        std::vector<std::string> deleted;
        for (const auto& topic : changes.deleted) {
            deleted.push_back(topic.name);
            const auto present = topics.find(topic.name);
            EXPECT_TRUE(!present || present->id != topic.id) << "the id is the earlier topic's";
        }
        EXPECT_EQ(deleted, row.deleted) << row.name;
        EXPECT_EQ(topics.version() > version, !row.changed.empty()) << row.name;
    }
}

TEST(GroupTopics, KnowsIdsPartitionsAndRacks) {
    GroupTopics topics;
    EXPECT_FALSE(topics.find("a"));
    topics.look_at(image_of({{{.name = "a", .id = 7, .replicas = {{1, 2}, {2}}}}}));
    ASSERT_TRUE(topics.find("a"));
    EXPECT_EQ(topics.find("a")->partitions, 2);
    EXPECT_EQ(topics.name_of(topics.find("a")->id), "a");
    EXPECT_FALSE(topics.name_of(Uuid{}));
    EXPECT_EQ(topics.racks_of("a", 0), std::vector<std::string>{"r"});
    EXPECT_TRUE(topics.racks_of("a", 1).empty()) << "broker 2 says no rack";
    EXPECT_TRUE(topics.racks_of("a", 2).empty());
    std::vector<std::string> names;
    topics.each_name([&](std::string_view name) { names.emplace_back(name); });
    EXPECT_EQ(names, std::vector<std::string>{"a"});
}

}  // namespace
}  // namespace barnabas::broker

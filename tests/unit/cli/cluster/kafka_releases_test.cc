// Kafka's releases and levels of features; what its tools print of them is compared in
// tests/interop/test_commands_as_kafka.py.
#include "cli/cluster/kafka_releases.h"

#include <gtest/gtest.h>

namespace barnabas::cli {
namespace {

TEST(KafkaReleases, AreLevelsOfMetadata) {
    struct Row {
        const char* release;
        int level;  // 0: there is none
    };
    const Row rows[] = {{"3.3-IV3", 7},   {"3.3", 7},   {"3.5", 11}, {"3.9.1", 21},
                        {"4.0-IV1", 23},  {"4.0", 25},  {"4.4", 33}, {"4.5-IV0", 34},
                        {"4.5", 0},       {"4", 0},     {"", 0},     {"3.3-IV2", 0},
                        {"4.4-IV3", 0},   {"4.4.", 33}, {".", 0},    {"4.4-SNAPSHOT", 0},
                        {"4.0.0-rc1", 25}};
    for (const auto& row : rows) {
        const auto level = level_of_release(row.release, false);
        EXPECT_EQ(level.has_value() ? *level : 0, row.level) << row.release;
    }
    EXPECT_FALSE(level_of_release("4.5-IV0", true)) << "it is not out";
    EXPECT_EQ(level_of_release(newest_release(), true).value_or(0), 33);
    EXPECT_EQ(release_of_level(25), "4.0-IV3");
    EXPECT_EQ(release_of_level(6), "UNKNOWN 6");
    EXPECT_EQ(release_of_level(35), "UNKNOWN 35");
}

TEST(KafkaReleases, BeginWithLevelsOfFeatures) {
    const auto text = [](std::int16_t level) {
        std::string all;
        for (const auto& feature : features_of_release(level)) {
            all += fmt::format("{}{}={}", all.empty() ? "" : " ",
                               feature.name.substr(0, feature.name.find('.')), feature.level);
        }
        return all;
    };
    EXPECT_EQ(text(20), "kraft=0 transaction=0 group=0 eligible=0 share=0 streams=0");
    EXPECT_EQ(text(25), "kraft=1 transaction=2 group=1 eligible=0 share=0 streams=0");
    EXPECT_EQ(text(30), "kraft=1 transaction=2 group=1 eligible=1 share=1 streams=1");
    EXPECT_EQ(text(33), "kraft=1 transaction=2 group=1 eligible=1 share=2 streams=1");
}

TEST(KafkaReleases, TellWhatALevelNeeds) {
    const auto needed = [](std::string name, std::int16_t level) {
        const auto found =
            needed_metadata_level({.name = std::move(name), .level = level}, "{}: no {}");
        return !found ? found.error().message : *found ? std::to_string(**found) : "nothing";
    };
    EXPECT_EQ(needed("eligible.leader.replicas.version", 1), "23");
    EXPECT_EQ(needed("eligible.leader.replicas.version", 0), "nothing");
    EXPECT_EQ(needed("group.version", 1), "nothing");
    EXPECT_EQ(needed("group.version", 2), "group.version: no 2");
    EXPECT_EQ(needed("group.version", -1), "group.version: no -1");
    EXPECT_EQ(needed("nonsense", 1), "Unknown feature: nonsense");
    EXPECT_EQ(needed("metadata.version", 34), "nothing");
    EXPECT_EQ(needed("metadata.version", 6), "Unknown metadata.version 6");
}

}  // namespace
}  // namespace barnabas::cli

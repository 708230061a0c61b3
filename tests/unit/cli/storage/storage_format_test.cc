// What `storage format` makes of log directories, and of the levels that it is asked for.
#include "cli/storage/storage_format.h"

#include "log/directory_identity.h"
#include "runtime/simulated/seeded_random.h"
#include "runtime/simulated/simulated_clock.h"
#include "runtime/simulated/simulated_disk.h"

#include <gtest/gtest.h>

namespace barnabas::cli {
namespace {

class StorageFormat : public testing::Test {
protected:
    /// "/a /b", or what is wrong.
    std::string format(const std::string& cluster, bool ignore_formatted, int node = 1) {
        const auto done = format_directories(disk_, random_,
                                             {.cluster_id = cluster,
                                              .node = BrokerId{node},
                                              .directories = {"/a", "/b"},
                                              .ignore_formatted = ignore_formatted});
        return done ? fmt::format("{}", fmt::join(*done, " ")) : done.error().message;
    }
    log::DirectoryIdentity identity(const runtime::Path& directory) {
        const auto text = disk_.read_text(directory / log::identity_file).value_or("");
        return log::parse_identity(text).value_or(log::DirectoryIdentity());
    }

    runtime::SimulatedClock clock_;
    runtime::SeededRandom random_{1};
    runtime::SimulatedDisk disk_{clock_, random_};
};

TEST_F(StorageFormat, GivesDirectoriesToABrokerOfACluster) {
    EXPECT_EQ(format("c", false), "/a /b");
    for (const auto* directory : {"/a", "/b"}) {
        EXPECT_EQ(identity(directory).cluster_id, "c");
        EXPECT_EQ(identity(directory).node, BrokerId{1});
        EXPECT_TRUE(identity(directory).directory_id);
    }
    EXPECT_NE(identity("/a").directory_id, identity("/b").directory_id);
    EXPECT_FALSE(disk_.exists("/a/cluster.db")) << "no level was asked for";
}

TEST_F(StorageFormat, LeavesAloneWhatIsSomebodys) {
    ASSERT_EQ(format("c", false), "/a /b");
    const auto before = disk_.read_text("/a/meta.properties").value_or("");
    EXPECT_EQ(format("c", false),
              "Log directory /a is already formatted. Use --ignore-formatted to ignore this "
              "directory and format the others.");
    EXPECT_EQ(format("c", true), "");
    EXPECT_EQ(format("d", true),
              "Invalid cluster.id in: /a/meta.properties. Expected d, but read c");
    EXPECT_TRUE(format("c", true, 2)
                    .starts_with("Stored node id 1 doesn't match previous node id "
                                 "2 in /a/meta.properties."));
    ASSERT_TRUE(disk_.remove("/b/meta.properties"));
    EXPECT_EQ(format("d", true),
              "Invalid cluster.id in: /a/meta.properties. Expected d, but read c");
    EXPECT_FALSE(disk_.exists("/b/meta.properties")) << "nothing is written then";
    EXPECT_EQ(format("c", true), "/b");
    EXPECT_EQ(disk_.read_text("/a/meta.properties").value_or(""), before);
}

TEST_F(StorageFormat, RefusesAnotherProgramsDirectory) {
    ASSERT_TRUE(disk_.create_directories("/b/Documents"));
    EXPECT_NE(format("c", false).find("its folder Documents is no broker's"), std::string::npos);
    EXPECT_FALSE(disk_.exists("/a/meta.properties"));
}

TEST_F(StorageFormat, KnowsWhichLevelsAreAskedFor) {
    struct Row {
        std::optional<std::string> release;
        std::vector<FeatureLevel> features;
        metadata::FeatureLevels want;
    };
    const Row rows[] = {
        {{}, {}, {}},
        {"3.9", {}, {{"group.version", 0}, {"share.version", 0}, {"transaction.version", 0}}},
        {"4.2", {}, {{"group.version", 1}, {"share.version", 1}, {"transaction.version", 2}}},
        {{}, {{.name = "share.version", .level = 1}}, {{"share.version", 1}}},
        {{}, {{.name = "kraft.version", .level = 1}}, {}},
        {"4.2",
         {{.name = "group.version", .level = 0}},
         {{"group.version", 0}, {"share.version", 1}, {"transaction.version", 2}}},
        {{},
         {{.name = "metadata.version", .level = 25}},
         {{"group.version", 1}, {"share.version", 0}, {"transaction.version", 2}}},
    };
    for (const auto& row : rows) {
        const auto levels = levels_asked_for(row.release, row.features);
        ASSERT_TRUE(levels) << levels.error().message;
        EXPECT_EQ(*levels, row.want) << row.release.value_or("no release");
    }
    EXPECT_FALSE(levels_asked_for("4.5-IV0", {})) << "it is not out";
}

}  // namespace
}  // namespace barnabas::cli

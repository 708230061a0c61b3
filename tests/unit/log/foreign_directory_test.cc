#include "log/foreign_directory.h"

#include "runtime/simulated/seeded_random.h"
#include "runtime/simulated/simulated_clock.h"
#include "runtime/simulated/simulated_disk.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace barnabas::log {
namespace {

TEST(ForeignDirectory, IsOneWithAFolderThatNoBrokerMakes) {
    struct Row {
        std::vector<std::string> files;  // a name that ends with / is a folder
        std::string foreign;             // nothing: a broker may take it
    };
    const Row rows[] = {
        {{}, ""},
        {{"README", "cluster.db", "recovery-point-offset-checkpoint"}, ""},
        {{"lost+found/", ".snapshot/x"}, ""},
        {{"orders-3/"}, ""},
        {{"orders-3/00000000000000000000.log"}, ""},
        {{"orders-3/partition.metadata", "__cluster_metadata-0/x"}, ""},
        {{"orders-3/leader-epoch-checkpoint.tmp"}, ""},  // all that a crash left
        {{"orders-3.0123456789abcdef0123456789abcdef-delete/00000000000000000007.index.deleted"},
         ""},
        {{"orders-3.0123456789abcdef0123456789abcdef-future/00000000000000000007.log"}, ""},
        {{"orders-3.0123456789abcdef0123456789abcdef-stray/leader-epoch-checkpoint"}, ""},
        {{"version-2/log.1", "version-2/snapshot.0"}, "version-2"},  // ZooKeeper's
        {{"base/1/1247", "PG_VERSION"}, "base"},
        {{"photos-delete/one.jpg"}, "photos-delete"},
        {{"photos-delete/"}, "photos-delete"},
        {{"orders-3/00000000000000000000.log", "letters/one"}, "letters"},
    };
    for (const auto& row : rows) {
        runtime::SimulatedClock clock;
        runtime::SeededRandom random(1);
        runtime::SimulatedDisk disk(clock, random);
        ASSERT_TRUE(disk.create_directories("/data"));
        for (const auto& file : row.files) {
            const runtime::Path path = "/data/" + file;
            ASSERT_TRUE(disk.create_directories(path.parent_path()));
            if (!file.ends_with('/')) {
                ASSERT_TRUE(disk.open(path, runtime::OpenMode::create_new));
            }
        }
        const auto checked = check_not_foreign(disk, "/data");
        ASSERT_EQ(checked.has_value(), row.foreign.empty()) << row.files.front();
        if (!checked) {
            EXPECT_EQ(checked.error().code, ErrorCode::invalid_config);
            EXPECT_EQ(checked.error().message,
                      "/data has no meta.properties, and its folder " + row.foreign +
                          " is no broker's: is it the directory of another program? Name an empty "
                          "one in log.dirs");
        }
    }
}

}  // namespace
}  // namespace barnabas::log

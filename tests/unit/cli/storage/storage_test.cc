#include "cli/storage/storage_command.h"

#include <gtest/gtest.h>

namespace barnabas::cli {
namespace {

TEST(Storage, InfoIsToldAsKafkaDoes) {
    StorageInfo info{.directories = {"/a"}};
    info.metadata.emplace();
    (*info.metadata)["version"] = "1";
    (*info.metadata)["node.id"] = "1";
    EXPECT_EQ(storage_info_text(info),
              "Found log directory:\n  /a\n\nFound metadata: {node.id=1, version=1}\n\n");
    info = {.directories = {"/a", "/b"}, .problems = {"/c does not exist"}};
    EXPECT_EQ(storage_info_text(info),
              "Found log directories:\n  /a\n  /b\n\nFound problem:\n  /c does not exist\n\n");
}

}  // namespace
}  // namespace barnabas::cli

#include "cli/metadata/metadata_command.h"
#include "metadata/embedded_store.h"

#include <gtest/gtest.h>

namespace barnabas::cli {
namespace {

TEST(Metadata, PatternsAreStarsAndQuestionMarks) {
    struct Row {
        const char* name;
        const char* pattern;
        bool want;
    };
    const Row rows[] = {
        {"orders", "*", true},      {"orders", "orders", true}, {"orders", "ord*", true},
        {"orders", "*ers", true},   {"orders", "o*r*s", true},  {"orders", "order", false},
        {"orders", "o?ders", true}, {"orders", "?", false},     {"", "*", true},
        {"", "?", false},           {"aaab", "*a*b", true},     {"abc", "*d", false},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(fits_pattern(row.name, row.pattern), row.want) << row.name << " " << row.pattern;
    }
}

TEST(Metadata, TreesAreWalkedParentsFirst) {
    const auto store = metadata::make_memory_store();
    for (const auto* path : {"/b", "/a", "/a/y", "/a/x"}) {
        store->create({.path = path, .data = path},
                      [](metadata::StoreResult<std::string> made) { ASSERT_TRUE(made); });
    }
    std::vector<std::string> seen;
    const auto walked = walk_tree(
        *store, "/", [&](const std::string& path, std::size_t depth, const metadata::Node& node) {
            seen.push_back(fmt::format("{} {} {}", depth, path, node.data));
        });
    ASSERT_TRUE(walked) << walked.error().message;
    EXPECT_EQ(seen, (std::vector<std::string>{"0 / ", "1 /a /a", "2 /a/x /a/x", "2 /a/y /a/y",
                                              "1 /b /b"}));
    EXPECT_FALSE(walk_tree(*store, "/nowhere", [](const auto&...) {}));
}

}  // namespace
}  // namespace barnabas::cli

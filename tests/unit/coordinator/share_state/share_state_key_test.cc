#include "coordinator/share_state/share_state_key.h"

#include "base/hashing.h"

#include <gtest/gtest.h>

#include <string>

namespace barnabas::coordinator {
namespace {

constexpr std::string_view id = "OaP-DB3qnzpEHeJ0RdD7UQ";

TEST(ShareStateKey, IsReadAsKafkaReadsIt) {
    struct Row {
        std::string text;
        std::string group;
        std::int32_t partition;
    };
    const Row rows[] = {
        {fmt::format("g:{}:0", id), "g", 0},
        {fmt::format("a:b::c:{}:7", id), "a:b::c", 7},
        {fmt::format(" g :{}:+7", id), " g ", 7},
        {fmt::format("g:{}==:007", id), "g", 7},
        {fmt::format("g:{}:-3", id), "g", -3},
        {fmt::format("g:{}:5::", id), "g", 5},
        {fmt::format("{}:{}:{}", id, id, 2147483647), std::string(id), 2147483647},
    };
    for (const auto& row : rows) {
        const auto key = parse_coordinator_key(row.text);
        ASSERT_TRUE(key) << row.text << ": " << key.error().message;
        EXPECT_EQ(*key,
                  (ShareStateKey{
                      .group = row.group, .topic = *Uuid::parse(id), .partition = row.partition}))
            << row.text;
        EXPECT_EQ(coordinator_key(*key), fmt::format("{}:{}:{}", row.group, id, row.partition));
    }
}

TEST(ShareStateKey, IsRefusedWhereKafkaRefusesIt) {
    const std::string rows[] = {
        "",
        ":",
        ":::",
        "g",
        "g:0",
        fmt::format("g:{}", id),
        fmt::format("g:{}:", id),
        fmt::format(":{}:0", id),
        fmt::format(" \t:{}:0", id),
        "g:short:0",
        "g::0",
        fmt::format("g:{}=:0", id),
        fmt::format("g:{}:x", id),
        fmt::format("g:{}:1x", id),
        fmt::format("g:{}: 1", id),
        fmt::format("g:{}:+", id),
        fmt::format("g:{}:+-1", id),
        fmt::format("g:{}:2147483648", id),
    };
    for (const auto& text : rows) {
        const auto key = parse_coordinator_key(text);
        ASSERT_FALSE(key) << text;
        EXPECT_EQ(key.error().code, ErrorCode::invalid_request) << text;
        EXPECT_NE(key.error().message.find("group:topicId:partition"), std::string::npos);
    }
}

/// Java: Math.abs("g:OaP-DB3qnzpEHeJ0RdD7UQ:0".hashCode()) % 50.
TEST(ShareStateKey, NamesAPartitionByItsHash) {
    const ShareStateKey key{.group = "g", .topic = *Uuid::parse(id), .partition = 0};
    std::uint32_t hash = 0;
    for (const char c : coordinator_key(key)) {
        hash = hash * 31 + static_cast<unsigned char>(c);
    }
    EXPECT_EQ(java_string_hash(coordinator_key(key)), static_cast<std::int32_t>(hash));
    const auto number = static_cast<std::int32_t>(hash);
    EXPECT_EQ(coordinator_partition_for(coordinator_key(key), 50),
              PartitionId{(number < 0 ? -number : number) % 50});
}

}  // namespace
}  // namespace barnabas::coordinator

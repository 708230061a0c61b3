#include "cli/offsets/get_offsets_command.h"
#include "unit/cli/options_of.h"

#include <gtest/gtest.h>

namespace barnabas::cli {
namespace {

TEST(GetOffsets, TimesAreWordsOrNumbers) {
    const std::pair<std::string, std::int64_t> rows[] = {
        {"latest", -1},
        {"-1", -1},
        {"earliest", -2},
        {"-2", -2},
        {"max-timestamp", -3},
        {"earliest-local", -4},
        {"latest-tiered", -5},
        {"earliest-pending-upload", -6},
        {"1767225600000", 1767225600000},
        {"0", 0},
    };
    for (const auto& [text, want] : rows) {
        const auto read = parse_offset_spec(text);
        ASSERT_TRUE(read) << text;
        EXPECT_EQ(read->wire_value(), want) << text;
    }
    EXPECT_EQ(sentence(parse_offset_spec("soon")),
              "Malformed time argument soon. Please use -1 or latest / -2 or earliest / -3 or "
              "max-timestamp / -4 or earliest-local / -5 or latest-tiered / -6 or "
              "earliest-pending-upload, or a specified long format timestamp");
}

TEST(GetOffsets, RulesNamePartitions) {
    struct Row {
        std::string text;
        std::string topic;
        PartitionRange range;
    };
    const Row rows[] = {
        {"t", "t", {}},
        {"t:", "t", {}},
        {"t:3", "t", {3, 4}},
        {"t:1-4", "t", {1, 4}},
        {"t:5-", "t", {.begin = 5}},
        {"t:-3", "t", {0, 3}},
        {":2", ".*", {2, 3}},
        {"t.*:0", "t.*", {0, 1}},
    };
    for (const auto& row : rows) {
        const auto read = parse_topic_partition_rule(row.text);
        ASSERT_TRUE(read) << row.text;
        EXPECT_EQ(read->topic, row.topic) << row.text;
        EXPECT_EQ(read->partitions, row.range) << row.text;
    }
    for (const auto* wrong : {"t:a", "t:1-b", "t:1-2-3", "t:1:2"}) {
        EXPECT_EQ(sentence(parse_topic_partition_rule(wrong)),
                  std::string("Invalid rule specification: ") + wrong);
    }
    EXPECT_TRUE((PartitionRange{1, 3}.has(PartitionId(1))));
    EXPECT_FALSE((PartitionRange{1, 3}.has(PartitionId(3))));
}

}  // namespace
}  // namespace barnabas::cli

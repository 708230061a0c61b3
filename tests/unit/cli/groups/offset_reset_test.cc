#include "cli/groups/offset_reset.h"

#include "cli/groups/offset_csv.h"
#include "unit/cli/options_of.h"

#include <gtest/gtest.h>

namespace barnabas::cli {
namespace {

const TopicPartition orders0{.topic = "orders", .partition = PartitionId(0)};

TEST(OffsetReset, TopicsMayNamePartitions) {
    EXPECT_EQ(parse_topic_scope("orders")->partitions, std::nullopt);
    EXPECT_EQ(parse_topic_scope("orders:0,2")->partitions,
              (std::vector<PartitionId>{PartitionId(0), PartitionId(2)}));
    const std::pair<std::string, std::string> wrong[] = {
        {"orders:", "Invalid topic arg 'orders:', expected topic name and partitions"},
        {"a:b:c", "Invalid topic arg 'a:b:c', expected topic name and partitions"},
        {"orders:x", "Invalid partition 'x' specified in topic arg 'orders:x''"},
    };
    for (const auto& [text, want] : wrong) {
        EXPECT_EQ(sentence(parse_topic_scope(text)), want);
    }
}

TEST(OffsetReset, OffsetsStayInTheLog) {
    const auto at = [](std::int64_t wanted) {
        return offset_in_log(orders0, Offset(wanted), Offset(10), Offset(20));
    };
    EXPECT_EQ(at(9).offset, Offset(10));
    EXPECT_EQ(at(9).warning,
              "New offset (9) is lower than earliest offset for topic partition orders-0. Value "
              "will be set to 10.");
    EXPECT_EQ(at(10).warning, std::nullopt);
    EXPECT_EQ(at(20).offset, Offset(20));
    EXPECT_EQ(at(20).warning, std::nullopt);
    EXPECT_EQ(at(21).offset, Offset(20));
    EXPECT_EQ(at(21).warning,
              "New offset (21) is higher than latest offset for topic partition orders-0. Value "
              "will be set to 20.");
}

TEST(OffsetReset, PlansAreATable) {
    EXPECT_EQ(reset_table({{"g", {{orders0, Offset(5)}}}}),
              "\nGROUP           TOPIC           PARTITION  NEW-OFFSET\n"
              "g               orders          0          5\n");
    EXPECT_EQ(reset_table({}), "\n");
    EXPECT_EQ(reset_json({{"g", {{orders0, Offset(5)}}}}),
              "{\"group\":\"g\",\"topic\":\"orders\",\"partition\":0,\"newOffset\":5}\n");
}

TEST(OffsetCsv, IsReadBack) {
    const GroupOffsets plan{{"a group", {{orders0, Offset(5)}}}, {"b", {{orders0, Offset(6)}}}};
    EXPECT_EQ(offsets_csv(plan, true), "\"a group\",orders,0,5\nb,orders,0,6\n");
    EXPECT_EQ(parse_offsets_csv(offsets_csv(plan, true), "").value(), plan);
    EXPECT_EQ(parse_offsets_csv("orders,0,5\r\n\n", "g").value(),
              (GroupOffsets{{"g", {{orders0, Offset(5)}}}}));
    EXPECT_EQ(parse_offsets_csv("g,orders,0,5", "x").value(),
              (GroupOffsets{{"g", {{orders0, Offset(5)}}}}));
    for (const auto* wrong : {"orders,0", "orders,x,5", "orders,0,-1", "a,b,c,d,e"}) {
        EXPECT_FALSE(parse_offsets_csv(wrong, "g")) << wrong;
    }
    EXPECT_EQ(sentence(parse_offsets_csv("orders,0,5", "")),
              "'orders,0,5' is no line of a reset plan; it has group,topic,partition,offset");
}

}  // namespace
}  // namespace barnabas::cli

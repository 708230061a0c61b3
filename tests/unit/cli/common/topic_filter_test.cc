#include "cli/common/topic_filter.h"

#include "unit/cli/options_of.h"

#include <gtest/gtest.h>

namespace barnabas::cli {
namespace {

TEST(TopicFilter, MatchesWholeNames) {
    struct Row {
        const char* expression;
        const char* topic;
        bool want;
    };
    const Row rows[] = {
        {"orders", "orders", true},
        {"orders", "orders2", false},
        {"ord.*", "orders", true},
        {"a,b", "b", true},
        {"'orders'", "orders", true},
        {"\"ord.*\"", "orders", true},
        {"a , b", "b", true},
        {"(?!__).*", "orders", true},
        {"(?!__).*", "__consumer_offsets", false},
        {"", "orders", false},
    };
    for (const auto& row : rows) {
        const auto filter = TopicFilter::parse(row.expression);
        ASSERT_TRUE(filter) << row.expression;
        EXPECT_EQ(filter->matches(row.topic), row.want) << row.expression << " " << row.topic;
    }
    EXPECT_EQ(sentence(TopicFilter::parse("(")), "( is an invalid regex.");
}

}  // namespace
}  // namespace barnabas::cli

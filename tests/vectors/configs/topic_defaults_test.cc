#include "broker/config/definitions.h"
#include "log/topic_config.h"

#include <gtest/gtest.h>

namespace barnabas::testing {
namespace {

/// A broker's settings become its topics' defaults, in the topics' units.
TEST(TopicDefaults, ComeFromTheBroker) {
    struct Row {
        ConfigMap statics;
        ConfigMap dynamic;
        log::LogConfig want;
    };
    const Row rows[] = {
        {{}, {}, {}},
        {{{"log.retention.hours", "1"}}, {}, {.retention_ms = 3'600'000}},
        {{{"log.retention.hours", "1"}, {"log.retention.minutes", "2"}},
         {},
         {.retention_ms = 120'000}},
        {{{"log.retention.ms", "-7"}}, {}, {.retention_ms = -1}},
        {{{"log.retention.hours", "-1"}}, {}, {.retention_ms = -1}},
        {{{"log.retention.minutes", "2"}}, {{"log.retention.ms", "3"}}, {.retention_ms = 3}},
        {{{"log.roll.hours", "2"}}, {}, {.segment_ms = 7'200'000}},
        {{{"log.flush.scheduler.interval.ms", "9"}}, {}, {.flush_ms = 9}},
        {{{"message.max.bytes", "10"}}, {{"message.max.bytes", "20"}}, {.max_message_bytes = 20}},
        {{{"log.segment.bytes", "2000000"}}, {}, {.segment_bytes = 2'000'000}},
    };
    const ConfigDefinition broker = broker::broker_definition();
    const ConfigDefinition topic = log::topic_definition();
    const ConfigMap none;
    for (const Row& row : rows) {
        const auto config = log::resolve_log_config(
            topic, {}, broker,
            {.dynamic_broker = none, .dynamic_default = row.dynamic, .static_broker = row.statics});
        ASSERT_TRUE(config) << config.error().message;
        EXPECT_EQ(*config, row.want) << (row.statics.empty() ? "" : row.statics.begin()->first);
    }
}

/// Each row that a topic's row falls back to is one of the broker's.
TEST(TopicDefaults, NameRowsOfTheBroker) {
    const ConfigDefinition broker = broker::broker_definition();
    for (const ConfigRow& row : log::topic_rows()) {
        for (const ConfigSynonym& synonym : row.extras.synonyms) {
            EXPECT_TRUE(synonym.name.empty() || broker.find(synonym.name) != nullptr) << row.name;
        }
    }
}

}  // namespace
}  // namespace barnabas::testing

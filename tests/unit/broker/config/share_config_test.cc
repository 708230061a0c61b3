#include "broker/config/share_config.h"

#include "broker/cluster_image.h"
#include "broker/config/definitions.h"
#include "broker/settings.h"

#include <gtest/gtest.h>

#include <memory>

namespace barnabas::broker {
namespace {

using std::chrono::milliseconds;

Settings settings_of(const ConfigMap& set) {
    auto loaded = load_broker_config(broker_definition(), set, {});
    EXPECT_TRUE(loaded) << loaded.error().message;
    return {.config = std::move(loaded->config), .statics = set};
}

ClusterImage image_with(const ConfigMap& set) {
    ClusterImage image;
    image.group_configs =
        std::make_shared<const ClusterImage::GroupConfigs>(ClusterImage::GroupConfigs{{"g", set}});
    return image;
}

TEST(ShareConfig, DefaultsAreKafkas) {
    const auto settings = settings_of({});
    const auto& shares = settings.config.groups.shares;
    EXPECT_EQ(shares.coordinator.max_size, 200U);
    EXPECT_EQ(shares.coordinator.initialize_retry_interval, 30s);
    EXPECT_EQ(shares.max_sessions, 2000);
    EXPECT_FALSE(shares.dead_letter_topics_auto_create);
    EXPECT_EQ(shares.dead_letter_prefix, "dlq.");
    EXPECT_EQ(share_settings_of({}, settings, "g"), ShareGroupSettings{});
    const auto times = share_times_of({}, settings, "g");
    EXPECT_EQ(times.heartbeat_interval, 5s);
    EXPECT_EQ(times.session_timeout, 45s);
    EXPECT_EQ(times.assignment_interval, 1s);
}

TEST(ShareConfig, ABrokersValuesHaveToGoTogether) {
    struct Row {
        ConfigMap set;
        const char* want;
    };
    const Row rows[] = {
        {{{"group.share.session.timeout.ms", "44999"}},
         "group.share.session.timeout.ms=44999: must be from 45000 "
         "(group.share.min.session.timeout.ms) to 60000 (group.share.max.session.timeout.ms)"},
        {{{"group.share.heartbeat.interval.ms", "15001"}},
         "group.share.heartbeat.interval.ms=15001: must be from 5000"},
        {{{"group.share.max.session.timeout.ms", "44000"}},
         "group.share.max.session.timeout.ms=44000: must be at least "
         "group.share.min.session.timeout.ms=45000"},
        {{{"group.share.min.session.timeout.ms", "1"}, {"group.share.session.timeout.ms", "5000"}},
         "group.share.session.timeout.ms=5000: must be more than "
         "group.share.heartbeat.interval.ms=5000"},
        {{{"group.share.record.lock.duration.ms", "60001"}},
         "group.share.record.lock.duration.ms=60001: must be from 15000"},
        {{{"group.share.delivery.count.limit", "2"}, {"group.share.min.delivery.count.limit", "3"}},
         "group.share.delivery.count.limit=2: must be from 3"},
        {{{"group.share.partition.max.record.locks", "5000"}},
         "group.share.partition.max.record.locks=5000: must be from 100"},
        {{{"group.share.assignors", "uniform"}}, "group.share.assignors: must be simple"},
    };
    for (const Row& row : rows) {
        const auto loaded = load_broker_config(broker_definition(), row.set, {});
        ASSERT_FALSE(loaded) << row.want;
        EXPECT_EQ(loaded.error().code, ErrorCode::invalid_config);
        EXPECT_NE(loaded.error().message.find(row.want), std::string::npos)
            << loaded.error().message;
    }
}

TEST(ShareConfig, AGroupsOwnValuesCountWithinTheBrokersBounds) {
    const auto settings = settings_of({{"group.share.record.lock.duration.ms", "20000"},
                                       {"group.share.max.delivery.count.limit", "8"}});
    const auto image = image_with({{"share.record.lock.duration.ms", "16000"},
                                   {"share.delivery.count.limit", "10"},
                                   {"share.partition.max.record.locks", "1"},
                                   {"share.auto.offset.reset", "earliest"},
                                   {"share.isolation.level", "read_committed"},
                                   {"share.renew.acknowledge.enable", "FALSE"},
                                   {"share.session.timeout.ms", " 50000 "},
                                   {"share.heartbeat.interval.ms", "99999"},
                                   {"share.assignment.interval.ms", "0"},
                                   {"errors.deadletterqueue.topic.name", "dlq.g"},
                                   {"errors.deadletterqueue.copy.record.enable", "true"}});
    const ShareGroupSettings want{.record_lock_duration = 16s,
                                  .delivery_count_limit = 8,
                                  .partition_max_record_locks = 100,
                                  .auto_offset_reset = {.kind = ShareOffsetReset::Kind::earliest},
                                  .read_committed = true,
                                  .renew_acknowledge_enabled = false,
                                  .dead_letter_topic = "dlq.g",
                                  .dead_letter_copies_record = true};
    EXPECT_EQ(share_settings_of(image, settings, "g"), want);
    const auto times = share_times_of(image, settings, "g");
    EXPECT_EQ(times.session_timeout, 50s);
    EXPECT_EQ(times.heartbeat_interval, 15s);
    EXPECT_EQ(times.assignment_interval, 0s);
    EXPECT_EQ(share_settings_of(image, settings, "other").record_lock_duration, 20s);
}

TEST(ShareConfig, ADurationIsReadAsJavaDoes) {
    const auto settings = settings_of({});
    struct Row {
        const char* text;
        milliseconds want;
    };
    const Row rows[] = {{"PT1H", 1h},      {"P1DT2H3M4.5S", 26h + 3min + 4500ms},
                        {"pt0.001s", 1ms}, {"P2D", 48h},
                        {"+PT90M", 90min}, {"PT0S", 0ms}};
    for (const Row& row : rows) {
        const auto image =
            image_with({{"share.auto.offset.reset", std::string("by_duration:") + row.text}});
        const auto reset = share_settings_of(image, settings, "g").auto_offset_reset;
        EXPECT_EQ(reset.kind, ShareOffsetReset::Kind::by_duration) << row.text;
        EXPECT_EQ(reset.ago, row.want) << row.text;
    }
}

}  // namespace
}  // namespace barnabas::broker

#include "broker/group_configs.h"

#include "broker/config/definitions.h"

#include <gtest/gtest.h>

namespace barnabas::broker {
namespace {

Settings settings_of(const ConfigMap& set) {
    auto loaded = load_broker_config(broker_definition(), set, {});
    EXPECT_TRUE(loaded) << loaded.error().message;
    return {.config = std::move(loaded->config), .statics = set};
}

TEST(GroupConfigs, AGroupsOwnTimesStayWithinTheBrokersBounds) {
    const auto settings = settings_of({{"group.consumer.max.session.timeout.ms", "50000"},
                                       {"group.consumer.heartbeat.interval.ms", "6000"}});
    ClusterImage image;
    image.group_configs =
        std::make_shared<const ClusterImage::GroupConfigs>(ClusterImage::GroupConfigs{
            {"own",
             {{"consumer.session.timeout.ms", "48000"}, {"consumer.assignment.interval.ms", "7"}}},
            {"outside",
             {{"consumer.session.timeout.ms", "60000"}, {"consumer.heartbeat.interval.ms", "1"}}}});
    struct Row {
        std::string_view group;
        int heartbeat;
        int session;
        int assignment;
    };
    const Row rows[] = {
        {"none", 6000, 45'000, 1000}, {"own", 6000, 48'000, 7}, {"outside", 5000, 50'000, 1000}};
    for (const auto& row : rows) {
        const auto times = times_of(image, settings, row.group);
        EXPECT_EQ(times.heartbeat_interval.count(), row.heartbeat) << row.group;
        EXPECT_EQ(times.session_timeout.count(), row.session) << row.group;
        EXPECT_EQ(times.assignment_interval.count(), row.assignment) << row.group;
    }
}

}  // namespace
}  // namespace barnabas::broker

#include "broker/share/dead_letters.h"

#include <gtest/gtest.h>

#include <memory>

namespace barnabas::broker {
namespace {

ClusterImage image_with(const std::string& topic, const ConfigMap& configs) {
    auto made = std::make_shared<TopicImage>();
    made->name = topic;
    made->id = Uuid{{1}};
    made->configs = configs;
    ClusterImage image;
    image.put_topic(std::move(made));
    return image;
}

TEST(DeadLetters, GoOnlyWhereTheyMay) {
    struct Row {
        std::string_view why;
        std::string_view topic;
        std::string prefix;
        bool auto_create;
        bool want;
    };
    const Row rows[] = {
        {"it is there and allows it", "dlq.a", "dlq.", false, true},
        {"it does not allow it", "dlq.closed", "dlq.", true, false},
        {"it can be made", "dlq.new", "dlq.", true, true},
        {"it is not there", "dlq.new", "dlq.", false, false},
        {"another prefix", "dlq.a", "dead.", true, false},
        {"no prefix", "new", "", true, true},
        {"internal", "__dlq", "", true, false},
        {"none", "", "", true, false},
    };
    auto image = image_with("dlq.a", {{"errors.deadletterqueue.group.enable", "true"}});
    auto closed = std::make_shared<TopicImage>();
    closed->name = "dlq.closed";
    closed->id = Uuid{{2}};
    image.put_topic(std::move(closed));
    for (const auto& row : rows) {
        SharesConfig config;
        config.dead_letter_prefix = row.prefix;
        config.dead_letter_topics_auto_create = row.auto_create;
        const auto checked = check_dead_letter_topic(image, config, row.topic);
        EXPECT_EQ(checked.has_value(), row.want) << row.why;
        if (!checked) {
            EXPECT_EQ(checked.error().code, ErrorCode::invalid_config) << row.why;
        }
    }
}

TEST(DeadLetters, NeedATopicAndTheFeature) {
    ClusterImage image;
    ShareGroupSettings group;
    EXPECT_FALSE(has_dead_letters(image, group));
    group.dead_letter_topic = "dlq.a";
    EXPECT_TRUE(has_dead_letters(image, group));
    image.features.levels["share.version"] = 1;
    EXPECT_FALSE(has_dead_letters(image, group));
}

}  // namespace
}  // namespace barnabas::broker

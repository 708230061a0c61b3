#include "cli/records/console_share_consumer_options.h"

#include "cli/records/console_share_consumer_command.h"
#include "unit/cli/options_of.h"

#include <gtest/gtest.h>

#include <string>

namespace barnabas::cli {
namespace {

const std::string shared_to = "--bootstrap-server h:1 ";
const std::string shared_topic = shared_to + "--topic t ";

Result<ShareConsumerPlan> share_plan_of(const std::string& line,
                                        ConsumerProperties properties = {}) {
    const auto given = parsed(console_share_consumer_syntax, line);
    EXPECT_TRUE(given) << sentence(given);
    EXPECT_EQ(sentence(check_console_share_consumer(*given)), "") << line;
    return plan_console_share_consumer(*given, std::move(properties));
}

TEST(ConsoleShareConsumer, OptionsGoTogetherAsInKafka) {
    const std::pair<std::string, std::string> rows[] = {
        {shared_topic, ""},
        {shared_topic + "--reject-message-on-error --reject", ""},
        {shared_to, "--topic is a required argument"},
        {"--topic t", "Missing required argument \"[bootstrap-server]\""},
        {shared_topic + "--reject --release",
         "At most one of --reject and --release may be specified."},
        {shared_topic + "--consumer-property a=1 --command-property b=1",
         "Options --consumer-property and --command-property cannot be specified together."},
        {shared_topic + "--consumer-config a --command-config b",
         "Options --consumer-config and --command-config cannot be specified together."},
        {shared_topic + "--property a=1 --formatter-property b=1",
         "Options --property and --formatter-property cannot be specified together."},
        {shared_topic + "--from-beginning", "from-beginning is not a recognized option"},
    };
    for (const auto& [line, want] : rows) {
        EXPECT_EQ(complaint(console_share_consumer_syntax, line, check_console_share_consumer),
                  want)
            << line;
    }
}

TEST(ConsoleShareConsumer, SetsWhatKafkasToolSets) {
    const auto plan = share_plan_of(shared_topic);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->consumer, (ClientConfig{{"bootstrap.servers", "h:1"},
                                            {"client.id", "console-share-consumer"},
                                            {"group.id", "console-share-consumer"},
                                            {"share.acknowledgement.mode", "explicit"}}));
    EXPECT_EQ(plan->topic, "t");
    EXPECT_EQ(plan->acknowledge, AcknowledgeType::accept);
    EXPECT_FALSE(plan->rejects_unprintable);
    EXPECT_FALSE(plan->messages_max);
    EXPECT_FALSE(plan->timeout_ms);
}

TEST(ConsoleShareConsumer, DoesWithRecordsWhatItIsTold) {
    const std::pair<std::string, AcknowledgeType> rows[] = {
        {"", AcknowledgeType::accept},
        {"--reject", AcknowledgeType::reject},
        {"--release", AcknowledgeType::release},
    };
    for (const auto& [line, want] : rows) {
        EXPECT_EQ(share_plan_of(shared_topic + line)->acknowledge, want) << line;
    }
    const auto plan = share_plan_of(shared_topic +
                                    "--reject-message-on-error --max-messages 3 "
                                    "--timeout-ms 100 --key-deserializer K");
    EXPECT_TRUE(plan->rejects_unprintable);
    EXPECT_EQ(plan->messages_max, 3);
    EXPECT_EQ(plan->timeout_ms, 100);
    EXPECT_EQ(plan->formatter, (ClientConfig{{"key.deserializer", "K"}}));
}

TEST(ConsoleShareConsumer, TakesTheGroupFromOnePlace) {
    struct Row {
        std::string line;
        ClientConfig file;
        ClientConfig entries;
        std::string want;  ///< the group, or a sentence
    };
    const Row rows[] = {
        {.line = "", .file = {}, .entries = {}, .want = "console-share-consumer"},
        {.line = "--group g", .file = {}, .entries = {}, .want = "g"},
        {.line = "--group g", .file = {{"group.id", "g"}}, .entries = {}, .want = "g"},
        {.line = "", .file = {}, .entries = {{"group.id", "e"}}, .want = "e"},
        {.line = "--group g",
         .file = {{"group.id", "f"}},
         .entries = {},
         .want = "The group ids provided in different places (directly using '--group', via "
                 "'--consumer-property', or via '--consumer-config') do not match. Detected group "
                 "ids: 'f', 'g'"},
    };
    for (const Row& row : rows) {
        const auto plan = share_plan_of(shared_topic + row.line,
                                        {.consumer = {.file = row.file, .entries = row.entries}});
        EXPECT_EQ(plan ? plan->consumer.at("group.id") : plan.error().message, row.want);
    }
}

TEST(ConsoleShareConsumer, AcknowledgesByItself) {
    const auto plan = share_plan_of(
        shared_topic,
        {.consumer = {.file = {}, .entries = {{"share.acknowledgement.mode", "implicit"}}}});
    EXPECT_NE(sentence(plan).find("it can only be 'explicit'"), std::string::npos);
}

}  // namespace
}  // namespace barnabas::cli

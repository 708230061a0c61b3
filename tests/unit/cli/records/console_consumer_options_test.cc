#include "cli/records/console_consumer_options.h"

#include "cli/records/console_consumer_command.h"
#include "unit/cli/options_of.h"

#include <gtest/gtest.h>

#include <string>

namespace barnabas::cli {
namespace {

const std::string to = "--bootstrap-server h:1 ";
const std::string of_topic = to + "--topic t ";

Result<ConsumerPlan> plan_of(const std::string& line, ConsumerProperties properties = {}) {
    const auto given = parsed(console_consumer_syntax, line);
    EXPECT_TRUE(given) << sentence(given);
    EXPECT_EQ(sentence(check_console_consumer(*given)), "") << line;
    return plan_console_consumer(*given, std::move(properties), 1'234'567);
}

TEST(ConsoleConsumer, OptionsGoTogetherAsInKafka) {
    const std::string one_of =
        "Exactly one of the following arguments is required: [topic], [include]";
    const std::pair<std::string, std::string> rows[] = {
        {of_topic, ""},
        {to + "--include t.*", ""},
        {to, one_of},
        {of_topic + "--include t", one_of},
        {to + "--include t --partition 0", "The topic is required when partition is specified."},
        {of_topic + "--partition 0 --offset 1 --from-beginning",
         "Options from-beginning and offset cannot be specified together."},
        {of_topic + "--offset 1", "The partition is required when offset is specified."},
        {"--topic t", "Missing required argument \"[bootstrap-server]\""},
        {of_topic + "--consumer-property a=1 --command-property b=1",
         "Options --consumer-property and --command-property cannot be specified together."},
        {of_topic + "--consumer.config a --command-config b",
         "Options --consumer.config and --command-config cannot be specified together."},
        {of_topic + "--property a=1 --formatter-property b=1",
         "Options --property and --formatter-property cannot be specified together."},
        {of_topic + "--max-messages many", "Cannot parse argument 'many' of option max-messages"},
        {of_topic + "--whitelist t", "whitelist is not a recognized option"},
    };
    for (const auto& [line, want] : rows) {
        EXPECT_EQ(complaint(console_consumer_syntax, line, check_console_consumer), want) << line;
    }
}

TEST(ConsoleConsumer, SetsWhatKafkasToolSets) {
    const auto plan = plan_of(of_topic);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->consumer, (ClientConfig{{"bootstrap.servers", "h:1"},
                                            {"client.id", "console-consumer"},
                                            {"group.id", "console-consumer-34567"},
                                            {"auto.offset.reset", "latest"},
                                            {"enable.auto.commit", "false"}}));
    EXPECT_EQ(plan->topic, "t");
    EXPECT_FALSE(plan->include);
    EXPECT_FALSE(plan->partition);
    EXPECT_FALSE(plan->messages_max);
    EXPECT_FALSE(plan->timeout_ms);
    EXPECT_TRUE(plan->may_choose_protocol);
}

TEST(ConsoleConsumer, TakesConfigurationsFromAllPlaces) {
    struct Row {
        std::string line;
        GivenProperties properties;
        std::string name;
        std::string want;
    };
    const Row rows[] = {
        {"--from-beginning", {}, "auto.offset.reset", "earliest"},
        {"", {.entries = {{"auto.offset.reset", "none"}}}, "auto.offset.reset", "none"},
        {"--from-beginning",
         {.file = {{"auto.offset.reset", "earliest"}}},
         "auto.offset.reset",
         "earliest"},
        {"--isolation-level read_committed",
         {.entries = {{"isolation.level", "x"}}},
         "isolation.level",
         "read_committed"},
        {"",
         {.file = {{"isolation.level", "read_committed"}}},
         "isolation.level",
         "read_committed"},
        {"", {.file = {{"client.id", "a"}}, .entries = {{"client.id", "b"}}}, "client.id", "b"},
        {"--group g", {}, "group.id", "g"},
        {"", {.file = {{"group.id", "g"}}}, "group.id", "g"},
        {"--group g",
         {.file = {{"group.id", "g"}}, .entries = {{"group.id", "g"}}},
         "group.id",
         "g"},
        {"", {.entries = {{"enable.auto.commit", "true"}}}, "enable.auto.commit", "true"},
    };
    for (const auto& row : rows) {
        auto plan = plan_of(of_topic + row.line, {.consumer = row.properties});
        ASSERT_TRUE(plan) << sentence(plan);
        EXPECT_EQ(plan->consumer[row.name], row.want) << row.line;
    }
    EXPECT_FALSE(plan_of(of_topic + "--group g")->consumer.contains("enable.auto.commit"));
}

TEST(ConsoleConsumer, RefusesPropertiesThatContradict) {
    const std::pair<std::pair<std::string, GivenProperties>, std::string> rows[] = {
        {{"--group g", {.entries = {{"group.id", "h"}}}},
         "The group ids provided in different places (directly using '--group', via "
         "'--consumer-property', or via '--consumer.config') do not match. Detected group ids: "
         "'g', 'h'"},
        {{"--partition 0 --group g", {}},
         "Options group and partition cannot be specified together."},
        {{"--from-beginning", {.entries = {{"auto.offset.reset", "latest"}}}},
         "Can't simultaneously specify --from-beginning and 'auto.offset.reset=latest', please "
         "remove one option"},
        {{"--partition 0 --offset -1", {}},
         "The provided offset value '-1' is incorrect. Valid values are 'earliest', 'latest', or "
         "a non-negative long."},
        {{"--partition 0 --offset soon", {}},
         "The provided offset value 'soon' is incorrect. Valid values are 'earliest', 'latest', or "
         "a non-negative long."},
    };
    for (const auto& [asked, want] : rows) {
        EXPECT_EQ(sentence(plan_of(of_topic + asked.first, {.consumer = asked.second})), want);
    }
}

TEST(ConsoleConsumer, BeginsWhereItIsTold) {
    const std::pair<std::string, PartitionStart> rows[] = {
        {"", PartitionEnd::latest},
        {"--from-beginning", PartitionEnd::earliest},
        {"--offset LATEST", PartitionEnd::latest},
        {"--offset earliest", PartitionEnd::earliest},
        {"--offset 42", Offset(42)},
    };
    for (const auto& [line, want] : rows) {
        const auto plan = plan_of(of_topic + "--partition 3 " + line);
        ASSERT_TRUE(plan) << sentence(plan);
        EXPECT_EQ(plan->partition, PartitionId(3));
        EXPECT_EQ(plan->start, want) << line;
        EXPECT_FALSE(plan->may_choose_protocol);
        EXPECT_FALSE(plan->consumer.contains("group.id"));
    }
}

TEST(ConsoleConsumer, CountsAndWaitsAsInKafka) {
    EXPECT_EQ(plan_of(of_topic + "--max-messages 5")->messages_max, 5);
    EXPECT_EQ(plan_of(of_topic + "--max-messages -1")->messages_max, std::nullopt);
    EXPECT_EQ(plan_of(of_topic + "--max-messages -2")->messages_max, 0);
    EXPECT_EQ(plan_of(of_topic + "--timeout-ms 7")->timeout_ms, 7);
    EXPECT_EQ(plan_of(of_topic + "--timeout-ms -7")->timeout_ms, std::nullopt);
}

TEST(ConsoleConsumer, LeavesTheProtocolToWhoeverSaysAnything) {
    EXPECT_FALSE(plan_of(of_topic + "--group g")->may_choose_protocol);
    for (const auto* name : {"group.protocol", "partition.assignment.strategy",
                             "session.timeout.ms", "heartbeat.interval.ms"}) {
        EXPECT_FALSE(
            plan_of(of_topic, {.consumer = {.entries = {{name, "classic"}}}})->may_choose_protocol)
            << name;
    }
}

TEST(ConsoleConsumer, GathersTheFormattersProperties) {
    const auto plan = plan_of(
        of_topic + "--key-deserializer K --value-deserializer V",
        {.formatter = {.file = {{"print.key", "true"},
                                {"key.deserializer", "file"},
                                {"null.literal", "file"}},
                       .entries = {{"value.deserializer", "entry"}, {"null.literal", "entry"}}}});
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->formatter, (ClientConfig{{"print.key", "true"},
                                             {"key.deserializer", "K"},
                                             {"value.deserializer", "entry"},
                                             {"null.literal", "entry"}}));
}

TEST(ConsoleConsumer, WarnsOfNamesThatGo) {
    const auto warnings = [](const std::string& line) {
        return console_consumer_warnings(*parsed(console_consumer_syntax, of_topic + line));
    };
    EXPECT_TRUE(warnings("--command-property a=1 --formatter-property b=1").empty());
    EXPECT_EQ(warnings("--property a=1 --consumer.config f --consumer-property b=1"),
              (std::vector<std::string>{
                  "Option --consumer-property is deprecated and will be removed in a future "
                  "version. Use --command-property instead.",
                  "Option --consumer.config is deprecated and will be removed in a future "
                  "version. Use --command-config instead.",
                  "Option --property is deprecated and will be removed in a future version. Use "
                  "--formatter-property instead."}));
}

}  // namespace
}  // namespace barnabas::cli

#include "cli/records/console_producer_options.h"

#include "cli/records/console_producer_command.h"
#include "unit/cli/options_of.h"

#include <gtest/gtest.h>

#include <string>

namespace barnabas::cli {
namespace {

const std::string to = "--bootstrap-server h:1 --topic t ";

ClientConfig config_of(const std::string& line, ClientConfig properties = {}) {
    const auto given = parsed(console_producer_syntax, to + line);
    EXPECT_TRUE(given) << sentence(given);
    return console_producer_config(*given, std::move(properties));
}

TEST(ConsoleProducer, OptionsGoTogetherAsInKafka) {
    const std::pair<std::string, std::string> rows[] = {
        {to, ""},
        {"--bootstrap-server h:1", "Missing required argument \"[topic]\""},
        {"--topic t", "Missing required argument \"[bootstrap-server]\""},
        {to + "--command-config a --producer.config b",
         "Options --command-config and --producer.config cannot be specified together."},
        {to + "--command-property a=1 --producer-property b=1",
         "Options --command-property and --producer-property cannot be specified together."},
        {to + "--reader-property a=1 --property b=1",
         "Options --reader-property and --property cannot be specified together."},
        {to + "--line-reader org.apache.kafka.tools.LineMessageReader", ""},
        {to + "--line-reader my.Reader",
         "There is no line reader 'my.Reader': classes cannot be loaded here, and "
         "org.apache.kafka.tools.LineMessageReader is built in"},
        {to + "--timeout soon", "Cannot parse argument 'soon' of option timeout"},
        {to + "--sync --sync", ""},
        {to + "--broker-list h:1", "broker-list is not a recognized option"},
    };
    for (const auto& [line, want] : rows) {
        EXPECT_EQ(complaint(console_producer_syntax, line, check_console_producer), want) << line;
    }
}

TEST(ConsoleProducer, SetsWhatKafkasToolSets) {
    EXPECT_EQ(config_of(""), (ClientConfig{{"bootstrap.servers", "h:1"},
                                           {"client.id", "console-producer"},
                                           {"acks", "-1"},
                                           {"batch.size", "16384"},
                                           {"buffer.memory", "33554432"},
                                           {"linger.ms", "1000"},
                                           {"max.block.ms", "60000"},
                                           {"metadata.max.age.ms", "300000"},
                                           {"request.timeout.ms", "1500"},
                                           {"retries", "3"},
                                           {"retry.backoff.ms", "100"},
                                           {"send.buffer.bytes", "102400"}}));
}

TEST(ConsoleProducer, OptionsGoBeforePropertiesAndThoseBeforeDefaults) {
    struct Row {
        std::string line;
        ClientConfig properties;
        std::string name;
        std::string want;
    };
    const Row rows[] = {
        {"--timeout 5", {{"linger.ms", "7"}}, "linger.ms", "5"},
        {"", {{"linger.ms", "7"}}, "linger.ms", "7"},
        {"--sync", {}, "linger.ms", "0"},
        {"--sync", {{"linger.ms", "7"}}, "linger.ms", "7"},
        {"--sync --timeout 5", {}, "linger.ms", "5"},
        {"--request-required-acks all", {{"acks", "1"}}, "acks", "all"},
        {"--request-timeout-ms +9", {}, "request.timeout.ms", "9"},
        {"--message-send-max-retries 4", {}, "retries", "4"},
        {"--retry-backoff-ms 6", {}, "retry.backoff.ms", "6"},
        {"--socket-buffer-size -1", {}, "send.buffer.bytes", "-1"},
        {"--max-memory-bytes 1000000", {}, "buffer.memory", "1000000"},
        {"--batch-size 10", {{"batch.size", "20"}}, "batch.size", "10"},
        {"--batch-size 10 --max-partition-memory-bytes 30", {}, "batch.size", "30"},
        {"--metadata-expiry-ms 11", {}, "metadata.max.age.ms", "11"},
        {"--max-block-ms 12", {}, "max.block.ms", "12"},
        {"--compression-codec", {}, "compression.type", "gzip"},
        {"--compression-codec zstd", {{"compression.type", "lz4"}}, "compression.type", "zstd"},
        {"", {{"compression.type", "lz4"}}, "compression.type", "lz4"},
        {"", {{"client.id", "me"}}, "client.id", "me"},
        {"", {{"bootstrap.servers", "other:1"}}, "bootstrap.servers", "h:1"},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(config_of(row.line, row.properties)[row.name], row.want) << row.line;
    }
}

TEST(ConsoleProducer, WarnsOfNamesThatGo) {
    const auto warnings = [](const std::string& line) {
        return console_producer_warnings(*parsed(console_producer_syntax, to + line));
    };
    EXPECT_TRUE(warnings("--command-property a=1").empty());
    EXPECT_EQ(warnings("--property a=1 --producer.config f --producer-property b=1"),
              (std::vector<std::string>{
                  "Warning: --producer-property is deprecated and will be removed in a future "
                  "version. Use --command-property instead.",
                  "Warning: --producer.config is deprecated and will be removed in a future "
                  "version. Use --command-config instead.",
                  "Warning: --property is deprecated and will be removed in a future version. Use "
                  "--reader-property instead."}));
    EXPECT_EQ(warnings("--max-partition-memory-bytes 1").size(), 1U);
}

}  // namespace
}  // namespace barnabas::cli

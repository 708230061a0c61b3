#include "cli/configs/configs_command.h"
#include "cli/configs/configs_options.h"
#include "cli/configs/configs_text.h"
#include "unit/cli/options_of.h"

#include <gtest/gtest.h>

namespace barnabas::cli {
namespace {

TEST(Configs, OptionsGoTogetherAsInKafka) {
    const std::string to = "--bootstrap-server h:1 ";
    const std::pair<std::string, std::string> rows[] = {
        {to + "--describe --topic t", ""},
        {to + "--describe", "At least one entity type must be specified"},
        {to + "--topic t", "Command must include exactly one action: --describe, --alter"},
        {"--describe --topic t",
         "Either --bootstrap-server or --bootstrap-controller must be specified."},
        {to + "--describe --entity-type topics --entity-type topics",
         "Duplicate entity type(s) specified: topics"},
        {to + "--describe --entity-type tables",
         "Invalid entity type tables, the entity type must be one of broker-loggers, topics, "
         "clients, users, brokers, ips, client-metrics, groups with a --bootstrap-server or "
         "--bootstrap-controller argument"},
        {to + "--describe --topic t --broker 1",
         "Only 'users' and 'clients' entity types may be specified together"},
        {to + "--describe --entity-type users --client c",
         "--entity-{type,name,default} should not be used in conjunction with specific entity "
         "flags"},
        {to + "--describe --broker one",
         "The entity name for brokers must be a valid integer broker id, but it is: one"},
        {to + "--describe --entity-type topics --entity-default",
         "--entity-default must not be specified with --describe of topics"},
        {to + "--describe --entity-type broker-loggers",
         "An entity name must be specified with --describe of broker-loggers"},
        {to + "--alter --entity-type topics --add-config a=b",
         "An entity name must be specified with --alter of topics"},
        {to + "--alter --entity-type brokers --add-config a=b",
         "An entity-name or default entity must be specified with --alter of users, clients, "
         "brokers or ips"},
        {to + "--alter --broker-defaults --add-config a=b", ""},
        {to + "--alter --topic t",
         "At least one of --add-config, --add-config-file, or --delete-config must be specified "
         "with --alter"},
        {to + "--alter --topic t --add-config a=b --add-config-file f",
         "Only one of --add-config or --add-config-file must be specified"},
        {to + "--describe --topic t --add-config a=b",
         "Option \"[describe]\" can't be used with option \"[add-config]\""},
    };
    for (const auto& [line, want] : rows) {
        EXPECT_EQ(complaint(configs_syntax, line, check_configs), want) << line;
    }
}

TEST(Configs, EntitiesAreTypesWithNames) {
    const auto of = [](const std::string& line) {
        return config_entities(*parsed(configs_syntax, line));
    };
    EXPECT_EQ(
        of("--entity-type users --entity-name u --entity-type clients --entity-default").names,
        (std::vector<std::string>{"u", ""}));
    EXPECT_EQ(of("--broker-defaults").type(), "brokers");
    EXPECT_EQ(of("--client c --user u").types, (std::vector<std::string>{"clients", "users"}));
    EXPECT_EQ(of("--client c --user u").names, (std::vector<std::string>{"c", "u"}));
    EXPECT_TRUE(of("--entity-type topics").names.empty());
}

TEST(Configs, BracketsKeepCommas) {
    using Map = std::map<std::string, std::string>;
    EXPECT_EQ(parse_added_configs("a=b").value_or(Map{}), (Map{{"a", "b"}}));
    EXPECT_EQ(parse_added_configs("a=[b,c], d = e ,f=").value_or(Map{}),
              (Map{{"a", "b,c"}, {"d", "e"}, {"f", ""}}));
    EXPECT_EQ(parse_added_configs("a=[k=v]").value_or(Map{}), (Map{{"a", "k=v"}}));
    for (const auto* wrong : {"a", "a=b=c", "", "a=b,"}) {
        EXPECT_FALSE(parse_added_configs(wrong)) << wrong;
    }
    EXPECT_EQ(sentence(parse_added_configs("a b=c")),
              "Invalid character found for config key: a b");
}

TEST(Configs, LinesAreKafkas) {
    const admin::ConfigEntry entry{
        .name = "retention.ms",
        .value = "7",
        .source = admin::ConfigSource::dynamic_topic_config,
        .synonyms = {{.name = "retention.ms",
                      .value = "7",
                      .source = admin::ConfigSource::dynamic_topic_config},
                     {.name = "log.retention.ms",
                      .value = std::nullopt,
                      .source = admin::ConfigSource::default_config}},
        .documentation = {},
    };
    EXPECT_EQ(config_line(entry),
              "  retention.ms=7 sensitive=false synonyms={DYNAMIC_TOPIC_CONFIG:retention.ms=7, "
              "DEFAULT_CONFIG:log.retention.ms=null}");
    EXPECT_EQ(config_line({.name = "secret",
                           .value = std::nullopt,
                           .sensitive = true,
                           .synonyms = {},
                           .documentation = {}}),
              "  secret=null sensitive=true synonyms={}");
    EXPECT_EQ(configs_heading("topics", "t", false), "Dynamic configs for topic t are:");
    EXPECT_EQ(configs_heading("brokers", "1", true), "All configs for broker 1 are:");
    EXPECT_EQ(configs_heading("brokers", "", false),
              "Default configs for brokers in the cluster are:");
    EXPECT_EQ(no_entity("groups", "g"),
              "The group 'g' doesn't exist and doesn't have dynamic config.");
    EXPECT_EQ(configs_updated("topics", "t"), "Completed updating config for topic t.");
    EXPECT_EQ(configs_updated("brokers", ""),
              "Completed updating default config for brokers in the cluster.");
}

}  // namespace
}  // namespace barnabas::cli

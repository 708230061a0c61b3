#include "base/config_resolver.h"

#include <gtest/gtest.h>

namespace barnabas {
namespace {

using enum ConfigSource;

constexpr auto medium = ConfigImportance::medium;
constexpr ConfigExtras retention = synonyms("log.retention.ms", {"log.retention.minutes", 60'000},
                                            {"log.retention.hours", 3'600'000});

constexpr ConfigRow broker_rows[] = {
    {"broker.rack", ConfigType::string, nullptr, any_value(), ConfigScope::read_only, medium, "A."},
    {"listeners", ConfigType::list, "PLAINTEXT://:9092", list_of(), ConfigScope::per_broker, medium,
     "A."},
    {"log.cleanup.policy", ConfigType::list, "delete", list_of("compact delete"),
     ConfigScope::cluster_wide, medium, "A."},
    {"log.retention.ms",
     ConfigType::int64,
     nullptr,
     any_value(),
     ConfigScope::cluster_wide,
     medium,
     "A.",
     {},
     retention},
    {"log.retention.minutes",
     ConfigType::int32,
     nullptr,
     any_value(),
     ConfigScope::read_only,
     medium,
     "A.",
     {},
     retention},
    {"log.retention.hours",
     ConfigType::int32,
     "168",
     any_value(),
     ConfigScope::read_only,
     medium,
     "A.",
     {},
     retention},
    {"ssl.key.password", ConfigType::password, nullptr, any_value(), ConfigScope::per_broker,
     medium, "A."},
};

constexpr ConfigRow topic_rows[] = {
    {"cleanup.policy",
     ConfigType::list,
     "delete",
     list_of("compact delete"),
     ConfigScope::resource,
     medium,
     "A.",
     {},
     synonyms("log.cleanup.policy")},
    {"retention.ms",
     ConfigType::int64,
     "604800000",
     at_least(-1),
     ConfigScope::resource,
     medium,
     "A.",
     {},
     retention},
    {"throttled", ConfigType::list, "", list_of(), ConfigScope::resource, medium, "A."},
};

struct Fixture {
    ConfigDefinition broker{"broker", {broker_rows}};
    ConfigDefinition topic{"topic", {topic_rows}};
    ConfigMap own, defaults, statics;

    [[nodiscard]] BrokerConfigLayers layers() const { return {own, defaults, statics}; }
    [[nodiscard]] ResolvedConfig broker_config(std::string_view name) const {
        return resolve_broker_config(broker, *broker.find(name), layers());
    }
    [[nodiscard]] ResolvedConfig topic_config(std::string_view name, const ConfigMap& set) const {
        return resolve_resource_config(*topic.find(name), set, dynamic_topic, broker, layers());
    }
};

std::string lines(const ResolvedConfig& config) {
    std::string text =
        fmt::format("{} {}", config.value.value_or("null"), static_cast<int>(config.source));
    for (const auto& synonym : config.synonyms) {
        text += fmt::format("; {}={} {}", synonym.name, synonym.value.value_or("null"),
                            static_cast<int>(synonym.source));
    }
    return text;
}

TEST(ResolveBrokerConfig, StrongestLayerWinsAndAllAreListed) {
    Fixture f;
    EXPECT_EQ(lines(f.broker_config("log.cleanup.policy")),
              "delete 5; log.cleanup.policy=delete 5");
    f.statics = {{"log.cleanup.policy", "compact"}};
    f.defaults = {{"log.cleanup.policy", "compact , delete"}};
    EXPECT_EQ(
        lines(f.broker_config("log.cleanup.policy")),
        "compact,delete 3; log.cleanup.policy=compact , delete 3; log.cleanup.policy=compact 4; "
        "log.cleanup.policy=delete 5");
    f.own = {{"log.cleanup.policy", "delete"}};
    EXPECT_EQ(f.broker_config("log.cleanup.policy").source, dynamic_broker);
}

TEST(ResolveBrokerConfig, ListsSynonymsFromItsOwnNameOn) {
    Fixture f;
    f.statics = {{"log.retention.hours", "24"}};
    EXPECT_EQ(lines(f.broker_config("log.retention.ms")), "null 5");
    f.defaults = {{"log.retention.ms", "5"}};
    EXPECT_EQ(lines(f.broker_config("log.retention.ms")),
              "5 3; log.retention.ms=5 3; log.retention.hours=24 4; log.retention.hours=168 5");
    EXPECT_EQ(lines(f.broker_config("log.retention.hours")),
              "24 4; log.retention.hours=24 4; log.retention.hours=168 5");
    EXPECT_TRUE(f.broker_config("log.retention.hours").read_only);
    EXPECT_FALSE(f.broker_config("log.retention.ms").read_only);
}

TEST(ResolveBrokerConfig, KeepsPasswordsToItself) {
    Fixture f;
    f.statics = {{"ssl.key.password", "secret"}};
    EXPECT_EQ(lines(f.broker_config("ssl.key.password")), "null 4; ssl.key.password=null 4");
}

TEST(ResolveResourceConfig, FallsBackToTheBrokerInItsOwnUnit) {
    Fixture f;
    EXPECT_EQ(lines(f.topic_config("retention.ms", {})), "604800000 5");
    f.statics = {{"log.retention.hours", "2"}};
    EXPECT_EQ(lines(f.topic_config("retention.ms", {})),
              "7200000 4; log.retention.hours=2 4; log.retention.hours=168 5");
    f.statics = {{"log.retention.hours", "-1"}};
    EXPECT_EQ(f.topic_config("retention.ms", {}).value, "-1");
    f.defaults = {{"log.retention.ms", "9"}};
    EXPECT_EQ(f.topic_config("retention.ms", {}).value, "9");
    EXPECT_EQ(lines(f.topic_config("retention.ms", {{"retention.ms", "1"}})).substr(0, 25),
              "1 1; retention.ms=1 1; lo");
    EXPECT_EQ(lines(f.topic_config("throttled", {})), " 5");
}

TEST(MergeLayers, AStrongerSynonymHidesTheOthers) {
    Fixture f;
    f.statics = {{"log.retention.ms", "1"}, {"log.retention.hours", "2"}, {"broker.rack", "r"}};
    f.defaults = {{"log.retention.minutes", "3"}, {"log.cleanup.policy", "compact"}};
    EXPECT_EQ(merge_layers(f.broker, f.layers()), (ConfigMap{{"log.retention.minutes", "3"},
                                                             {"log.cleanup.policy", "compact"},
                                                             {"broker.rack", "r"}}));
    f.own = {{"log.retention.ms", "4"}};
    EXPECT_EQ(merge_layers(f.broker, f.layers()).at("log.retention.ms"), "4");
    EXPECT_FALSE(merge_layers(f.broker, f.layers()).contains("log.retention.minutes"));
}

TEST(DropUnusable, KeepsWhatIsGoodAndNamesTheRest) {
    const Fixture f;
    ConfigMap set{
        {"retention.ms", "1"}, {"message.format.version", "2.8"}, {"cleanup.policy", "x"}};
    EXPECT_EQ(drop_unusable(f.topic, set).size(), 2U);
    EXPECT_EQ(set, (ConfigMap{{"retention.ms", "1"}}));
}

TEST(EffectiveConfigs, GiveEachRowOneValue) {
    Fixture f;
    f.statics = {{"log.retention.minutes", "3"}};
    const auto values =
        effective_configs(f.topic, {{"cleanup.policy", "compact"}}, f.broker, f.layers());
    ASSERT_TRUE(values) << values.error().message;
    EXPECT_EQ(values->integer("retention.ms"), 180'000);
    EXPECT_EQ(values->list("cleanup.policy"), std::vector<std::string>{"compact"});
    EXPECT_TRUE(values->list("throttled").empty());
}

TEST(AlterConfigs, AppliesEachOperation) {
    using enum ConfigOperation;
    struct Row {
        ConfigMap before;
        ConfigChange change;
        ConfigMap after;
    };
    const Row rows[] = {
        {{}, {"retention.ms", "5", set}, {{"retention.ms", "5"}}},
        {{{"retention.ms", "5"}}, {"retention.ms", {}, remove}, {}},
        {{}, {"cleanup.policy", "compact", append}, {{"cleanup.policy", "delete,compact"}}},
        {{{"throttled", "a,b"}}, {"throttled", "b,c", append}, {{"throttled", "a,b,c"}}},
        {{{"throttled", "a,b"}}, {"throttled", "b,x", subtract}, {{"throttled", "a"}}},
        {{{"throttled", "a"}}, {"throttled", "a", subtract}, {{"throttled", ""}}},
        {{}, {"gone.in.this.version", {}, remove}, {}},
    };
    const Fixture f;
    for (const Row& row : rows) {
        const auto got = alter_configs(f.topic, row.before, {&row.change, 1});
        ASSERT_TRUE(got) << got.error().message;
        EXPECT_EQ(*got, row.after);
    }
}

TEST(AlterConfigs, RefusesWithKafkasCodes) {
    using enum ConfigOperation;
    struct Row {
        std::vector<ConfigChange> changes;
        ErrorCode want;
    };
    const Row rows[] = {
        {{{"retention.ms", "5"}, {"retention.ms", "6"}}, ErrorCode::invalid_request},
        {{{"retention.ms", {}, set}}, ErrorCode::invalid_request},
        {{{"retention.ms", "5", append}}, ErrorCode::invalid_config},
        {{{"retention.msx", "5", set}}, ErrorCode::invalid_config},
        {{{"retention.msx", "5", subtract}}, ErrorCode::invalid_config},
    };
    const Fixture f;
    for (const Row& row : rows) {
        const auto got = alter_configs(f.topic, {}, row.changes);
        ASSERT_FALSE(got);
        EXPECT_EQ(got.error().code, row.want) << got.error().message;
    }
}

TEST(ValidateDynamicBrokerConfigs, KnowsWhatMayChangeAndForWhom) {
    struct Row {
        ConfigMap set;
        bool one;  // good for one broker
        bool all;  // good as the cluster's default
    };
    const Row rows[] = {
        {{{"log.cleanup.policy", "compact"}}, true, true},
        {{{"log.cleanup.policy", "none"}}, false, false},
        {{{"broker.rack", "r"}}, false, false},
        {{{"listeners", "PLAINTEXT://:1"}}, true, false},
        {{{"listener.name.internal.ssl.key.password", "x"}}, true, false},
        {{{"nothing", "x"}}, false, false},
    };
    const Fixture f;
    for (const Row& row : rows) {
        EXPECT_EQ(validate_dynamic_broker_configs(f.broker, row.set, true).has_value(), row.one)
            << row.set.begin()->first;
        EXPECT_EQ(validate_dynamic_broker_configs(f.broker, row.set, false).has_value(), row.all)
            << row.set.begin()->first;
    }
}

}  // namespace
}  // namespace barnabas

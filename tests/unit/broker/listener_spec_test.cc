#include "broker/listener_spec.h"

#include <gtest/gtest.h>

namespace barnabas::broker {
namespace {

TEST(ListenerSpec, ReadsNamesHostsAndPorts) {
    struct Row {
        std::string_view text;
        ListenerSpec want;
    };
    const Row rows[] = {
        {"PLAINTEXT://:9092", {"PLAINTEXT", {"", 9092}}},
        {"plaintext://localhost:0", {"PLAINTEXT", {"localhost", 0}}},
        {"INTERNAL://0.0.0.0:65535", {"INTERNAL", {"0.0.0.0", 65535}}},
        {"V6://[::1]:9093", {"V6", {"::1", 9093}}},
    };
    for (const auto& row : rows) {
        const auto spec = parse_listener(row.text);
        ASSERT_TRUE(spec) << row.text << ": " << spec.error().message;
        EXPECT_EQ(*spec, row.want) << row.text;
    }
}

TEST(ListenerSpec, SaysWhatIsWrong) {
    struct Row {
        std::string_view text;
        std::string_view says;
    };
    const Row rows[] = {
        {"localhost:9092", "no NAME://"},          {"PLAINTEXT://localhost", "no port"},
        {"PLAINTEXT://::1:9092", "brackets"},      {"PLAINTEXT://h:65536", "0 to 65535"},
        {"PLAINTEXT://h:", "0 to 65535"},          {"PLAINTEXT://h:9x", "0 to 65535"},
        {"://h:1", "no NAME://"},
    };
    for (const auto& row : rows) {
        const auto spec = parse_listener(row.text);
        ASSERT_FALSE(spec) << row.text;
        EXPECT_NE(spec.error().message.find(row.says), std::string::npos) << spec.error().message;
    }
}

struct SetRow {
    const char* name;
    std::vector<std::string> listeners;
    std::vector<std::string> advertised;
    std::vector<std::string> protocols;
    std::string_view says;  // empty: good
};

TEST(Listeners, AreCheckedAgainstEachOther) {
    const SetRow rows[] = {
        {"one", {"PLAINTEXT://:9092"}, {}, {"PLAINTEXT:PLAINTEXT"}, ""},
        {"two", {"A://:1", "B://:2"}, {"A://h:1", "B://h:2"}, {"A:PLAINTEXT", "b:plaintext"}, ""},
        {"none", {}, {}, {"PLAINTEXT:PLAINTEXT"}, "is empty"},
        {"twice", {"A://:1", "A://:2"}, {}, {"A:PLAINTEXT"}, "twice"},
        {"not listened on", {"A://:1"}, {"B://h:2"}, {"A:PLAINTEXT"}, "names B"},
        {"any address", {"A://:1"}, {"A://0.0.0.0:1"}, {"A:PLAINTEXT"}, "no address"},
        {"no protocol", {"A://:1"}, {}, {"B:PLAINTEXT"}, "add A:PLAINTEXT"},
        {"tls", {"A://:1"}, {}, {"A:SSL"}, "does not serve"},
        {"bad map", {"A://:1"}, {}, {"A"}, "NAME:PROTOCOL"},
    };
    for (const auto& row : rows) {
        const auto result = resolve_listeners(row.listeners, row.advertised, row.protocols);
        EXPECT_EQ(result.has_value(), row.says.empty()) << row.name;
        if (!result) {
            EXPECT_NE(result.error().message.find(row.says), std::string::npos)
                << row.name << ": " << result.error().message;
        }
    }
}

TEST(Listeners, AdvertiseWhatClientsCanReach) {
    const Listeners listeners{.listen = {{"A", {"", 0}}, {"B", {"127.0.0.1", 7}}},
                              .advertised = {{"B", {"broker.example", 0}}}};
    EXPECT_EQ(advertised_endpoint(listeners, {"A", {"::", 4242}}, "my-host"),
              (runtime::Endpoint{"my-host", 4242}));
    EXPECT_EQ(advertised_endpoint(listeners, {"B", {"127.0.0.1", 7}}, "my-host"),
              (runtime::Endpoint{"broker.example", 7}));
    EXPECT_EQ(to_string({"::1", 9092}), "[::1]:9092");
}

}  // namespace
}  // namespace barnabas::broker

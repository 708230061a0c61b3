#include "base/error_code.h"
#include "support/vectors.h"
#include "wire/api.h"
#include "wire/headers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>

namespace barnabas::testing {
namespace {

std::int16_t int16_of(const boost::json::value& value) {
    return static_cast<std::int16_t>(value.as_int64());
}

bool lists(const boost::json::array& names, std::string_view name) {
    return std::ranges::any_of(names, [&](const auto& each) { return each.as_string() == name; });
}

void expect_header_versions(const wire::ApiInfo& api, const boost::json::object& by_version) {
    for (const auto& [text, headers] : by_version) {
        std::int16_t version = -1;
        std::from_chars(text.data(), text.data() + text.size(), version);
        EXPECT_TRUE(api.request.versions.contains(version)) << version;
        EXPECT_TRUE(api.response.versions.contains(version)) << version;
        EXPECT_EQ(wire::request_header_version(api.key, version), int16_of(headers.at(0)));
        EXPECT_EQ(wire::response_header_version(api.key, version), int16_of(headers.at(1)));
    }
}

void expect_versions(const wire::ApiInfo& api, const boost::json::object& line) {
    if (!line.at("has_valid_version").as_bool()) {
        EXPECT_EQ(api.kafka_versions, wire::no_versions);
        return;
    }
    EXPECT_EQ(api.kafka_versions.first, int16_of(line.at("min")));
    EXPECT_EQ(api.kafka_versions.last, int16_of(line.at("max_stable")));
    // Kafka 4 says from when on its own versions are; those that it dropped may have been, too.
    const auto& flexible = line.at("flexible_from");
    EXPECT_EQ(std::max(api.request.flexible_since, api.kafka_versions.first),
              flexible.is_null() ? wire::never_flexible : int16_of(flexible));
    expect_header_versions(api, line.at("header_versions").as_object());
}

TEST(VectorsOfApiKeys, AreTheTableOfApis) {
    for (const auto& line : vector_lines("api-keys")) {
        SCOPED_TRACE(boost::json::serialize(line));
        const auto* api = wire::find_api(int16_of(line.at("key")));
        ASSERT_NE(api, nullptr);
        EXPECT_EQ(api->name, line.at("name").as_string());
        EXPECT_EQ(api->cluster_action, line.at("cluster_action").as_bool());
        EXPECT_EQ(api->forwardable, line.at("forwardable").as_bool());
        const auto& listeners = line.at("listeners").as_array();
        EXPECT_EQ(api->for_brokers, lists(listeners, "BROKER"));
        EXPECT_EQ(api->for_controllers, lists(listeners, "CONTROLLER"));
        expect_versions(*api, line);
    }
}

TEST(VectorsOfErrors, AreTheTableOfErrorCodes) {
    for (const auto& line : vector_lines("errors")) {
        const ErrorCode code{int16_of(line.at("code"))};
        SCOPED_TRACE(error_name(code));
        EXPECT_EQ(std::ranges::count(all_error_codes(), code), 1) << line.at("code");
        EXPECT_EQ(error_name(code), line.at("name").as_string());
        EXPECT_EQ(is_retriable(code), line.at("retriable").as_bool());
        EXPECT_EQ(means_stale_metadata(code), line.at("invalid_metadata").as_bool());
    }
}

}  // namespace
}  // namespace barnabas::testing

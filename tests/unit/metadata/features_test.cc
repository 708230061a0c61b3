#include "metadata/features.h"

#include "metadata/cluster_state.h"
#include "metadata/embedded_store.h"
#include "metadata/layout.h"
#include "support/store_calls.h"

#include <gtest/gtest.h>

namespace barnabas::metadata {
namespace {

TEST(Features, WhatIsWrittenReadsBack) {
    const FeatureLevels levels{{"group.version", 0}, {"transaction.version", 2}};
    const auto text = encode_features(levels);
    EXPECT_EQ(text, R"({"features":{"group.version":0,"transaction.version":2},"version":2,)"
                    R"("status":1})");
    const auto read = decode_features("/feature", text);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, levels);
    EXPECT_EQ(encode_features({}), encode_no_features());
}

TEST(Features, ReadsWhatKafkasBrokersWrote) {
    struct Row {
        const char* text;
        std::optional<FeatureLevels> want;  // nothing: it is refused
    };
    const Row rows[] = {
        {R"({"features":{},"version":2,"status":1})", FeatureLevels{}},
        {R"({"version":2,"status":1})", FeatureLevels{}},
        {R"({"features":{"f":3},"version":2,"status":0})", FeatureLevels{}},
        {R"({"features":{"f":{"min_version_level":1,"max_version_level":4}},"version":1,)"
         R"("status":1})",
         FeatureLevels{{"f", 4}}},
        {R"({"features":{"f":32768},"version":2,"status":1})", std::nullopt},
        {R"({"features":{"f":-1},"version":2,"status":1})", std::nullopt},
        {R"({"features":{"f":"2"},"version":2,"status":1})", std::nullopt},
        {R"({"features":[],"version":2,"status":1})", std::nullopt},
        {R"({"features":{},"version":2})", std::nullopt},
        {"[]", std::nullopt},
        {"", std::nullopt},
    };
    for (const auto& row : rows) {
        const auto read = decode_features("/feature", row.text);
        EXPECT_EQ(read.has_value(), row.want.has_value()) << row.text;
        if (read && row.want) {
            EXPECT_EQ(*read, *row.want) << row.text;
        } else if (!read) {
            EXPECT_TRUE(read.error().message.starts_with("/feature: ")) << read.error().message;
        }
    }
}

TEST(Features, EachChangeHasAHigherVersion) {
    const auto store = prepared_store();
    const auto stored = [&] {
        const auto state =
            result_of<ClusterState>([&](auto done) { load_cluster_state(*store, done); });
        EXPECT_TRUE(state) << state.error().message;
        return state->features;
    };
    const auto none = stored();
    EXPECT_TRUE(none.levels.empty());
    NodeVersion last = none.version;
    for (std::int16_t level = 0; level < 3; ++level) {
        const auto version =
            result_of<NodeVersion>([&](auto done) { set_features(*store, {{"f", level}}, done); });
        ASSERT_TRUE(version) << version.error().message;
        EXPECT_GT(*version, last);
        last = *version;
        const auto now = stored();
        EXPECT_EQ(now.levels, (FeatureLevels{{"f", level}}));
        EXPECT_EQ(now.version, last);
    }
}

}  // namespace
}  // namespace barnabas::metadata

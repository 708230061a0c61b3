#pragma once

#include "base/result.h"
#include "cli/framework/command.h"
#include <barnabas/admin.h>

#include <map>
#include <string>

namespace barnabas::cli {

/// `features`: kafka-features.
extern const Syntax features_syntax;
int run_features(const ParsedOptions& options, Console& console);

/// What describe prints, a line for each feature.
[[nodiscard]] std::string features_text(const admin::FeatureMetadata& features);

/// "metadata.version=5". Errors in Kafka's words.
struct FeatureLevel {
    std::string name;
    std::int16_t level = 0;

    friend bool operator==(const FeatureLevel&, const FeatureLevel&) = default;
};
[[nodiscard]] Result<FeatureLevel> parse_feature_level(std::string_view text);

}  // namespace barnabas::cli

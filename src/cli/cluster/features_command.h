#pragma once

#include "base/result.h"
#include "cli/cluster/kafka_releases.h"
#include "cli/framework/command.h"
#include <barnabas/admin.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace barnabas::cli {

/// `features`: kafka-features.
extern const Syntax features_syntax;
int run_features(const ParsedOptions& options, Console& console);

/// What describe prints, a line for each feature.
[[nodiscard]] std::string features_text(const admin::FeatureMetadata& features);

/// "metadata.version=5". Errors in Kafka's words.
[[nodiscard]] Result<FeatureLevel> parse_feature_level(std::string_view text);
/// What stands before and behind its equals sign, without the spaces around.
[[nodiscard]] std::pair<std::string_view, std::string_view> split_feature_level(
    std::string_view text);

}  // namespace barnabas::cli

#pragma once

#include "base/result.h"
#include "base/types.h"
#include "cli/cluster/kafka_releases.h"
#include "metadata/features.h"
#include "runtime/disk.h"
#include "runtime/random.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace barnabas::cli {

/// What `storage format` is asked to do.
struct FormatRequest {
    std::string cluster_id;
    BrokerId node;
    std::vector<std::string> directories;  // those of log.dirs, in its order
    bool ignore_formatted = false;
    metadata::FeatureLevels levels{};  // of Barnabas's features, that the cluster begins with
};

/// The levels that --release-version and --feature ask for, of those features that Barnabas has;
/// none where neither is there. Kafka's other features are checked, as Kafka does. Errors in its
/// words.
[[nodiscard]] Result<metadata::FeatureLevels> levels_asked_for(
    const std::optional<std::string>& release, std::span<const FeatureLevel> features);

/// Gives the directories to the broker, as its start would do that chose a cluster's id itself, and
/// answers which: those that were its own before are left as they are. An error where one is
/// somebody else's, or was formatted and that is not to be ignored; nothing is written then.
[[nodiscard]] Result<std::vector<std::string>> format_directories(runtime::Disk& disk,
                                                                  runtime::Random& random,
                                                                  const FormatRequest& request);

}  // namespace barnabas::cli

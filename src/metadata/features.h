#pragma once

#include "base/result.h"
#include "metadata/store.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace barnabas::metadata {

/// The level of each feature that somebody has set, by name (KIP-584). 0: it is off.
using FeatureLevels = std::map<std::string, std::int16_t, std::less<>>;

/// What /feature holds, and how often it changed.
struct StoredFeatures {
    FeatureLevels levels;
    NodeVersion version{-1};  // -1: there is no such node
};

/// /feature, version 2 (kafka.zk.FeatureZNode). Version 1, which had ranges of levels, is read, and
/// the upper one counts; a node that is disabled holds none.
[[nodiscard]] std::string encode_features(const FeatureLevels& levels);
[[nodiscard]] Result<FeatureLevels> decode_features(std::string_view path, std::string_view json);

/// Replaces what is stored, and answers the node's version.
void set_features(Store& store, const FeatureLevels& levels,
                  std::move_only_function<void(Result<NodeVersion>)> done);

}  // namespace barnabas::metadata

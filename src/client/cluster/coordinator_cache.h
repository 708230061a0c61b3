#pragma once

#include "base/types.h"
#include "client/cluster/target.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace barnabas::client {

/// Which broker coordinates what, as last heard. No I/O.
class CoordinatorCache {
public:
    [[nodiscard]] std::optional<BrokerId> find(CoordinatorType type, std::string_view key) const;
    void learn(CoordinatorType type, std::string key, BrokerId broker);
    /// Nothing happens if another broker than `broker` is known by now: who says so late is wrong.
    void forget(CoordinatorType type, std::string_view key, BrokerId broker);
    /// All that `broker` coordinates.
    void forget_broker(BrokerId broker);
    void clear() { brokers_.clear(); }

private:
    using Key = std::pair<CoordinatorType, std::string>;
    std::map<Key, BrokerId> brokers_;
};

}  // namespace barnabas::client

#include "client/cluster/coordinator_cache.h"

namespace barnabas::client {

std::optional<BrokerId> CoordinatorCache::find(CoordinatorType type, std::string_view key) const {
    const auto found = brokers_.find(Key(type, key));
    return found != brokers_.end() ? std::optional(found->second) : std::nullopt;
}

void CoordinatorCache::learn(CoordinatorType type, std::string key, BrokerId broker) {
    brokers_.insert_or_assign(Key(type, std::move(key)), broker);
}

void CoordinatorCache::forget(CoordinatorType type, std::string_view key, BrokerId broker) {
    const auto found = brokers_.find(Key(type, key));
    if (found != brokers_.end() && found->second == broker) {
        brokers_.erase(found);
    }
}

void CoordinatorCache::forget_broker(BrokerId broker) {
    std::erase_if(brokers_, [broker](const auto& entry) { return entry.second == broker; });
}

}  // namespace barnabas::client

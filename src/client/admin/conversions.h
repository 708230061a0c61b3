#pragma once

#include "base/types.h"
#include "wire/messages/metadata.h"
#include <barnabas/admin/acl_operation.h>
#include <barnabas/admin/cluster.h>
#include <barnabas/admin/configs.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::client::admin_api {

// Between the wire's words and the public ones.

/// The bits of an authorizedOperations field; nothing where it says that it was not asked for.
[[nodiscard]] admin::AuthorizedOperations operations_of(std::int32_t bits);

[[nodiscard]] admin::ConfigSource config_source_of(std::int8_t source);
[[nodiscard]] admin::ConfigType config_type_of(std::int8_t type);

using PartitionNumbers = std::vector<std::int32_t>;

/// Partitions by topic, as most requests want them.
template <class Partitions>
[[nodiscard]] std::map<std::string, PartitionNumbers> by_topic(const Partitions& partitions) {
    std::map<std::string, PartitionNumbers> topics;
    for (const TopicPartition& partition : partitions) {
        topics[partition.topic].push_back(partition.partition.get());
    }
    return topics;
}

template <class Map>
[[nodiscard]] std::set<typename Map::key_type> keys_of(const Map& map) {
    std::set<typename Map::key_type> keys;
    for (const auto& [key, value] : map) {
        keys.insert(key);
    }
    return keys;
}

/// What a call was about, for its errors.
[[nodiscard]] std::string about_group(const std::string& id);
[[nodiscard]] std::string about_offset(const std::string& group, const TopicPartition& partition);
[[nodiscard]] std::string about_partition(const TopicPartition& partition);

[[nodiscard]] std::vector<std::int32_t> numbers_of(const std::vector<BrokerId>& brokers);
[[nodiscard]] std::vector<BrokerId> brokers_of(const std::vector<std::int32_t>& numbers);

/// The cluster's brokers, for answers that have their ids alone.
class Nodes {
public:
    Nodes() = default;
    explicit Nodes(const std::vector<wire::MetadataResponse::Broker>& brokers);

    /// One that is not there has no host.
    [[nodiscard]] admin::Node find(std::int32_t id) const;
    [[nodiscard]] std::vector<admin::Node> find(const std::vector<std::int32_t>& ids) const;
    /// By id.
    [[nodiscard]] std::vector<admin::Node> all() const;

private:
    std::map<std::int32_t, admin::Node> nodes_;
};

}  // namespace barnabas::client::admin_api

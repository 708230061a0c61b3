#pragma once

#include <barnabas/admin/acl_operation.h>
#include <barnabas/time.h>
#include <barnabas/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::admin {

/// A broker as clients are told to reach it.
struct Node {
    BrokerId id = no_broker;
    std::string host{};
    std::int32_t port = 0;
    std::optional<std::string> rack{};

    friend bool operator==(const Node&, const Node&) = default;
};

/// What describe_cluster() asks for besides the brokers, and how long it takes at most.
struct DescribeClusterOptions {
    std::optional<Duration> timeout{};
    bool include_authorized_operations = false;
    /// Also brokers that are registered but not in service; brokers before 4.0 cannot say
    /// (UNSUPPORTED_VERSION).
    bool include_fenced_brokers = false;
};

/// A cluster as one of its brokers tells of it.
struct ClusterDescription {
    /// One that is registered; a fenced one is not in service.
    struct Broker : Node {
        bool fenced = false;
    };

    std::string cluster_id;
    std::optional<Node> controller;
    std::vector<Broker> brokers;  ///< by id
    AuthorizedOperations authorized_operations;
};

/// Which versions of one API a broker serves, and which this client would use with it.
struct ApiVersionRange {
    std::int16_t api_key = 0;
    std::string name;  ///< Kafka's, as "Produce"; "UNKNOWN(99)" where this client has no name
    std::int16_t version_min = 0;
    std::int16_t version_max = 0;
    std::optional<std::int16_t> usable;  ///< nothing: no version that both know
};

/// What one broker serves, and what of it this client can use.
struct BrokerApiVersions {
    Node node;
    std::vector<ApiVersionRange> apis;  ///< by key
    /// What this client knows and the broker does not offer, by key: version_min and version_max
    /// are the client's.
    std::vector<ApiVersionRange> unsupported;
};

/// The levels of a feature, both ends included.
struct FeatureVersions {
    std::int16_t version_min = 0;
    std::int16_t version_max = 0;

    friend bool operator==(const FeatureVersions&, const FeatureVersions&) = default;
};

/// Of describe_features().
struct DescribeFeaturesOptions {
    std::optional<Duration> timeout{};
    std::optional<BrokerId> broker{};  ///< who is asked; nothing: any broker
};

/// Features by name: what is in force, since which epoch, and what the broker could do.
struct FeatureMetadata {
    std::map<std::string, FeatureVersions> finalized;
    std::optional<std::int64_t> finalized_epoch;
    std::map<std::string, FeatureVersions> supported;
};

/// How a feature's level may change, with the numbers of the wire.
enum class FeatureUpgradeType : std::int8_t {
    unknown = 0,
    upgrade = 1,
    safe_downgrade = 2,
    unsafe_downgrade = 3,
};

/// Level 0 deletes the finalized feature: it must be a downgrade.
struct FeatureUpdate {
    std::int16_t version_max_level = 0;
    FeatureUpgradeType type = FeatureUpgradeType::upgrade;
};

/// Of update_features(); validate_only changes nothing.
struct UpdateFeaturesOptions {
    std::optional<Duration> timeout{};
    bool validate_only = false;
};

}  // namespace barnabas::admin

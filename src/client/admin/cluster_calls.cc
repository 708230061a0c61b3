// The cluster itself: its brokers, what they serve, and its features.
#include "client/admin/all_brokers.h"
#include "client/admin/conversions.h"
#include "client/admin/plans.h"
#include "client/admin/single_call.h"
#include "wire/api.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/describe_cluster.h"
#include "wire/messages/metadata.h"
#include "wire/messages/update_features.h"

#include <algorithm>

namespace barnabas::client::admin_api {
namespace {

using admin::ApiVersionRange;
using admin::BrokerApiVersions;
using admin::ClusterDescription;
using admin::FeatureMetadata;
using wire::ApiVersionsRequest;
using wire::ApiVersionsResponse;
using wire::DescribeClusterRequest;
using wire::DescribeClusterResponse;
using wire::MetadataRequest;
using wire::MetadataResponse;
using wire::UpdateFeaturesRequest;
using wire::UpdateFeaturesResponse;

std::optional<admin::Node> controller_of(const ClusterDescription& cluster, std::int32_t id) {
    const auto found = std::ranges::find(cluster.brokers, BrokerId{id}, &admin::Node::id);
    return found == cluster.brokers.end() ? std::nullopt : std::optional<admin::Node>(*found);
}

/// DescribeCluster (KIP-700), or Metadata where the broker does not have that.
class DescribeCluster final : public Handler<Whole, ClusterDescription> {
public:
    explicit DescribeCluster(const admin::DescribeClusterOptions& options) : options_(options) {}

    Route route(const Whole& /*key*/) const override { return Route::to_any(); }
    std::string describe(const Whole& /*key*/) const override { return "the cluster"; }
    Asks requests(const admin::Node& /*to*/, std::vector<Whole> keys,
                  Duration /*time_left*/) override {
        Asks asks;
        asks.push_back(from_metadata_ ? ask_metadata(std::move(keys))
                                      : ask_cluster(std::move(keys)));
        return asks;
    }
    Verdict<ClusterDescription> unsupported(const Whole& /*key*/, const Error& error) override {
        if (from_metadata_ || options_.include_fenced_brokers) {
            return Verdict<ClusterDescription>(std::unexpected(error));
        }
        from_metadata_ = true;
        return Verdict<ClusterDescription>(Next::otherwise, error);
    }

private:
    using Asked = Ask<Whole, ClusterDescription>;
    using Told = Verdicts<Whole, ClusterDescription>;

    Asked ask_cluster(std::vector<Whole> keys) const {
        constexpr std::int16_t first_with_fenced = 2;
        DescribeClusterRequest request;
        request.include_cluster_authorized_operations = options_.include_authorized_operations;
        request.include_fenced_brokers = options_.include_fenced_brokers;
        const std::int16_t first = options_.include_fenced_brokers ? first_with_fenced : 0;
        auto read = [this](const DescribeClusterResponse& response) {
            Told told;
            told.emplace(Whole{}, read_cluster(response));
            return told;
        };
        return ask<Whole, ClusterDescription>(std::move(keys), std::move(request), std::move(read),
                                              {first, DescribeClusterRequest::versions.last});
    }

    [[nodiscard]] Verdict<ClusterDescription> read_cluster(
        const DescribeClusterResponse& response) const {
        const auto code = ErrorCode{response.error_code};
        if (code != ErrorCode::none) {
            return Verdict<ClusterDescription>(
                std::unexpected(broker_error(code, response.error_message, "the cluster")));
        }
        ClusterDescription cluster{
            .cluster_id = response.cluster_id,
            .controller = {},
            .brokers = {},
            .authorized_operations = operations(response.cluster_authorized_operations)};
        for (const auto& broker : response.brokers) {
            cluster.brokers.push_back({{.id = BrokerId{broker.broker_id},
                                        .host = broker.host,
                                        .port = broker.port,
                                        .rack = broker.rack},
                                       broker.is_fenced});
        }
        std::ranges::sort(cluster.brokers, {}, &admin::Node::id);
        cluster.controller = controller_of(cluster, response.controller_id);
        return Verdict<ClusterDescription>(std::move(cluster));
    }

    Asked ask_metadata(std::vector<Whole> keys) const {
        MetadataRequest request{.allow_auto_topic_creation = false};
        request.include_cluster_authorized_operations = options_.include_authorized_operations;
        auto read = [this](const MetadataResponse& response) {
            Told told;
            told.emplace(Whole{}, read_metadata(response));
            return told;
        };
        return ask<Whole, ClusterDescription>(std::move(keys), std::move(request), std::move(read),
                                              {1, MetadataRequest::versions.last});
    }

    [[nodiscard]] Verdict<ClusterDescription> read_metadata(
        const MetadataResponse& response) const {
        ClusterDescription cluster{
            .cluster_id = response.cluster_id.value_or(""),
            .controller = {},
            .brokers = {},
            .authorized_operations = operations(response.cluster_authorized_operations)};
        for (const auto& node : Nodes(response.brokers).all()) {
            cluster.brokers.push_back({node, false});
        }
        cluster.controller = controller_of(cluster, response.controller_id);
        return Verdict<ClusterDescription>(std::move(cluster));
    }

    [[nodiscard]] admin::AuthorizedOperations operations(std::int32_t bits) const {
        return options_.include_authorized_operations ? operations_of(bits) : std::nullopt;
    }

    admin::DescribeClusterOptions options_;
    bool from_metadata_ = false;
};

ApiVersionsRequest versions_request() {
    ApiVersionsRequest request;
    request.client_software_name = "barnabas";
    request.client_software_version = BARNABAS_VERSION;
    return request;
}

ApiVersionRange range_of(const ApiVersionsResponse::ApiKey& api) {
    ApiVersionRange range{.api_key = api.api_key,
                          .name = fmt::format("UNKNOWN({})", api.api_key),
                          .version_min = api.min_version,
                          .version_max = api.max_version,
                          .usable = {}};
    if (const auto* known = wire::find_api(api.api_key)) {
        range.name = known->name;
        const auto usable = std::min(api.max_version, known->request.versions.last);
        if (usable >= std::max(api.min_version, known->request.versions.first)) {
            range.usable = usable;
        }
    }
    return range;
}

BrokerApiVersions versions_of(const admin::Node& node, const ApiVersionsResponse& response) {
    BrokerApiVersions versions{.node = node, .apis = {}, .unsupported = {}};
    for (const auto& api : response.api_keys) {
        versions.apis.push_back(range_of(api));
    }
    std::ranges::sort(versions.apis, {}, &ApiVersionRange::api_key);
    for (const auto& known : wire::all_apis()) {
        const bool offered =
            std::ranges::binary_search(versions.apis, known.key, {}, &ApiVersionRange::api_key);
        if (known.for_brokers && !offered) {
            versions.unsupported.push_back({.api_key = known.key,
                                            .name = std::string(known.name),
                                            .version_min = known.request.versions.first,
                                            .version_max = known.request.versions.last,
                                            .usable = {}});
        }
    }
    return versions;
}

class ApiVersions final : public Handler<BrokerId, BrokerApiVersions> {
public:
    explicit ApiVersions(std::vector<admin::Node> nodes) {
        for (auto& node : nodes) {
            const BrokerId id = node.id;
            nodes_.emplace(id, std::move(node));
        }
    }

    Route route(const BrokerId& id) const override { return Route::to_broker(id); }
    std::string describe(const BrokerId& id) const override { return fmt::format("broker {}", id); }
    Asks requests(const admin::Node& /*to*/, std::vector<BrokerId> keys,
                  Duration /*time_left*/) override {
        const BrokerId id = keys.front();
        auto read = [this, id](const ApiVersionsResponse& response) {
            Verdicts<BrokerId, BrokerApiVersions> told;
            const auto code = ErrorCode{response.error_code};
            if (code != ErrorCode::none) {
                told.emplace(id, Verdict<BrokerApiVersions>(std::unexpected(
                                     broker_error(code, std::nullopt, describe(id)))));
            } else {
                told.emplace(id, Verdict<BrokerApiVersions>(versions_of(node(id), response)));
            }
            return told;
        };
        return ask_once(std::move(keys), versions_request(), std::move(read));
    }

private:
    [[nodiscard]] admin::Node node(BrokerId id) const {
        const auto found = nodes_.find(id);
        return found == nodes_.end() ? admin::Node{.id = id} : found->second;
    }

    std::map<BrokerId, admin::Node> nodes_;
};

FeatureMetadata features_of(const ApiVersionsResponse& response) {
    FeatureMetadata features;
    for (const auto& feature : response.supported_features) {
        features.supported[feature.name] = {feature.min_version, feature.max_version};
    }
    for (const auto& feature : response.finalized_features) {
        features.finalized[feature.name] = {feature.min_version_level, feature.max_version_level};
    }
    if (response.finalized_features_epoch >= 0) {
        features.finalized_epoch = response.finalized_features_epoch;
    }
    return features;
}

class UpdateFeatures final : public Handler<std::string, void> {
public:
    UpdateFeatures(std::map<std::string, admin::FeatureUpdate> updates, bool validate_only)
        : updates_(std::move(updates)), validate_only_(validate_only) {}

    Route route(const std::string& /*feature*/) const override { return Route::to_controller(); }
    std::string describe(const std::string& feature) const override {
        return fmt::format("feature {}", feature);
    }
    Asks requests(const admin::Node& /*to*/, std::vector<std::string> keys,
                  Duration time_left) override {
        constexpr std::int16_t first_that_validates = 1;
        UpdateFeaturesRequest request;
        request.timeout_ms = to_timeout_ms(time_left);
        request.validate_only = validate_only_;
        for (const auto& name : keys) {
            const auto& update = updates_.at(name);
            auto& wire = request.feature_updates.emplace_back();
            wire.feature = name;
            wire.max_version_level = update.version_max_level;
            wire.upgrade_type = static_cast<std::int8_t>(update.type);
            wire.allow_downgrade = update.type != admin::FeatureUpgradeType::upgrade;
        }
        const std::int16_t first = validate_only_ ? first_that_validates : 0;
        auto read = [keys](const UpdateFeaturesResponse& response) {
            return verdicts(keys, response);
        };
        return ask_once(std::move(keys), std::move(request), std::move(read),
                        {first, UpdateFeaturesRequest::versions.last});
    }

private:
    /// From version 2 on there are no results of features: all are changed, or none.
    [[nodiscard]] static Verdicts<std::string, void> verdicts(
        const std::vector<std::string>& keys, const UpdateFeaturesResponse& response) {
        const auto code = ErrorCode{response.error_code};
        if (code != ErrorCode::none) {
            return all_refused<std::string, void>(
                keys, next_with_controller(code),
                broker_error(code, response.error_message, "the features were not changed"));
        }
        Verdicts<std::string, void> told;
        for (const auto& result : response.results) {
            const auto its_code = ErrorCode{result.error_code};
            if (its_code != ErrorCode::none) {
                told.emplace(result.feature, Verdict<void>(std::unexpected(broker_error(
                                                 its_code, result.error_message,
                                                 fmt::format("feature {}", result.feature)))));
            }
        }
        for (const auto& key : keys) {
            told.try_emplace(key, Result<void>{});
        }
        return told;
    }

    std::map<std::string, admin::FeatureUpdate> updates_;
    bool validate_only_;
};

}  // namespace

Plan<ClusterDescription> describe_cluster_plan(const admin::DescribeClusterOptions& options,
                                               const Settings& settings) {
    return whole_plan<ClusterDescription>(std::make_unique<DescribeCluster>(options), settings);
}

Plan<std::vector<admin::Node>> list_brokers_plan(const Settings& settings) {
    using Brokers = std::vector<admin::Node>;
    auto read = [](const MetadataResponse& response) {
        auto brokers = Nodes(response.brokers).all();
        if (brokers.empty()) {
            // A broker that has just started may not know any yet.
            return Verdict<Brokers>(
                Next::again, {ErrorCode::broker_not_available, "the metadata has no broker"});
        }
        return Verdict<Brokers>(std::move(brokers));
    };
    SingleCall<MetadataRequest> call{.route = Route::to_any(),
                                     .about = "the cluster's brokers",
                                     .request = {.allow_auto_topic_creation = false},
                                     .versions = {1, MetadataRequest::versions.last}};
    return single_plan<Brokers>(std::move(call), std::move(read), settings);
}

Plan<Outcomes<BrokerId, BrokerApiVersions>> api_versions_plan(std::set<BrokerId> brokers,
                                                              const Settings& settings) {
    if (brokers.empty()) {
        auto handler = [](std::vector<admin::Node> nodes)
            -> std::unique_ptr<Handler<BrokerId, BrokerApiVersions>> {
            return std::make_unique<ApiVersions>(std::move(nodes));
        };
        return all_brokers_plan<BrokerApiVersions>(std::move(handler), settings);
    }
    return keyed_plan<BrokerId, BrokerApiVersions>(
        std::move(brokers), std::make_unique<ApiVersions>(std::vector<admin::Node>{}), settings);
}

Plan<FeatureMetadata> describe_features_plan(const admin::DescribeFeaturesOptions& options,
                                             const Settings& settings) {
    auto read = [](const ApiVersionsResponse& response) {
        const auto code = ErrorCode{response.error_code};
        if (code != ErrorCode::none) {
            return Verdict<FeatureMetadata>(
                std::unexpected(broker_error(code, std::nullopt, "the cluster's features")));
        }
        return Verdict<FeatureMetadata>(features_of(response));
    };
    SingleCall<ApiVersionsRequest> call{
        .route = options.broker ? Route::to_broker(*options.broker) : Route::to_any(),
        .about = "the cluster's features",
        .request = versions_request()};
    return single_plan<FeatureMetadata>(std::move(call), std::move(read), settings);
}

Plan<Outcomes<std::string>> update_features_plan(
    std::map<std::string, admin::FeatureUpdate> updates,
    const admin::UpdateFeaturesOptions& options, const Settings& settings) {
    auto keys = keys_of(updates);
    return keyed_plan<std::string, void>(
        std::move(keys),
        std::make_unique<UpdateFeatures>(std::move(updates), options.validate_only), settings);
}

}  // namespace barnabas::client::admin_api

// Configurations: a broker's own are asked from that broker, all others from any one, which passes
// changes on to the controller.
#include "client/admin/conversions.h"
#include "client/admin/plans.h"
#include "client/admin/single_call.h"
#include "wire/messages/describe_configs.h"
#include "wire/messages/incremental_alter_configs.h"
#include "wire/messages/list_config_resources.h"

#include <charconv>

namespace barnabas::client::admin_api {
namespace {

using admin::ConfigResource;
using admin::ConfigResourceType;
using wire::DescribeConfigsRequest;
using wire::DescribeConfigsResponse;
using wire::IncrementalAlterConfigsRequest;
using wire::IncrementalAlterConfigsResponse;
using wire::ListConfigResourcesRequest;
using wire::ListConfigResourcesResponse;

std::string about_resource(const ConfigResource& resource) {
    return fmt::format("the configuration of {} '{}'", admin::to_text(resource.type),
                       resource.name);
}

ConfigResourceType resource_type_of(std::int8_t type) {
    switch (ConfigResourceType{type}) {
        case ConfigResourceType::topic:
        case ConfigResourceType::broker:
        case ConfigResourceType::broker_logger:
        case ConfigResourceType::client_metrics:
        case ConfigResourceType::group:
            return ConfigResourceType{type};
        default:
            return ConfigResourceType::unknown;
    }
}

/// Of the one broker that can tell, or of whichever.
bool is_of_one_broker(const ConfigResource& resource) {
    return (resource.type == ConfigResourceType::broker && !resource.name.empty()) ||
           resource.type == ConfigResourceType::broker_logger;
}

std::optional<BrokerId> broker_of(const ConfigResource& resource) {
    std::int32_t id = -1;
    const char* const end = resource.name.data() + resource.name.size();
    const auto [stopped, error] = std::from_chars(resource.name.data(), end, id);
    return error == std::errc{} && stopped == end && id >= 0 ? std::optional(BrokerId{id})
                                                             : std::nullopt;
}

Route route_of(const ConfigResource& resource) {
    return is_of_one_broker(resource) ? Route::to_broker(*broker_of(resource)) : Route::to_any();
}

/// What is wrong with the resources themselves.
std::optional<Error> trouble_with(const std::set<ConfigResource>& resources) {
    for (const auto& resource : resources) {
        if (is_of_one_broker(resource) && !broker_of(resource)) {
            return Error{ErrorCode::invalid_request,
                         fmt::format("'{}' is no broker's id: a broker goes by its number, as 1",
                                     resource.name)};
        }
    }
    return std::nullopt;
}

admin::ConfigEntry entry_of(const DescribeConfigsResponse::Result::Config& config) {
    admin::ConfigEntry entry{.name = config.name,
                             .value = config.value,
                             .source = config_source_of(config.config_source),
                             .sensitive = config.is_sensitive,
                             .read_only = config.read_only,
                             .synonyms = {},
                             .type = config_type_of(config.config_type),
                             .documentation = config.documentation};
    for (const auto& synonym : config.synonyms) {
        entry.synonyms.push_back({.name = synonym.name,
                                  .value = synonym.value,
                                  .source = config_source_of(synonym.source)});
    }
    return entry;
}

class DescribeConfigs final : public Handler<ConfigResource, admin::Config> {
public:
    explicit DescribeConfigs(const admin::DescribeConfigsOptions& options) : options_(options) {}

    Route route(const ConfigResource& key) const override { return route_of(key); }
    std::string describe(const ConfigResource& key) const override { return about_resource(key); }
    Asks requests(const admin::Node& /*to*/, std::vector<ConfigResource> keys,
                  Duration /*time_left*/) override {
        DescribeConfigsRequest request;
        request.include_synonyms = options_.include_synonyms;
        request.include_documentation = options_.include_documentation;
        for (const auto& key : keys) {
            auto& resource = request.resources.emplace_back();
            resource.resource_type = static_cast<std::int8_t>(key.type);
            resource.resource_name = key.name;
            resource.configuration_keys = std::nullopt;
        }
        constexpr std::int16_t first_with_sources = 1;
        auto read = [this](const DescribeConfigsResponse& response) { return verdicts(response); };
        return ask_once(std::move(keys), std::move(request), std::move(read),
                        {first_with_sources, DescribeConfigsRequest::versions.last});
    }

private:
    [[nodiscard]] Verdicts<ConfigResource, admin::Config> verdicts(
        const DescribeConfigsResponse& response) const {
        Verdicts<ConfigResource, admin::Config> verdicts;
        for (const auto& result : response.results) {
            const ConfigResource key{resource_type_of(result.resource_type), result.resource_name};
            const auto code = ErrorCode{result.error_code};
            if (code != ErrorCode::none) {
                verdicts.emplace(key, Verdict<admin::Config>(std::unexpected(broker_error(
                                          code, result.error_message, about_resource(key)))));
                continue;
            }
            admin::Config config;
            for (const auto& entry : result.configs) {
                config.entries.push_back(entry_of(entry));
            }
            verdicts.emplace(key, Verdict<admin::Config>(std::move(config)));
        }
        return verdicts;
    }

    admin::DescribeConfigsOptions options_;
};

class AlterConfigs final : public Handler<ConfigResource, void> {
public:
    using Changes = std::map<ConfigResource, std::vector<admin::AlterConfigOp>>;

    AlterConfigs(Changes changes, bool validate_only)
        : changes_(std::move(changes)), validate_only_(validate_only) {}

    Route route(const ConfigResource& key) const override { return route_of(key); }
    std::string describe(const ConfigResource& key) const override { return about_resource(key); }
    Asks requests(const admin::Node& /*to*/, std::vector<ConfigResource> keys,
                  Duration /*time_left*/) override {
        IncrementalAlterConfigsRequest request;
        request.validate_only = validate_only_;
        for (const auto& key : keys) {
            auto& resource = request.resources.emplace_back();
            resource.resource_type = static_cast<std::int8_t>(key.type);
            resource.resource_name = key.name;
            for (const auto& op : changes_.at(key)) {
                auto& config = resource.configs.emplace_back();
                config.name = op.name;
                config.config_operation = static_cast<std::int8_t>(op.type);
                config.value = op.value;
            }
        }
        auto read = [](const IncrementalAlterConfigsResponse& response) {
            return verdicts(response);
        };
        return ask_once(std::move(keys), std::move(request), std::move(read));
    }

private:
    [[nodiscard]] static Verdicts<ConfigResource, void> verdicts(
        const IncrementalAlterConfigsResponse& response) {
        Verdicts<ConfigResource, void> verdicts;
        for (const auto& result : response.responses) {
            const ConfigResource key{resource_type_of(result.resource_type), result.resource_name};
            const auto code = ErrorCode{result.error_code};
            if (code == ErrorCode::none) {
                verdicts.emplace(key, Verdict<void>(Result<void>{}));
            } else {
                verdicts.emplace(key, refused<void>(next_with_controller(code),
                                                    broker_error(code, result.error_message,
                                                                 about_resource(key))));
            }
        }
        return verdicts;
    }

    Changes changes_;
    bool validate_only_;
};

}  // namespace

Plan<Outcomes<ConfigResource, admin::Config>> describe_configs_plan(
    std::set<ConfigResource> resources, const admin::DescribeConfigsOptions& options,
    const Settings& settings) {
    if (auto trouble = trouble_with(resources)) {
        return failed_plan<Outcomes<ConfigResource, admin::Config>>(std::move(*trouble));
    }
    return keyed_plan<ConfigResource, admin::Config>(
        std::move(resources), std::make_unique<DescribeConfigs>(options), settings);
}

Plan<Outcomes<ConfigResource>> incremental_alter_configs_plan(
    std::map<ConfigResource, std::vector<admin::AlterConfigOp>> changes,
    const admin::AlterConfigsOptions& options, const Settings& settings) {
    auto keys = keys_of(changes);
    if (auto trouble = trouble_with(keys)) {
        return failed_plan<Outcomes<ConfigResource>>(std::move(*trouble));
    }
    return keyed_plan<ConfigResource, void>(
        std::move(keys), std::make_unique<AlterConfigs>(std::move(changes), options.validate_only),
        settings);
}

Plan<std::vector<ConfigResource>> list_config_resources_plan(
    const std::set<ConfigResourceType>& types, const Settings& settings) {
    using Resources = std::vector<ConfigResource>;
    ListConfigResourcesRequest request;
    for (const ConfigResourceType type : types) {
        request.resource_types.push_back(static_cast<std::int8_t>(type));
    }
    auto read = [](const ListConfigResourcesResponse& response) {
        const auto code = ErrorCode{response.error_code};
        if (code != ErrorCode::none) {
            return Verdict<Resources>(std::unexpected(
                broker_error(code, std::nullopt, "what has configurations cannot be listed")));
        }
        Resources resources;
        for (const auto& resource : response.config_resources) {
            resources.push_back({resource_type_of(resource.resource_type), resource.resource_name});
        }
        return Verdict<Resources>(std::move(resources));
    };
    // Version 0 was ListClientMetricsResources (KIP-1142).
    const bool metrics_only = types == std::set{ConfigResourceType::client_metrics};
    const std::int16_t first = metrics_only ? 0 : 1;
    SingleCall<ListConfigResourcesRequest> call{
        .route = Route::to_any(),
        .about = "what has configurations",
        .request = std::move(request),
        .versions = {first, ListConfigResourcesRequest::versions.last}};
    return single_plan<Resources>(std::move(call), std::move(read), settings);
}

}  // namespace barnabas::client::admin_api

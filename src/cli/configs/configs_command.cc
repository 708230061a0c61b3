#include "cli/configs/configs_command.h"

#include "base/json_text.h"
#include "base/topic_name.h"
#include "cli/common/admin_session.h"
#include "cli/common/old_names.h"
#include "cli/configs/configs_options.h"
#include "cli/configs/configs_text.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace barnabas::cli {
namespace {

constexpr int done = 0;
constexpr int failed = 1;

using Names = std::set<std::string>;

/// One run of the command; errors are what the cluster says.
class ConfigsRun {
public:
    ConfigsRun(const ParsedOptions& options, Console& console, Admin admin)
        : options_(options),
          console_(console),
          admin_(std::move(admin)),
          entities_(config_entities(options)),
          type_(config_resource_type(entities_.type())) {}

    Result<int> run() { return options_.has("alter") ? alter() : describe(); }

private:
    Result<int> alter() {
        const auto& name = entities_.names.front();
        std::vector<admin::AlterConfigOp> changes;
        for (const auto& list : options_.texts("delete-config")) {
            for (const auto& key : split_commas(list)) {
                changes.push_back({.type = admin::AlterConfigOpType::delete_, .name = key});
            }
        }
        TRY_ASSIGN(const auto added, added_configs());
        for (const auto& [key, value] : added) {
            changes.push_back({.type = admin::AlterConfigOpType::set, .name = key, .value = value});
        }
        TRY_ASSIGN(const auto outcomes,
                   admin_
                       .incremental_alter_configs(
                           {{admin::ConfigResource{.type = type_, .name = name}, changes}},
                           {.timeout = std::chrono::seconds(30)})
                       .get());
        TRY(admin::all(outcomes));
        if (options_.json()) {
            console_.line(JsonLine()
                              .add("entityType", entities_.type())
                              .add("entityName", name)
                              .add("updated", true)
                              .text());
        } else {
            console_.line(configs_updated(entities_.type(), name));
        }
        return done;
    }

    Result<std::map<std::string, std::string>> added_configs() {
        std::map<std::string, std::string> added;
        if (const auto file = options_.text("add-config-file")) {
            TRY_ASSIGN(const auto text, read_file(*file));
            TRY_ASSIGN(const auto properties, parse_client_properties(text));
            added.insert(properties.begin(), properties.end());
        }
        if (const auto text = options_.text("add-config")) {
            TRY_ASSIGN(added, parse_added_configs(*text));
        }
        return added;
    }

    Result<int> describe() {
        const bool all = options_.has("all");
        Names names;
        if (!entities_.names.empty()) {
            const auto& name = entities_.names.front();
            if (!all) {
                TRY_ASSIGN(const bool there, exists(name));
                if (!there) {
                    tell_warning(no_entity(entities_.type(), name), options_.json(), console_);
                    return done;
                }
            }
            names.insert(name);
        } else {
            TRY_ASSIGN(names, all_names());
        }
        std::set<admin::ConfigResource> resources;
        for (const auto& name : names) {
            resources.insert({.type = type_, .name = name});
        }
        if (resources.empty()) {
            return done;
        }
        TRY_ASSIGN(auto outcomes,
                   admin_.describe_configs(std::move(resources), {.include_synonyms = true}).get());
        for (auto& [resource, config] : outcomes) {
            if (!resource.name.empty()) {
                TRY(print(resource, std::move(config), all));
            }
        }
        // What holds for all of them comes last, as with Kafka's tool.
        const auto default_of_all = outcomes.find({.type = type_, .name = ""});
        if (default_of_all != outcomes.end()) {
            TRY(print(default_of_all->first, std::move(default_of_all->second), all));
        }
        return done;
    }

    Result<void> print(const admin::ConfigResource& resource, Result<admin::Config> config,
                       bool all) {
        TRY_ASSIGN(auto known, std::move(config));
        std::ranges::sort(known.entries, {}, &admin::ConfigEntry::name);
        if (!options_.json()) {
            console_.line(configs_heading(entities_.type(), resource.name, all));
        }
        const auto source = all ? admin::ConfigSource::unknown : dynamic_source(resource);
        for (const auto& entry : known.entries) {
            if (source == admin::ConfigSource::unknown || entry.source == source) {
                console_.line(options_.json() ? config_json(entities_.type(), resource.name, entry)
                                              : config_line(entry));
            }
        }
        return {};
    }

    Result<bool> exists(const std::string& name) {
        if (type_ == admin::ConfigResourceType::topic) {
            TRY(check_topic_name(name));
        }
        TRY_ASSIGN(const auto names, all_names());
        return names.contains(name);
    }

    /// Everything of the type that has, or may have, configurations.
    Result<Names> all_names() {
        switch (type_) {
            case admin::ConfigResourceType::topic:
                return topics();
            case admin::ConfigResourceType::broker:
            case admin::ConfigResourceType::broker_logger:
                return brokers();
            case admin::ConfigResourceType::group:
                return groups();
            case admin::ConfigResourceType::client_metrics:
            case admin::ConfigResourceType::unknown:
                break;
        }
        return resources();
    }

    Result<Names> topics() {
        TRY_ASSIGN(const auto listings, admin_.list_topics({.list_internal = true}).get());
        Names names;
        for (const auto& [name, listing] : listings) {
            names.insert(name);
        }
        return names;
    }

    Result<Names> brokers() {
        TRY_ASSIGN(const auto cluster, admin_.describe_cluster().get());
        Names names{""};
        for (const auto& broker : cluster.brokers) {
            names.insert(std::to_string(broker.id.get()));
        }
        return names;
    }

    /// Groups that have members or offsets, and those that only have configurations.
    Result<Names> groups() {
        auto listing = admin_.list_groups();
        auto configured = resources();
        TRY_ASSIGN(const auto listed, listing.get());
        if (!listed.errors.empty()) {
            return std::unexpected(listed.errors.front());
        }
        Names names;
        for (const auto& group : listed.groups) {
            names.insert(group.id);
        }
        if (configured) {
            names.merge(*configured);
        } else if (configured.error().code != ErrorCode::unsupported_version &&
                   configured.error().code != ErrorCode::cluster_authorization_failed) {
            return fail(std::move(configured));
        }
        return names;
    }

    Result<Names> resources() {
        TRY_ASSIGN(const auto found, admin_.list_config_resources({type_}).get());
        Names names;
        for (const auto& resource : found) {
            names.insert(resource.name);
        }
        return names;
    }

    const ParsedOptions& options_;
    Console& console_;
    Admin admin_;
    ConfigEntities entities_;
    admin::ConfigResourceType type_;
};

/// Quotas and credentials come with the security of the broker.
bool has_no_configs(const ParsedOptions& options) {
    return config_resource_type(config_entities(options).type()) ==
           admin::ConfigResourceType::unknown;
}

}  // namespace

int run_configs(const ParsedOptions& options, Console& console) {
    if (const auto checked = check_configs(options); !checked) {
        console.error_line(checked.error().message);
        return failed;
    }
    if (const auto text = options.text("add-config")) {
        if (const auto added = parse_added_configs(*text); !added) {
            console.error_line(added.error().message);
            return failed;
        }
    }
    if (options.has("bootstrap-controller")) {
        console.error_line(
            "--bootstrap-controller: Barnabas has no controllers apart from its "
            "brokers; use --bootstrap-server");
        return failed;
    }
    if (has_no_configs(options)) {
        console.error_line(
            fmt::format("{} have quotas and credentials, which this version neither tells nor "
                        "changes; topics, brokers, broker-loggers, groups and client-metrics have "
                        "configurations",
                        config_entities(options).type()));
        return failed;
    }
    auto admin = admin_client(options);
    const auto status = admin ? ConfigsRun(options, console, std::move(*admin)).run()
                              : Result<int>(std::unexpected(admin.error()));
    if (!status) {
        console.error_line(
            fmt::format("Error while executing config command with args '{}'", options.line()));
        console.error_line(status.error().message);
        return failed;
    }
    return *status;
}

}  // namespace barnabas::cli

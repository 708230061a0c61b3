#include "cli/cluster/cluster_command.h"

#include "base/json_text.h"
#include "cli/cluster/api_versions_text.h"
#include "cli/common/admin_session.h"
#include "cli/common/old_names.h"
#include "cli/common/text_table.h"

#include <array>
#include <utility>
#include <vector>

namespace barnabas::cli {
namespace {

constexpr Option bootstrap{.name = "bootstrap-server",
                           .argument = Argument::required,
                           .argument_name = "HOST:PORT,...",
                           .help = "Brokers to begin with.",
                           .letter = 'b'};
constexpr Option config{.name = "command-config",
                        .argument = Argument::required,
                        .argument_name = "FILE",
                        .help = "A properties file with configurations of the admin client.",
                        .letter = 'c'};
constexpr Option old_config{.name = "config",
                            .argument = Argument::required,
                            .argument_name = "FILE",
                            .help = "The old name of --command-config, until Kafka 5."};

constexpr std::array common{bootstrap, config, old_config};
constexpr std::array endpoints{
    bootstrap,
    config,
    old_config,
    Option{.name = "include-fenced-brokers",
           .help = "Also brokers that are registered but not in service."},
};
constexpr std::array actions{
    Action{.name = "cluster-id", .help = "Tell the cluster's id.", .options = common},
    Action{.name = "list-endpoints", .help = "Tell brokers and addresses.", .options = endpoints},
    Action{
        .name = "api-versions", .help = "Tell which APIs each broker serves.", .options = common},
};
constexpr std::array<std::string_view, 2> examples{
    "cluster cluster-id --bootstrap-server localhost:9092",
    "cluster list-endpoints --bootstrap-server localhost:9092",
};

constexpr std::array cluster_old_rows{OldName{"config", "command-config"}};
constexpr OldNames cluster_old_names{.rows = cluster_old_rows,
                                     .both = "--{0} and --{1} cannot be specified together.",
                                     .warning = old_name_has_been_deprecated};

constexpr std::array api_options{bootstrap_server_option, command_config_option};
constexpr std::array<std::string_view, 1> api_examples{
    "broker-api-versions --bootstrap-server localhost:9092",
};

Result<void> print_api_versions(Admin& admin, const ParsedOptions& given, Console& console) {
    TRY_ASSIGN(const auto outcomes, admin.api_versions().get());
    for (const auto& [broker, outcome] : outcomes) {
        if (!outcome) {
            tell_warning(fmt::format("{} -> ERROR: {}", broker, outcome.error().message),
                         given.json(), console);
        } else {
            console.write(given.json() ? api_versions_json(*outcome) : api_versions_text(*outcome));
        }
    }
    return {};
}

std::string endpoint_json(const admin::ClusterDescription::Broker& broker) {
    JsonLine line;
    line.add("id", broker.id.get()).add("host", broker.host).add("port", broker.port);
    if (broker.rack) {
        line.add("rack", *broker.rack);
    }
    return line.add("fenced", broker.fenced).text();
}

Result<void> run_action(const ParsedOptions& given, Console& console) {
    const bool old = given.has("config");
    TRY(check_old_names(given, cluster_old_names));
    tell_warnings(old_name_warnings(given, cluster_old_names), given.json(), console);
    TRY_ASSIGN(auto admin, admin_client(given, old ? "config" : "command-config"));
    if (given.action() == "api-versions") {
        return print_api_versions(admin, given, console);
    }
    const bool fenced = given.has("include-fenced-brokers");
    TRY_ASSIGN(const auto cluster,
               admin.describe_cluster({.include_fenced_brokers = fenced}).get());
    if (given.action() == "cluster-id") {
        console.line(given.json() ? JsonLine().add("clusterId", cluster.cluster_id).text()
                                  : fmt::format("Cluster ID: {}", cluster.cluster_id));
    } else if (given.json()) {
        for (const auto& broker : cluster.brokers) {
            console.line(endpoint_json(broker));
        }
    } else {
        console.write(endpoints_table(cluster));
    }
    return {};
}

}  // namespace

const Syntax cluster_syntax{
    .style = Style::argparse, .options = {}, .actions = actions, .examples = examples};
const Syntax broker_api_versions_syntax{.options = api_options, .examples = api_examples};

std::string endpoints_table(const admin::ClusterDescription& cluster) {
    ColumnWidth host(0);
    ColumnWidth rack(0);
    for (const auto& broker : cluster.brokers) {
        host.fit(broker.host);
        rack.fit(broker.rack.value_or(""));
    }
    constexpr std::size_t width = 10;
    const std::vector<std::size_t> widths{width, host.get() == 0 ? width : host.get(),
                                          width, rack.get() == 0 ? width : rack.get(),
                                          width, 15};
    std::string text =
        table_row({"ID", "HOST", "PORT", "RACK", "STATE", "ENDPOINT_TYPE"}, widths) + '\n';
    for (const auto& broker : cluster.brokers) {
        text += table_row(
                    {fmt::format("{}", broker.id), broker.host, std::to_string(broker.port),
                     broker.rack.value_or("null"), broker.fenced ? "fenced" : "unfenced", "broker"},
                    widths) +
                '\n';
    }
    return text;
}

int run_cluster(const ParsedOptions& given, Console& console) {
    if (!given.has("bootstrap-server")) {
        console.error_line(
            "kafka-cluster: error: one of the arguments --bootstrap-server/-b is required");
        return 1;
    }
    const auto done = run_action(given, console);
    if (!done) {
        console.error_line(done.error().message);
    }
    return done ? 0 : 1;
}

int run_broker_api_versions(const ParsedOptions& given, Console& console) {
    auto done = require_options(given, {"bootstrap-server"});
    if (done) {
        auto admin = admin_client(given);
        done = admin ? print_api_versions(*admin, given, console)
                     : Result<void>(std::unexpected(admin.error()));
    }
    if (!done) {
        console.error_line(done.error().message);
    }
    return done ? 0 : 1;
}

}  // namespace barnabas::cli

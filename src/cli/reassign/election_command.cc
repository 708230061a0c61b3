#include "cli/reassign/election_command.h"

#include "cli/common/admin_session.h"
#include "cli/common/client_properties.h"
#include "cli/common/old_names.h"
#include "cli/common/quiet_clients.h"
#include "cli/reassign/election.h"

#include <array>
#include <utility>

namespace barnabas::cli {
namespace {

constexpr int election_done = 0;
constexpr int election_failed = 1;

constexpr std::array election_option_rows{
    bootstrap_server_option,
    command_config_option,
    Option{.name = "admin.config",
           .argument = Argument::required,
           .argument_name = "FILE",
           .help = "The old name of --command-config."},
    Option{.name = "election-type",
           .argument = Argument::required,
           .argument_name = "TYPE",
           .help = "preferred: where another than the preferred replica leads; unclean: where "
                   "nobody leads, also with a replica that lacks records (required)."},
    Option{.name = "topic",
           .argument = Argument::required,
           .argument_name = "TOPIC",
           .help = "Of one partition, which --partition names."},
    Option{.name = "partition",
           .argument = Argument::required,
           .kind = ArgumentKind::int32,
           .argument_name = "PARTITION",
           .help = "Its number."},
    Option{.name = "all-topic-partitions", .help = "Of all partitions that need one."},
    Option{.name = "path-to-json-file",
           .argument = Argument::required,
           .argument_name = "FILE",
           .help = "Of the partitions in it: {\"partitions\": [{\"topic\": \"t\", \"partition\": "
                   "0}]}."},
};

constexpr std::array<std::string_view, 2> election_examples{
    "leader-election --bootstrap-server localhost:9092 --election-type preferred "
    "--all-topic-partitions",
    "leader-election --bootstrap-server localhost:9092 --election-type unclean --topic orders "
    "--partition 0",
};

Result<Admin> election_admin(const ParsedOptions& given) {
    const auto* const file = given.has("admin.config") ? "admin.config" : "command-config";
    TRY_ASSIGN(auto config, client_properties({.file = given.text(file),
                                               .bootstrap = *given.text("bootstrap-server"),
                                               .profile = given.profile(),
                                               .defaults = {{"default.api.timeout.ms", "30000"},
                                                            {"request.timeout.ms", "15000"}}}));
    return quiet_admin(std::move(config));
}

/// Nothing: all partitions.
Result<std::optional<std::set<TopicPartition>>> wanted_elections(const ParsedOptions& given) {
    std::optional<std::set<TopicPartition>> partitions;
    if (const auto path = given.text("path-to-json-file")) {
        TRY_ASSIGN(const auto text, read_file(*path));
        TRY_ASSIGN(partitions, parse_election_file(text));
    } else if (const auto topic = given.text("topic")) {
        const auto number = static_cast<std::int32_t>(*given.number("partition"));
        partitions.emplace().insert({.topic = *topic, .partition = PartitionId{number}});
    }
    return partitions;
}

Result<int> elect(const ParsedOptions& given, Console& console) {
    TRY(check_election(given));
    if (given.has("admin.config") && given.has("command-config")) {
        return fail(ErrorCode::invalid_request,
                    "Option \"[admin.config]\" can't be used with option \"[command-config]\"");
    }
    if (given.has("admin.config")) {
        tell_warning(
            "Option --admin.config has been deprecated and will be removed in a future version. "
            "Use --command-config instead.",
            given.json(), console);
    }
    TRY_ASSIGN(const auto type, parse_election_type(*given.text("election-type")));
    TRY_ASSIGN(auto partitions, wanted_elections(given));
    TRY_ASSIGN(auto admin, election_admin(given));
    auto outcomes = admin.elect_leaders(type, std::move(partitions)).get();
    if (!outcomes && outcomes.error().code == ErrorCode::request_timed_out) {
        tell_warning("Timeout waiting for election results", given.json(), console);
    }
    TRY_ASSIGN(const auto told, std::move(outcomes));
    const auto report = election_report(type, told);
    console.write(given.json() ? report.json : report.text);
    if (report.failed > 0) {
        return fail(ErrorCode::unknown_server_error, "{} replica(s) could not be elected",
                    report.failed);
    }
    return election_done;
}

}  // namespace

const Syntax leader_election_syntax{.options = election_option_rows, .examples = election_examples};

int run_leader_election(const ParsedOptions& options, Console& console) {
    const auto status = elect(options, console);
    if (!status) {
        console.error_line(status.error().message);
        return election_failed;
    }
    return *status;
}

}  // namespace barnabas::cli

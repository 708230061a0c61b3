#include "cli/reassign/reassign_options.h"

#include "cli/reassign/reassign_command.h"

#include <algorithm>
#include <array>
#include <vector>

namespace barnabas::cli {
namespace {

constexpr std::array reassign_option_rows{
    bootstrap_server_option,
    Option{.name = "bootstrap-controller",
           .argument = Argument::required,
           .argument_name = "HOST:PORT,...",
           .help = "Of no use here: there are no controllers apart from the brokers."},
    command_config_option,
    Option{.name = "generate",
           .help = "Propose where the partitions of topics could be, and say where they are."},
    Option{.name = "execute", .help = "Begin what --reassignment-json-file says."},
    Option{.name = "verify",
           .help = "Tell how far that is; once all is done the throttles are taken away."},
    Option{.name = "cancel", .help = "End what is under way of it."},
    Option{.name = "list", .help = "List the reassignments that are under way."},
    Option{.name = "reassignment-json-file",
           .argument = Argument::required,
           .argument_name = "FILE",
           .help = "Which brokers shall have partitions, and in which of their directories: "
                   "{\"partitions\": [{\"topic\": \"t\", \"partition\": 0, \"replicas\": [1], "
                   "\"log_dirs\": [\"/data/b\"]}], \"version\": 1}; log_dirs may be left out, and "
                   "\"any\" in it is any."},
    Option{.name = "topics-to-move-json-file",
           .argument = Argument::required,
           .argument_name = "FILE",
           .help = "Topics for --generate: {\"topics\": [{\"topic\": \"t\"}], \"version\": 1}."},
    Option{.name = "broker-list",
           .argument = Argument::required,
           .argument_name = "ID,...",
           .help = "The brokers that shall have them."},
    Option{.name = "disable-rack-aware", .help = "Let --generate take no heed of racks."},
    Option{.name = "throttle",
           .argument = Argument::required,
           .kind = ArgumentKind::int64,
           .argument_name = "BYTES",
           .help = "How many bytes a second may go from broker to broker."},
    Option{.name = "replica-alter-log-dirs-throttle",
           .argument = Argument::required,
           .kind = ArgumentKind::int64,
           .argument_name = "BYTES",
           .help = "How many bytes a second may go from directory to directory of a broker."},
    Option{.name = "timeout",
           .argument = Argument::required,
           .kind = ArgumentKind::int64,
           .argument_name = "MS",
           .help = "How long to wait until replicas begin to move to other directories (10000)."},
    Option{.name = "additional",
           .help = "Execute although other reassignments are under way; also to change the "
                   "throttle of one."},
    Option{.name = "disallow-replication-factor-change",
           .help = "Execute nothing that changes how many replicas a partition has."},
    Option{.name = "preserve-throttles", .help = "Leave the throttles as they are."},
};

constexpr std::array<std::string_view, 4> reassign_examples{
    "reassign-partitions --bootstrap-server localhost:9092 --generate --topics-to-move-json-file "
    "topics.json --broker-list 1",
    "reassign-partitions --bootstrap-server localhost:9092 --execute --reassignment-json-file "
    "moves.json --replica-alter-log-dirs-throttle 50000000",
    "reassign-partitions --bootstrap-server localhost:9092 --verify --reassignment-json-file "
    "moves.json",
    "reassign-partitions --bootstrap-server localhost:9092 --list --json",
};

using Names = std::vector<std::string_view>;

struct ReassignAction {
    std::string_view name;
    Names required;
    Names permitted;
};

/// In the order in which Kafka's tool names them. Everybody may say which brokers, and how.
const std::array<ReassignAction, 5>& reassign_actions() {
    static const std::array<ReassignAction, 5> actions{
        ReassignAction{.name = "generate",
                       .required = {"topics-to-move-json-file", "broker-list"},
                       .permitted = {"disable-rack-aware"}},
        ReassignAction{.name = "execute",
                       .required = {"reassignment-json-file"},
                       .permitted = {"additional", "disallow-replication-factor-change", "throttle",
                                     "replica-alter-log-dirs-throttle", "timeout"}},
        ReassignAction{.name = "verify",
                       .required = {"reassignment-json-file"},
                       .permitted = {"preserve-throttles"}},
        ReassignAction{.name = "cancel",
                       .required = {"reassignment-json-file"},
                       .permitted = {"bootstrap-controller", "preserve-throttles", "timeout"}},
        ReassignAction{.name = "list", .required = {}, .permitted = {"bootstrap-controller"}},
    };
    return actions;
}

bool has_name(const Names& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

bool may_stand(const ReassignAction& action, std::string_view option) {
    constexpr std::array<std::string_view, 4> everywhere{"bootstrap-server", "command-config",
                                                         "json", "profile"};
    return option == action.name || has_name(action.required, option) ||
           has_name(action.permitted, option) ||
           std::ranges::find(everywhere, option) != everywhere.end();
}

Result<void> check_bootstrap_options(const ParsedOptions& given) {
    const bool server = given.has("bootstrap-server");
    const bool controller = given.has("bootstrap-controller");
    if (server && controller) {
        return fail(ErrorCode::invalid_request,
                    "Please don't specify both --bootstrap-server and --bootstrap-controller");
    }
    if (!server && !controller) {
        return fail(ErrorCode::invalid_request,
                    "Please specify either --bootstrap-server or --bootstrap-controller");
    }
    return {};
}

}  // namespace

const Syntax reassign_partitions_syntax{.options = reassign_option_rows,
                                        .examples = reassign_examples};

Result<std::string_view> reassign_action(const ParsedOptions& given) {
    const ReassignAction* action = nullptr;
    std::size_t count = 0;
    for (const auto& one : reassign_actions()) {
        if (given.has(one.name)) {
            action = &one;
            ++count;
        }
    }
    if (count != 1) {
        return fail(ErrorCode::invalid_request,
                    "Command must include exactly one action: --generate, --execute, --verify, "
                    "--cancel, --list");
    }
    TRY(check_bootstrap_options(given));
    for (const auto name : action->required) {
        TRY(require_options(given, {name}));
    }
    for (const auto& one : given.in_order()) {
        if (!may_stand(*action, one.option->name)) {
            return fail(ErrorCode::invalid_request,
                        "Option \"[{}]\" can't be used with action \"[{}]\"", one.option->name,
                        action->name);
        }
    }
    if (given.has("bootstrap-controller")) {
        return fail(ErrorCode::invalid_request,
                    "--bootstrap-controller: Barnabas has no controllers apart from its brokers; "
                    "use --bootstrap-server");
    }
    return action->name;
}

}  // namespace barnabas::cli

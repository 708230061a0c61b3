#include "cli/groups/consumer_groups_options.h"

#include "cli/groups/consumer_groups_command.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace barnabas::cli {
namespace {

constexpr std::array options{
    Option{.name = "bootstrap-server",
           .argument = Argument::required,
           .argument_name = "HOST:PORT,...",
           .help = "Brokers to begin with (required, but for --validate-regex)."},
    command_config_option,
    Option{.name = "list", .help = "List groups."},
    Option{.name = "describe", .help = "Tell how far groups are, and who is in them."},
    Option{.name = "delete", .help = "Delete groups."},
    Option{.name = "reset-offsets",
           .help = "Let groups without members begin elsewhere. Says what it would do, unless "
                   "--execute is there. --topic or --all-topics say with what, and one of --to-... "
                   "--shift-by, --by-duration, --from-file where."},
    Option{.name = "delete-offsets", .help = "Delete what a group has committed for topics."},
    Option{.name = "validate-regex",
           .argument = Argument::required,
           .argument_name = "REGEX",
           .help = "Say whether an expression may be subscribed to (RE2's syntax)."},
    Option{.name = "group",
           .argument = Argument::required,
           .argument_name = "GROUP",
           .help = "Which group; may be repeated.",
           .repeatable = true},
    Option{.name = "all-groups", .help = "All consumer groups."},
    Option{.name = "topic",
           .argument = Argument::required,
           .argument_name = "TOPIC[:P,...]",
           .help = "Which topic, or some partitions of it; may be repeated.",
           .repeatable = true},
    Option{.name = "all-topics", .help = "All topics for which the group has offsets."},
    Option{.name = "members", .help = "Describe members.", .only_with = "describe"},
    Option{.name = "offsets",
           .help = "Describe offsets and lag (the default).",
           .only_with = "describe"},
    Option{.name = "state",
           .argument = Argument::optional,
           .argument_name = "STATE,...",
           .help = "Describe the groups' states; with --list: tell them, or list groups in these "
                   "states alone.",
           .only_with = "describe,list"},
    Option{.name = "type",
           .argument = Argument::optional,
           .argument_name = "TYPE,...",
           .help = "With --list: tell types, or list groups of these types alone (classic, "
                   "consumer).",
           .only_with = "list"},
    Option{.name = "verbose", .help = "Describe more.", .only_with = "describe"},
    Option{.name = "timeout",
           .argument = Argument::required,
           .kind = ArgumentKind::int64,
           .argument_name = "MS",
           .help = "How long each question may take (5000)."},
    Option{.name = "dry-run", .help = "Say what a reset would do."},
    Option{.name = "execute", .help = "Do the reset."},
    Option{.name = "export", .help = "Print the reset as CSV, for --from-file."},
    Option{.name = "to-offset",
           .argument = Argument::required,
           .kind = ArgumentKind::int64,
           .argument_name = "OFFSET",
           .help = "Reset to this offset."},
    Option{.name = "to-earliest", .help = "Reset to the beginning of the log."},
    Option{.name = "to-latest", .help = "Reset to its end."},
    Option{.name = "to-current", .help = "Reset to what is committed; where nothing is, the end."},
    Option{.name = "to-datetime",
           .argument = Argument::required,
           .argument_name = "YYYY-MM-DDThh:mm:ss.sss",
           .help = "Reset to the first record that is not older."},
    Option{.name = "by-duration",
           .argument = Argument::required,
           .argument_name = "PnDTnHnMnS",
           .help = "Reset to the first record that is not older than that."},
    Option{.name = "shift-by",
           .argument = Argument::required,
           .kind = ArgumentKind::int64,
           .argument_name = "NUMBER",
           .help = "Reset by so many records, forward or (negative) back."},
    Option{.name = "from-file",
           .argument = Argument::required,
           .argument_name = "FILE",
           .help = "Reset to what a CSV file says."},
};

constexpr std::array<std::string_view, 5> examples{
    "consumer-groups --bootstrap-server localhost:9092 --list --state",
    "consumer-groups --bootstrap-server localhost:9092 --describe --group billing",
    "consumer-groups --bootstrap-server localhost:9092 --describe --all-groups --members --verbose",
    "consumer-groups --bootstrap-server localhost:9092 --reset-offsets --group billing --topic "
    "orders --to-earliest --dry-run",
    "consumer-groups --bootstrap-server localhost:9092 --delete --group billing",
};

constexpr std::array<std::string_view, 8> scenarios{"to-offset",   "to-datetime", "by-duration",
                                                    "to-earliest", "to-latest",   "to-current",
                                                    "shift-by",    "from-file"};

Result<void> check_scope(const ParsedOptions& given, std::string_view action) {
    if (!given.has("group") && !given.has("all-groups")) {
        return fail(ErrorCode::invalid_request,
                    "Option [{}] takes one of these options: [group], [all-groups]", action);
    }
    return {};
}

Result<void> check_describe(const ParsedOptions& given) {
    TRY(check_scope(given, "describe"));
    constexpr std::array views{"members", "offsets", "state"};
    if (std::ranges::count_if(views, [&](auto view) { return given.has(view); }) > 1) {
        return fail(ErrorCode::invalid_request,
                    "Option [describe] takes at most one of these options: [members], [offsets], "
                    "[state]");
    }
    if (given.text("state")) {
        return fail(ErrorCode::invalid_request,
                    "Option [describe] does not take a value for [state]");
    }
    return {};
}

Result<void> check_reset(const ParsedOptions& given) {
    if (given.has("dry-run") && given.has("execute")) {
        return fail(ErrorCode::invalid_request,
                    "Option [reset-offsets] only accepts one of [execute] and [dry-run]");
    }
    TRY(check_scope(given, "reset-offsets"));
    const std::string_view* first = nullptr;
    for (const auto& scenario : scenarios) {
        if (given.has(scenario)) {
            if (first != nullptr) {
                return fail(ErrorCode::invalid_request,
                            "Option \"[{}]\" can't be used with option \"[{}]\"", *first, scenario);
            }
            first = &scenario;
        }
    }
    return {};
}

Result<void> check_actions(const ParsedOptions& given) {
    constexpr std::array actions{"list",          "describe",       "delete",
                                 "reset-offsets", "delete-offsets", "validate-regex"};
    if (std::ranges::count_if(actions, [&](auto action) { return given.has(action); }) != 1) {
        return fail(ErrorCode::invalid_request,
                    "Command must include exactly one action: --list, --describe, --delete, "
                    "--reset-offsets, --delete-offsets, --validate-regex");
    }
    return {};
}

}  // namespace

const Syntax consumer_groups_syntax{.options = options, .examples = examples};

Result<void> check_consumer_groups(const ParsedOptions& given) {
    if (!given.has("validate-regex")) {
        TRY(require_options(given, {"bootstrap-server"}));
    }
    if (given.has("describe")) {
        TRY(check_describe(given));
    }
    if (given.has("delete")) {
        TRY(check_scope(given, "delete"));
        if (given.has("topic")) {
            return fail(ErrorCode::invalid_request,
                        "The consumer does not support topic-specific offset deletion from a "
                        "consumer group.");
        }
    }
    if (given.has("delete-offsets") && (!given.has("group") || !given.has("topic"))) {
        return fail(ErrorCode::invalid_request,
                    "Option [delete-offsets] takes the following options: [group], [topic]");
    }
    if (given.has("reset-offsets")) {
        TRY(check_reset(given));
    }
    TRY(refuse_together(given, "group", {"all-groups", "list"}));
    TRY(refuse_together(given, "topic", {"list", "describe"}));
    return check_actions(given);
}

Result<std::set<admin::GroupState>> parse_group_states(std::string_view list,
                                                       const std::set<admin::GroupState>& legal) {
    std::set<admin::GroupState> states;
    for (auto word : split_commas(list)) {
        std::erase(word, ' ');
        const auto state = admin::parse_group_state(word);
        if (!legal.contains(state)) {
            std::vector<std::string_view> names;
            for (const auto one : legal) {
                names.push_back(admin::to_text(one));
            }
            return fail(ErrorCode::invalid_request, "Invalid state list '{}'. Valid states are: {}",
                        list, fmt::join(names, ", "));
        }
        states.insert(state);
    }
    return states;
}

Result<std::set<admin::GroupType>> parse_consumer_group_types(std::string_view list) {
    std::set<admin::GroupType> types;
    for (auto word : split_commas(list)) {
        std::erase(word, ' ');
        const auto type = admin::parse_group_type(word);
        if (type != admin::GroupType::classic && type != admin::GroupType::consumer) {
            return fail(ErrorCode::invalid_request,
                        "Invalid types list '{}'. Valid types are: Classic, Consumer", list);
        }
        types.insert(type);
    }
    return types;
}

}  // namespace barnabas::cli

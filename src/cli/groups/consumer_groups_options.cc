#include "cli/groups/consumer_groups_options.h"

#include "cli/groups/consumer_groups_command.h"
#include "cli/groups/group_options.h"

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
    describe_groups_option,
    delete_groups_option,
    Option{.name = "reset-offsets",
           .help = "Let groups without members begin elsewhere. Says what it would do, unless "
                   "--execute is there. --topic or --all-topics say with what, and one of --to-... "
                   "--shift-by, --by-duration, --from-file where."},
    Option{.name = "delete-offsets", .help = "Delete what a group has committed for topics."},
    Option{.name = "validate-regex",
           .argument = Argument::required,
           .argument_name = "REGEX",
           .help = "Say whether an expression may be subscribed to (RE2's syntax)."},
    group_option,
    Option{.name = "all-groups", .help = "All consumer groups."},
    topic_scope_option,
    all_topics_option,
    members_option,
    offsets_option,
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
    verbose_option,
    Option{.name = "timeout",
           .argument = Argument::required,
           .kind = ArgumentKind::int64,
           .argument_name = "MS",
           .help = "How long each question may take (5000)."},
    dry_run_option,
    execute_option,
    export_option,
    to_offset_option,
    to_earliest_option,
    to_latest_option,
    Option{.name = "to-current", .help = "Reset to what is committed; where nothing is, the end."},
    to_datetime_option,
    Option{.name = "by-duration",
           .argument = Argument::required,
           .argument_name = "PnDTnHnMnS",
           .help = "Reset to the first record that is not older than that."},
    Option{.name = "shift-by",
           .argument = Argument::required,
           .kind = ArgumentKind::int64,
           .argument_name = "NUMBER",
           .help = "Reset by so many records, forward or (negative) back."},
    from_file_option,
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

Result<void> check_reset(const ParsedOptions& given) {
    TRY(check_dry_run(given));
    TRY(check_group_scope(given, "reset-offsets"));
    TRY(given_scenario(given, scenarios));
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
        TRY(check_group_describe(given));
    }
    if (given.has("delete")) {
        TRY(check_group_scope(given, "delete"));
        if (given.has("topic")) {
            return fail(ErrorCode::invalid_request,
                        "The consumer does not support topic-specific offset deletion from a "
                        "consumer group.");
        }
    }
    if (given.has("delete-offsets")) {
        TRY(check_delete_offsets(given));
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

#include "cli/groups/group_options.h"
#include "cli/groups/share_groups_command.h"

#include <algorithm>
#include <array>

namespace barnabas::cli {
namespace {

constexpr std::array options{
    bootstrap_server_option,
    command_config_option,
    Option{.name = "list", .help = "List share groups."},
    describe_groups_option,
    delete_groups_option,
    Option{.name = "reset-offsets",
           .help = "Let a group without members begin elsewhere: --dry-run says what it would do, "
                   "--execute does it."},
    Option{.name = "delete-offsets", .help = "Delete what a group knows of topics."},
    group_option,
    Option{.name = "all-groups", .help = "All share groups."},
    topic_scope_option,
    all_topics_option,
    members_option,
    offsets_option,
    Option{.name = "state",
           .argument = Argument::optional,
           .argument_name = "STATE,...",
           .help = "Describe the groups' states; with --list: tell them, or list groups in these "
                   "states alone (Empty, Stable, Dead).",
           .only_with = "describe,list"},
    verbose_option,
    Option{.name = "timeout",
           .argument = Argument::required,
           .kind = ArgumentKind::int64,
           .argument_name = "MS",
           .help = "How long each question may take (30000)."},
    dry_run_option,
    execute_option,
    export_option,
    to_offset_option,
    to_earliest_option,
    to_latest_option,
    Option{.name = "to-current", .help = "Reset to where the group is; else the end."},
    to_datetime_option,
    from_file_option,
};

constexpr std::array<std::string_view, 3> examples{
    "share-groups --bootstrap-server localhost:9092 --list --state",
    "share-groups --bootstrap-server localhost:9092 --describe --group workers --members",
    "share-groups --bootstrap-server localhost:9092 --reset-offsets --group workers --topic jobs "
    "--to-earliest --execute",
};

constexpr std::array<std::string_view, 6> scenarios{"to-offset",   "from-file", "to-datetime",
                                                    "to-earliest", "to-latest", "to-current"};

/// One of the two, and not both.
Result<void> take_either(const ParsedOptions& given, std::string_view action, std::string_view one,
                         std::string_view other) {
    if (!given.has(one) && !given.has(other)) {
        return fail(ErrorCode::invalid_request, "Option [{}] takes the options [{}] or [{}].",
                    action, one, other);
    }
    if (given.has(one) && given.has(other)) {
        return fail(ErrorCode::invalid_request, "Option [{}] takes either [{}] or [{}], not both.",
                    action, one, other);
    }
    return {};
}

Result<void> check_reset(const ParsedOptions& given) {
    TRY(check_dry_run(given));
    if (!given.has("dry-run") && !given.has("execute")) {
        return fail(ErrorCode::invalid_request,
                    "Option [reset-offsets] takes the option: [execute] or [dry-run]");
    }
    if (!given.has("group")) {
        return fail(ErrorCode::invalid_request, "Option [reset-offsets] takes the option: [group]");
    }
    if (!given.has("topic") && !given.has("all-topics") && !given.has("from-file")) {
        return fail(ErrorCode::invalid_request,
                    "Option [reset-offsets] takes one of these options: [topic], [all-topics], "
                    "[from-file]");
    }
    TRY(refuse_together(given, "topic", {"all-topics"}));
    TRY_ASSIGN(const auto scenario, given_scenario(given, scenarios));
    if (!scenario) {
        return fail(ErrorCode::invalid_request,
                    "Option [reset-offsets] takes one of these options: [to-offset], [from-file], "
                    "[to-datetime], [to-earliest], [to-latest], [to-current]");
    }
    return {};
}

}  // namespace

const Syntax share_groups_syntax{.options = options, .examples = examples};

Result<void> check_share_groups(const ParsedOptions& given) {
    constexpr std::array actions{"list", "describe", "delete", "reset-offsets", "delete-offsets"};
    if (std::ranges::count_if(actions, [&](auto action) { return given.has(action); }) != 1) {
        return fail(ErrorCode::invalid_request,
                    "Command must include exactly one action: --list, --describe, --delete, "
                    "--reset-offsets, --delete-offsets.");
    }
    TRY(require_options(given, {"bootstrap-server"}));
    if (given.has("describe")) {
        TRY(check_group_describe(given));
    }
    if (given.has("delete")) {
        TRY(take_either(given, "delete", "group", "all-groups"));
        if (given.has("topic") || given.has("all-topics")) {
            return fail(ErrorCode::invalid_request,
                        "Option [delete] does not take the options [topic] or [all-topics].");
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
    return {};
}

}  // namespace barnabas::cli

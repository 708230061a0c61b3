#include "cli/groups/share_groups_command.h"

#include <algorithm>
#include <array>

namespace barnabas::cli {
namespace {

constexpr std::array options{
    bootstrap_server_option,
    command_config_option,
    Option{.name = "list", .help = "List share groups."},
    Option{.name = "describe", .help = "Tell how far groups are, and who is in them."},
    Option{.name = "delete", .help = "Delete groups."},
    Option{.name = "reset-offsets",
           .help = "Let a group without members begin elsewhere: --dry-run says what it would do, "
                   "--execute does it."},
    Option{.name = "delete-offsets", .help = "Delete what a group knows of topics."},
    Option{.name = "group",
           .argument = Argument::required,
           .argument_name = "GROUP",
           .help = "Which group; may be repeated.",
           .repeatable = true},
    Option{.name = "all-groups", .help = "All share groups."},
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
                   "states alone (Empty, Stable, Dead).",
           .only_with = "describe,list"},
    Option{.name = "verbose", .help = "Describe more.", .only_with = "describe"},
    Option{.name = "timeout",
           .argument = Argument::required,
           .kind = ArgumentKind::int64,
           .argument_name = "MS",
           .help = "How long each question may take (30000)."},
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
    Option{.name = "to-current", .help = "Reset to where the group is; else the end."},
    Option{.name = "to-datetime",
           .argument = Argument::required,
           .argument_name = "YYYY-MM-DDThh:mm:ss.sss",
           .help = "Reset to the first record that is not older."},
    Option{.name = "from-file",
           .argument = Argument::required,
           .argument_name = "FILE",
           .help = "Reset to what a CSV file says."},
};

constexpr std::array<std::string_view, 3> examples{
    "share-groups --bootstrap-server localhost:9092 --list --state",
    "share-groups --bootstrap-server localhost:9092 --describe --group workers --members",
    "share-groups --bootstrap-server localhost:9092 --reset-offsets --group workers --topic jobs "
    "--to-earliest --execute",
};

constexpr std::array<std::string_view, 6> scenarios{"to-offset",   "from-file", "to-datetime",
                                                    "to-earliest", "to-latest", "to-current"};

Result<void> check_describe(const ParsedOptions& given) {
    if (!given.has("group") && !given.has("all-groups")) {
        return fail(ErrorCode::invalid_request,
                    "Option [describe] takes one of these options: [group], [all-groups]");
    }
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
    if (given.has("dry-run") && given.has("execute")) {
        return fail(ErrorCode::invalid_request,
                    "Option [reset-offsets] only accepts one of [execute] and [dry-run]");
    }
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
    if (first == nullptr) {
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
        TRY(check_describe(given));
    }
    if (given.has("delete")) {
        TRY(take_either(given, "delete", "group", "all-groups"));
        if (given.has("topic") || given.has("all-topics")) {
            return fail(ErrorCode::invalid_request,
                        "Option [delete] does not take the options [topic] or [all-topics].");
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
    return {};
}

}  // namespace barnabas::cli

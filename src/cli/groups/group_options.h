#pragma once

#include "base/result.h"
#include "cli/framework/option.h"
#include "cli/framework/option_parser.h"

#include <array>
#include <optional>
#include <span>
#include <string_view>

namespace barnabas::cli {

// What the command lines of `consumer-groups` and `share-groups` have in common.

inline constexpr Option describe_groups_option{
    .name = "describe", .help = "Tell how far groups are, and who is in them."};
inline constexpr Option delete_groups_option{.name = "delete", .help = "Delete groups."};
inline constexpr Option group_option{.name = "group",
                                     .argument = Argument::required,
                                     .argument_name = "GROUP",
                                     .help = "Which group; may be repeated.",
                                     .repeatable = true};
inline constexpr Option topic_scope_option{
    .name = "topic",
    .argument = Argument::required,
    .argument_name = "TOPIC[:P,...]",
    .help = "Which topic, or some partitions of it; may be repeated.",
    .repeatable = true};
inline constexpr Option all_topics_option{.name = "all-topics",
                                          .help = "All topics for which the group has offsets."};
inline constexpr Option members_option{
    .name = "members", .help = "Describe members.", .only_with = "describe"};
inline constexpr Option offsets_option{
    .name = "offsets", .help = "Describe offsets and lag (the default).", .only_with = "describe"};
inline constexpr Option verbose_option{
    .name = "verbose", .help = "Describe more.", .only_with = "describe"};
inline constexpr Option dry_run_option{.name = "dry-run", .help = "Say what a reset would do."};
inline constexpr Option execute_option{.name = "execute", .help = "Do the reset."};
inline constexpr Option export_option{.name = "export",
                                      .help = "Print the reset as CSV, for --from-file."};
inline constexpr Option to_offset_option{.name = "to-offset",
                                         .argument = Argument::required,
                                         .kind = ArgumentKind::int64,
                                         .argument_name = "OFFSET",
                                         .help = "Reset to this offset."};
inline constexpr Option to_earliest_option{.name = "to-earliest",
                                           .help = "Reset to the beginning of the log."};
inline constexpr Option to_latest_option{.name = "to-latest", .help = "Reset to its end."};
inline constexpr Option to_datetime_option{.name = "to-datetime",
                                           .argument = Argument::required,
                                           .argument_name = "YYYY-MM-DDThh:mm:ss.sss",
                                           .help = "Reset to the first record that is not older."};
inline constexpr Option from_file_option{.name = "from-file",
                                         .argument = Argument::required,
                                         .argument_name = "FILE",
                                         .help = "Reset to what a CSV file says."};

// Whether they go together, with the sentences of Kafka's tools: invalid_request.

/// --group or --all-groups is there.
[[nodiscard]] Result<void> check_group_scope(const ParsedOptions& given, std::string_view action);
/// The groups, and at most one of --members, --offsets and --state, which has no value here.
[[nodiscard]] Result<void> check_group_describe(const ParsedOptions& given);
/// --group and --topic are there.
[[nodiscard]] Result<void> check_delete_offsets(const ParsedOptions& given);
/// Not both.
[[nodiscard]] Result<void> check_dry_run(const ParsedOptions& given);
/// The one of `scenarios` that is given; nothing if none is.
[[nodiscard]] Result<std::optional<std::string_view>> given_scenario(
    const ParsedOptions& given, std::span<const std::string_view> scenarios);

}  // namespace barnabas::cli

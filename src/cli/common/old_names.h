#pragma once

#include "base/result.h"
#include "cli/framework/console.h"
#include "cli/framework/option_parser.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::cli {

/// An option that has a newer name (KIP-1147): both are understood until the old one goes.
struct OldName {
    std::string_view old_name;
    std::string_view name;
};

/// The old names of a command, and what Kafka's tool says of them: sentences in which {0} is the
/// old name and {1} the new one.
struct OldNames {
    std::span<const OldName> rows;
    std::string_view both;  ///< where an option comes under both of its names
    std::string_view warning;
};

// Sentences that several of Kafka's tools have.
inline constexpr std::string_view old_name_and_new_one =
    "Options --{0} and --{1} cannot be specified together.";
inline constexpr std::string_view new_name_and_old_one =
    "Options --{1} and --{0} cannot be specified together.";
inline constexpr std::string_view names_exclude_each_other =
    "Options --{0} and --{1} are mutually exclusive.";

inline constexpr std::string_view old_name_has_been_deprecated =
    "Option --{0} has been deprecated and will be removed in a future version. Use --{1} instead.";
inline constexpr std::string_view old_name_is_deprecated =
    "Option --{0} is deprecated and will be removed in a future version. Use --{1} instead.";

/// invalid_request where an option comes under both of its names.
[[nodiscard]] Result<void> check_old_names(const ParsedOptions& given, const OldNames& names);
/// A line for each old name that is used.
[[nodiscard]] std::vector<std::string> old_name_warnings(const ParsedOptions& given,
                                                         const OldNames& names);

/// Prints warnings where Kafka's tools do, on standard output; with --json that is JSON alone, and
/// they go to the error output.
void tell_warnings(std::span<const std::string> warnings, bool json, Console& console);
void tell_warning(std::string_view warning, bool json, Console& console);

}  // namespace barnabas::cli

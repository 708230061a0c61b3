#include "cli/groups/group_options.h"

#include <algorithm>

namespace barnabas::cli {

Result<void> check_group_scope(const ParsedOptions& given, std::string_view action) {
    if (!given.has("group") && !given.has("all-groups")) {
        return fail(ErrorCode::invalid_request,
                    "Option [{}] takes one of these options: [group], [all-groups]", action);
    }
    return {};
}

Result<void> check_group_describe(const ParsedOptions& given) {
    TRY(check_group_scope(given, "describe"));
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

Result<void> check_delete_offsets(const ParsedOptions& given) {
    if (!given.has("group") || !given.has("topic")) {
        return fail(ErrorCode::invalid_request,
                    "Option [delete-offsets] takes the following options: [group], [topic]");
    }
    return {};
}

Result<void> check_dry_run(const ParsedOptions& given) {
    if (given.has("dry-run") && given.has("execute")) {
        return fail(ErrorCode::invalid_request,
                    "Option [reset-offsets] only accepts one of [execute] and [dry-run]");
    }
    return {};
}

Result<std::optional<std::string_view>> given_scenario(
    const ParsedOptions& given, std::span<const std::string_view> scenarios) {
    std::optional<std::string_view> first;
    for (const auto scenario : scenarios) {
        if (!given.has(scenario)) {
            continue;
        }
        if (first) {
            return fail(ErrorCode::invalid_request,
                        "Option \"[{}]\" can't be used with option \"[{}]\"", *first, scenario);
        }
        first = scenario;
    }
    return first;
}

}  // namespace barnabas::cli

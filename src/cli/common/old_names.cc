#include "cli/common/old_names.h"

#include <fmt/format.h>

namespace barnabas::cli {

Result<void> check_old_names(const ParsedOptions& given, const OldNames& names) {
    for (const auto& [old_name, name] : names.rows) {
        if (given.has(old_name) && given.has(name)) {
            return fail(ErrorCode::invalid_request, "{}",
                        fmt::format(fmt::runtime(names.both), old_name, name));
        }
    }
    return {};
}

std::vector<std::string> old_name_warnings(const ParsedOptions& given, const OldNames& names) {
    std::vector<std::string> warnings;
    for (const auto& [old_name, name] : names.rows) {
        if (given.has(old_name)) {
            warnings.push_back(fmt::format(fmt::runtime(names.warning), old_name, name));
        }
    }
    return warnings;
}

void tell_warnings(std::span<const std::string> warnings, bool json, Console& console) {
    for (const auto& warning : warnings) {
        tell_warning(warning, json, console);
    }
}

void tell_warning(std::string_view warning, bool json, Console& console) {
    if (json) {
        console.error_line(warning);
    } else {
        console.line(warning);
    }
}

}  // namespace barnabas::cli

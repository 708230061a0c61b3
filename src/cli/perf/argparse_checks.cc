#include "cli/perf/argparse_checks.h"

#include <charconv>
#include <string>

namespace barnabas::cli {

Result<void> require_one(const ParsedOptions& options,
                         std::initializer_list<std::string_view> names) {
    std::string_view first;
    std::string_view second;
    for (const auto& given : options.in_order()) {
        for (const auto name : names) {
            if (given.option->name != name || name == first || !second.empty()) {
                continue;
            }
            (first.empty() ? first : second) = name;
        }
    }
    if (!second.empty()) {
        return fail(ErrorCode::invalid_request, "argument --{}: not allowed with argument --{}",
                    second, first);
    }
    if (first.empty()) {
        std::string all;
        for (const auto name : names) {
            all += fmt::format("{}--{}", all.empty() ? "" : " ", name);
        }
        return fail(ErrorCode::invalid_request, "one of the arguments {} is required", all);
    }
    return {};
}

Result<double> real_argument(const ParsedOptions& options, std::string_view name, double fallback) {
    const auto text = options.text(name);
    if (!text) {
        return fallback;
    }
    double number = 0;
    const auto* end = text->data() + text->size();
    const auto read = std::from_chars(text->data(), end, number);
    if (read.ec != std::errc() || read.ptr != end) {
        return fail(ErrorCode::invalid_request, "argument --{}: could not convert '{}' to Double",
                    name, *text);
    }
    return number;
}

int refuse_line(Console& console, std::string_view tool, std::string_view command,
                std::string_view sentence) {
    console.error_line(fmt::format("{}: error: {}", tool, sentence));
    console.error_line(fmt::format("See: barnabas {} --help", command));
    return 1;
}

}  // namespace barnabas::cli

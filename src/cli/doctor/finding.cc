#include "cli/doctor/finding.h"

#include "base/json_text.h"
#include "cli/common/text_table.h"
#include "cli/framework/help.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace barnabas::cli {
namespace {

constexpr std::size_t check_width = 11;
constexpr std::size_t level_width = 5;
constexpr std::size_t finding_columns = 96;

std::string coloured_level(FindingLevel level, bool colours) {
    const auto text = padded(level_name(level), level_width);
    if (!colours) {
        return text;
    }
    const int colour = level == FindingLevel::ok ? 32 : level == FindingLevel::warn ? 33 : 31;
    return fmt::format("\033[{}m{}\033[0m", colour, text);
}

/// What brokers and strangers say of themselves stands in findings: a terminal obeys none of it.
std::string harmless(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < ' ' || byte == 0x7f) {
            out += fmt::format("\\x{:02x}", byte);
        } else {
            out += c;
        }
    }
    return out;
}

}  // namespace

std::string_view level_name(FindingLevel level) {
    switch (level) {
        case FindingLevel::ok:
            return "ok";
        case FindingLevel::warn:
            return "warn";
        case FindingLevel::fail:
            break;
    }
    return "fail";
}

std::string findings_text(std::span<const Finding> findings, bool colours) {
    constexpr std::size_t indent = level_width + 1 + check_width + 1;
    std::string text;
    for (const auto& finding : findings) {
        text += fmt::format("{} {} {}\n", coloured_level(finding.level, colours),
                            padded(finding.check, check_width),
                            wrapped(harmless(finding.text), finding_columns, indent));
        if (!finding.advice.empty()) {
            text += fmt::format("{:{}}{}\n", "", indent,
                                wrapped("-> " + harmless(finding.advice), finding_columns, indent));
        }
    }
    return text;
}

std::string findings_json(std::span<const Finding> findings) {
    std::string text;
    for (const auto& finding : findings) {
        JsonLine line;
        line.add("level", level_name(finding.level))
            .add("check", finding.check)
            .add("text", finding.text);
        if (!finding.advice.empty()) {
            line.add("advice", finding.advice);
        }
        text += line.text() + '\n';
    }
    return text;
}

int findings_status(std::span<const Finding> findings) {
    return std::ranges::any_of(findings,
                               [](const auto& one) { return one.level == FindingLevel::fail; })
               ? 1
               : 0;
}

}  // namespace barnabas::cli

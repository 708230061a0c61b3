#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::cli {

enum class FindingLevel : std::int8_t { ok, warn, fail };

/// One thing that `doctor` looked at.
struct Finding {
    FindingLevel level = FindingLevel::ok;
    std::string check{};   ///< which kind: "address", "name", "connection", ...
    std::string text{};    ///< what is so
    std::string advice{};  ///< what to do; empty where all is well

    friend bool operator==(const Finding&, const Finding&) = default;
};
using Findings = std::vector<Finding>;

/// "ok", "warn", "fail".
[[nodiscard]] std::string_view level_name(FindingLevel level);

/// A line each, and one for its advice; the levels in colours. Control characters are shown as
/// "\x1b".
[[nodiscard]] std::string findings_text(std::span<const Finding> findings, bool colours);
/// A JSON object a line: level, check, text, advice.
[[nodiscard]] std::string findings_json(std::span<const Finding> findings);

/// 1 if anything failed, else 0.
[[nodiscard]] int findings_status(std::span<const Finding> findings);

}  // namespace barnabas::cli

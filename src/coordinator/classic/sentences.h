#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::coordinator {

/// What clients named, for a sentence: in quotes, without control characters, cut when long.
[[nodiscard]] std::string shown(std::string_view text);

/// Some of many ids, and how many more there are: "a", "b" and 98 more.
[[nodiscard]] std::string shown(const std::vector<std::string>& ids);

/// What the client gave as its reason (KIP-800), to be put behind a sentence; empty if nothing.
[[nodiscard]] std::string shown_reason(const std::optional<std::string>& reason);

}  // namespace barnabas::coordinator

#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace barnabas::coordinator {

/// In characters: a UUID as text. Who has a longer one may neither join a share group nor fetch
/// (KafkaApis.isMemberIdValid).
inline constexpr std::size_t share_member_id_max = 36;

[[nodiscard]] inline bool is_too_long_for_share_member(std::string_view id) {
    const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; };
    return static_cast<std::size_t>(std::ranges::count_if(id, begins)) > share_member_id_max;
}

}  // namespace barnabas::coordinator

#pragma once

#include "base/bytes.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

/// Standard base64 with padding (RFC 4648, section 4).
[[nodiscard]] std::string to_base64(ByteView bytes);

/// Nothing if the text is not of whole groups of four characters of that alphabet.
[[nodiscard]] std::optional<std::vector<std::byte>> from_base64(std::string_view text);

/// Lower-case hex digits, two a byte.
[[nodiscard]] std::string to_hex(ByteView bytes);

/// Nothing if the text is not pairs of hex digits, of either case.
[[nodiscard]] std::optional<std::vector<std::byte>> from_hex(std::string_view text);

}  // namespace barnabas::wire

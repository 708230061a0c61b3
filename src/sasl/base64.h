#pragma once

#include "base/bytes.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::sasl {

/// The standard alphabet with padding (RFC 4648, section 4).
[[nodiscard]] std::string encode_base64(ByteView bytes);

/// Nothing unless the text is of that form to the letter: no white space, padding complete.
[[nodiscard]] std::optional<std::vector<std::byte>> decode_base64(std::string_view text);

}  // namespace barnabas::sasl

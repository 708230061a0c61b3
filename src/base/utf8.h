#pragma once

#include <string>
#include <string_view>

namespace barnabas {

/// The text with U+FFFD where it is no UTF-8: as many of them as Java's new String(bytes, UTF_8)
/// puts there, so that what Kafka's tools print of bytes and what ours print are the same.
[[nodiscard]] std::string replace_malformed_utf8(std::string_view text);

}  // namespace barnabas

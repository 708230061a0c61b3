#pragma once

#include "base/result.h"

#include <algorithm>
#include <string_view>

namespace barnabas::coordinator {

/// Java's String.trim() leaves nothing of it.
[[nodiscard]] inline bool is_blank(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) <= ' '; });
}

/// invalid_request in Kafka's words; `what`: the field's name.
[[nodiscard]] inline Result<void> check_not_blank(std::string_view text, std::string_view what) {
    if (is_blank(text)) {
        return fail(ErrorCode::invalid_request, "{} can't be empty.", what);
    }
    return {};
}

}  // namespace barnabas::coordinator

#pragma once

#include "base/result.h"

#include <compare>
#include <string>
#include <string_view>

namespace barnabas::security {

/// Who asks (org.apache.kafka.common.security.auth.KafkaPrincipal): "User:alice".
struct Principal {
    std::string type;  ///< "User", unless a builder of principals says otherwise
    std::string name;

    [[nodiscard]] std::string to_text() const { return type + ":" + name; }
    /// The type ends at the first ':'; fails where there is none.
    [[nodiscard]] static Result<Principal> parse(std::string_view text);

    friend auto operator<=>(const Principal&, const Principal&) = default;
};

}  // namespace barnabas::security

#include "security/principal.h"

namespace barnabas::security {

Result<Principal> Principal::parse(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == text.npos) {
        return fail(ErrorCode::invalid_request,
                    "'{}' is no principal: it has the form type:name, for example User:alice",
                    text);
    }
    return Principal{.type = std::string{text.substr(0, colon)},
                     .name = std::string{text.substr(colon + 1)}};
}

}  // namespace barnabas::security

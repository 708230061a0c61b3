#include "base/properties.h"
#include <barnabas/client_config.h>

namespace barnabas {

Result<ClientConfig> parse_client_properties(std::string_view text) {
    return parse_properties(text);
}

}  // namespace barnabas

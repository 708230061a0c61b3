#include "client/cluster/answer_source.h"

#include "base/invariant.h"
#include "wire/api.h"

#include <fmt/format.h>

namespace barnabas::client {

std::string source_text(std::string_view broker, std::int16_t api_key, std::int16_t version) {
    const auto* api = wire::find_api(api_key);
    INVARIANT(api != nullptr, "no API {}", api_key);
    return fmt::format("{} v{} to {}", api->name, version, broker);
}

std::string timed_source_text(std::string_view broker, std::int16_t api_key, std::int16_t version,
                              Duration took) {
    return fmt::format("{}, answered after {} ms", source_text(broker, api_key, version),
                       took / 1ms);
}

}  // namespace barnabas::client

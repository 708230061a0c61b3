#pragma once

#include <barnabas/client_config.h>

#include <optional>
#include <string>
#include <string_view>

namespace barnabas::cli {

/// Properties of line readers and formatters. Nothing where the name is not there.
[[nodiscard]] std::optional<std::string> text_property(const ClientConfig& properties,
                                                       std::string_view name);
/// True for "true" in any case, with blanks around it or not, as the classes of Kafka's tools read
/// it; else false.
[[nodiscard]] std::optional<bool> flag_property(const ClientConfig& properties,
                                                std::string_view name);

}  // namespace barnabas::cli

#pragma once

#include "base/result.h"
#include "cli/framework/option_parser.h"
#include <barnabas/client_config.h>

#include <optional>
#include <string>
#include <string_view>

namespace barnabas::cli {

/// What a file and single KEY=VALUE options say, of a client or a formatter.
struct GivenProperties {
    ClientConfig file{};
    ClientConfig entries{};
};

/// Of options under their new name or their old one, which do not come together.
[[nodiscard]] Result<GivenProperties> properties_of_either(const ParsedOptions& given,
                                                           const std::optional<std::string>& file,
                                                           std::string_view entries,
                                                           std::string_view old_entries);
/// Entries go before the file.
[[nodiscard]] ClientConfig merged_properties(GivenProperties properties);
/// The same of a formatter: --key-deserializer and --value-deserializer stand between the two.
[[nodiscard]] ClientConfig formatter_properties(const ParsedOptions& given,
                                                GivenProperties properties);
/// The group that somebody named, in one place or the same in several. `old_config`: the old name
/// of --command-config, for the sentence.
[[nodiscard]] Result<std::optional<std::string>> named_group(const ParsedOptions& given,
                                                             const GivenProperties& properties,
                                                             std::string_view old_config);

}  // namespace barnabas::cli

#include "cli/records/given_properties.h"

#include "cli/common/client_properties.h"
#include "cli/records/properties.h"

#include <set>
#include <utility>

namespace barnabas::cli {

Result<GivenProperties> properties_of_either(const ParsedOptions& given,
                                             const std::optional<std::string>& file,
                                             std::string_view entries,
                                             std::string_view old_entries) {
    GivenProperties properties;
    if (file) {
        TRY_ASSIGN(properties.file, properties_file(*file));
    }
    TRY_ASSIGN(properties.entries,
               parse_entries(given.texts(given.has(entries) ? entries : old_entries)));
    return properties;
}

ClientConfig merged_properties(GivenProperties properties) {
    properties.entries.merge(properties.file);  // keeps what is there
    return std::move(properties.entries);
}

ClientConfig formatter_properties(const ParsedOptions& given, GivenProperties properties) {
    for (const std::string name : {"key", "value"}) {
        if (const auto asked = given.text(name + "-deserializer").value_or(""); !asked.empty()) {
            properties.file.insert_or_assign(name + ".deserializer", asked);
        }
    }
    return merged_properties(std::move(properties));
}

Result<std::optional<std::string>> named_group(const ParsedOptions& given,
                                               const GivenProperties& properties,
                                               std::string_view old_config) {
    std::set<std::string> groups;
    for (const auto& group : {given.text("group"), text_property(properties.file, "group.id"),
                              text_property(properties.entries, "group.id")}) {
        if (group) {
            groups.insert(*group);
        }
    }
    if (groups.size() > 1) {
        return fail(ErrorCode::invalid_request,
                    "The group ids provided in different places (directly using '--group', via "
                    "'--consumer-property', or via '--{}') do not match. Detected group ids: '{}'",
                    old_config, fmt::join(groups, "', '"));
    }
    return groups.empty() ? std::nullopt : std::optional(*groups.begin());
}

}  // namespace barnabas::cli

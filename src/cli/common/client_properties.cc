#include "cli/common/client_properties.h"

#include "cli/common/admin_session.h"

namespace barnabas::cli {

Result<ClientConfig> parse_entries(std::span<const std::string> entries) {
    ClientConfig config;
    for (const auto& entry : entries) {
        const auto equals = entry.find('=');
        auto name = entry.substr(0, equals);
        if (name.empty()) {
            return fail(ErrorCode::invalid_config,
                        "'{}' has no name in front of its value; write key=value", entry);
        }
        config.insert_or_assign(std::move(name),
                                equals == std::string::npos ? "" : entry.substr(equals + 1));
    }
    return config;
}

Result<ClientConfig> properties_file(const std::string& path) {
    TRY_ASSIGN(const auto text, read_file(path));
    auto config = parse_client_properties(text);
    if (!config) {
        return fail(config.error().code, "{}: {}", path, config.error().message);
    }
    return config;
}

Result<ClientConfig> client_properties(const PropertySources& sources) {
    TRY_ASSIGN(auto config, parse_entries(sources.entries));
    if (sources.file) {
        TRY_ASSIGN(auto from_file, properties_file(*sources.file));
        config.merge(from_file);  // keeps what is there
    }
    config.insert(sources.profile.begin(), sources.profile.end());
    for (const auto& [name, value] : sources.defaults) {
        config.emplace(name, value);
    }
    if (!sources.bootstrap.empty()) {
        config.insert_or_assign("bootstrap.servers", sources.bootstrap);
    }
    return config;
}

}  // namespace barnabas::cli

#include "cli/cluster/api_versions_text.h"

#include "base/json_text.h"
#include "wire/api.h"

#include <fmt/format.h>

#include <map>
#include <utility>
#include <vector>

namespace barnabas::cli {
namespace {

/// Which of the two knows the newer versions alone.
std::string_view why_unusable(const admin::ApiVersionRange& api) {
    const auto* known = wire::find_api(api.api_key);
    const bool too_new = known != nullptr && api.version_min > known->kafka_versions.last;
    return too_new ? "node too new" : "node too old";
}

std::string api_text(const admin::ApiVersionRange& api) {
    std::string text = api.version_min == api.version_max
                           ? fmt::format("{}({}): {}", api.name, api.api_key, api.version_min)
                           : fmt::format("{}({}): {} to {}", api.name, api.api_key, api.version_min,
                                         api.version_max);
    if (api.name.starts_with("UNKNOWN(")) {
        // Kafka's tool says nothing about what it does not know.
        return fmt::format("{}: {} to {}", api.name, api.version_min, api.version_max);
    }
    if (api.usable) {
        return text + fmt::format(" [usable: {}]", *api.usable);
    }
    return text + fmt::format(" [unusable: {}]", why_unusable(api));
}

/// Kafka's tool names what its client would ask a broker for and this one does not have.
bool is_brokers(const admin::ApiVersionRange& api) {
    const auto* known = wire::find_api(api.api_key);
    return known != nullptr && known->for_brokers;
}

}  // namespace

std::string node_text(const admin::Node& node) {
    return fmt::format("{}:{} (id: {} rack: {} isFenced: false)", node.host, node.port, node.id,
                       node.rack.value_or("null"));
}

std::string api_versions_text(const admin::BrokerApiVersions& versions) {
    std::map<std::int16_t, std::string> texts;
    for (const auto& api : versions.apis) {
        texts.emplace(api.api_key, api_text(api));
    }
    for (const auto& api : versions.unsupported) {
        if (is_brokers(api)) {
            texts.emplace(api.api_key, fmt::format("{}({}): UNSUPPORTED", api.name, api.api_key));
        }
    }
    std::vector<std::string> lines;
    lines.reserve(texts.size());
    for (auto& [key, text] : texts) {
        lines.push_back(std::move(text));
    }
    return fmt::format("{} -> (\n\t{}\n)\n", node_text(versions.node), fmt::join(lines, ",\n\t"));
}

std::string api_versions_json(const admin::BrokerApiVersions& versions) {
    std::string text;
    for (const auto& api : versions.apis) {
        JsonLine line;
        line.add("broker", versions.node.id.get())
            .add("api", api.name)
            .add("key", api.api_key)
            .add("minVersion", api.version_min)
            .add("maxVersion", api.version_max);
        if (api.usable) {
            line.add("usable", *api.usable);
        } else {
            line.add_json("usable", "null");
        }
        text += line.text() + '\n';
    }
    return text;
}

}  // namespace barnabas::cli

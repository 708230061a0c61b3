#include "log/directory_identity.h"

#include "base/properties.h"

#include <algorithm>
#include <charconv>

namespace barnabas::log {
namespace {

constexpr std::string_view version_key = "version:";
constexpr std::string_view topic_id_key = "topic_id:";

/// What follows the first `key`, up to the end of its line.
std::optional<std::string_view> word_behind(std::string_view text, std::string_view key) {
    const auto at = text.find(key);
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    auto rest = text.substr(at + key.size());
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    return rest.substr(0, rest.find_first_of(" \r\n"));
}

std::optional<std::string> value_of(const ConfigMap& properties, std::string_view name) {
    const auto found = properties.find(name);
    return found == properties.end() ? std::nullopt : std::optional(found->second);
}

Result<BrokerId> parse_node(std::string_view text) {
    std::int32_t number = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < 0) {
        return fail(ErrorCode::invalid_config, "\"{}\" is no node's number", text.substr(0, 40));
    }
    return BrokerId{number};
}

}  // namespace

Result<DirectoryIdentity> parse_identity(std::string_view text) {
    TRY_ASSIGN(const auto properties, parse_properties(text));
    const auto version = value_of(properties, "version");
    if (version != "0" && version != "1") {
        return fail(
            ErrorCode::invalid_config,
            "version \"{}\"; versions 0 and 1 are known. Is the directory of a newer broker, "
            "or of another program?",
            version.value_or(""));
    }
    DirectoryIdentity found;
    found.cluster_id = value_of(properties, "cluster.id");
    if (const auto node = value_of(properties, version == "0" ? "broker.id" : "node.id")) {
        TRY_ASSIGN(found.node, parse_node(*node));
    }
    if (const auto id = value_of(properties, "directory.id")) {
        found.directory_id = Uuid::parse(*id);
    }
    return found;
}

std::string identity_text(BrokerId node, std::string_view cluster_id, const Uuid& directory_id) {
    return fmt::format("version=1\ncluster.id={}\nnode.id={}\ndirectory.id={}\n", cluster_id, node,
                       directory_id);
}

Result<std::optional<TopicId>> parse_partition_metadata(std::string_view text) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    // Else it is damaged: a power failure may have torn it.
    if (const auto version = word_behind(text, version_key);
        version && !version->empty() && std::ranges::all_of(*version, is_digit) &&
        *version != "0") {
        return fail(ErrorCode::unsupported_version,
                    "version \"{}\"; version 0 is known. Was it written by a newer broker?",
                    version->substr(0, 40));
    }
    const auto id = word_behind(text, topic_id_key);
    return id ? Uuid::parse(*id) : std::nullopt;
}

std::string partition_metadata_text(const TopicId& id) {
    return fmt::format("version: 0\ntopic_id: {}", id);
}

}  // namespace barnabas::log

#pragma once

#include "base/result.h"
#include "base/types.h"
#include "base/uuid.h"

#include <optional>
#include <string>
#include <string_view>

namespace barnabas::log {

inline constexpr std::string_view identity_file = "meta.properties";

/// meta.properties: whose directory it is. Version 1 (KRaft) or 0 (ZooKeeper)
/// (org.apache.kafka.metadata.properties.MetaProperties).
struct DirectoryIdentity {
    std::optional<BrokerId> node;
    std::optional<std::string> cluster_id;
    std::optional<Uuid> directory_id;

    friend bool operator==(const DirectoryIdentity&, const DirectoryIdentity&) = default;
};

/// invalid_config for another version, or a node that is no number.
[[nodiscard]] Result<DirectoryIdentity> parse_identity(std::string_view text);

/// As version 1.
[[nodiscard]] std::string identity_text(BrokerId node, std::string_view cluster_id,
                                        const Uuid& directory_id);

/// partition.metadata: "version: 0\ntopic_id: <22 characters>"; nothing where there is no id, as a
/// crash may leave it. unsupported_version for another version.
[[nodiscard]] Result<std::optional<TopicId>> parse_partition_metadata(std::string_view text);
[[nodiscard]] std::string partition_metadata_text(const TopicId& id);

}  // namespace barnabas::log

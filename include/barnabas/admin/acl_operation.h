#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string_view>

namespace barnabas::admin {

/// What somebody may do with a resource, with the numbers of the wire
/// (org.apache.kafka.common.acl.AclOperation).
enum class AclOperation : std::int8_t {
    unknown = 0,
    any = 1,
    all = 2,
    read = 3,
    write = 4,
    create = 5,
    delete_ = 6,  ///< the plain word is C++'s
    alter = 7,
    describe = 8,
    cluster_action = 9,
    describe_configs = 10,
    alter_configs = 11,
    idempotent_write = 12,
    create_tokens = 13,
    describe_tokens = 14,
    two_phase_commit = 15,
};

/// Kafka's word: "DESCRIBE_CONFIGS".
[[nodiscard]] std::string_view to_text(AclOperation operation);

/// What the caller may do; nothing unless it was asked for.
using AuthorizedOperations = std::optional<std::set<AclOperation>>;

}  // namespace barnabas::admin

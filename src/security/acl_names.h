#pragma once

#include "security/acl.h"

#include <string_view>

namespace barnabas::security {

/// Kafka's word for the enumerator, "TRANSACTIONAL_ID"; "UNKNOWN" for a number that has none.
[[nodiscard]] std::string_view name_of(ResourceType type);
[[nodiscard]] std::string_view name_of(PatternType type);
[[nodiscard]] std::string_view name_of(AclOperation operation);
[[nodiscard]] std::string_view name_of(AclPermission permission);

/// The enumerator of a word in any of Kafka's spellings: "TRANSACTIONAL_ID", "TransactionalId",
/// "transactionalid". `unknown` for any other word.
[[nodiscard]] ResourceType resource_type_of(std::string_view name);
[[nodiscard]] PatternType pattern_type_of(std::string_view name);
[[nodiscard]] AclOperation acl_operation_of(std::string_view name);
[[nodiscard]] AclPermission acl_permission_of(std::string_view name);

}  // namespace barnabas::security

#pragma once

#include <barnabas/admin/acl_operation.h>

#include <compare>
#include <cstdint>
#include <string>

namespace barnabas::security {

// The numbers are those on the wire and in records: org.apache.kafka.common.resource and
// org.apache.kafka.common.acl. `unknown` is what a newer peer may mean; `any` stands in filters
// alone, and so does PatternType::match.

enum class ResourceType : std::int8_t {
    unknown = 0,
    any = 1,
    topic = 2,
    group = 3,
    cluster = 4,
    transactional_id = 5,
    delegation_token = 6,
    user = 7,
};

enum class PatternType : std::int8_t { unknown = 0, any = 1, match = 2, literal = 3, prefixed = 4 };

/// The one that clients see too.
using AclOperation = admin::AclOperation;

enum class AclPermission : std::int8_t { unknown = 0, any = 1, deny = 2, allow = 3 };

/// As the name of a literal pattern: every resource of the type. As a host: every host.
inline constexpr char acl_wildcard[] = "*";
/// As an ACL's principal: everybody.
inline constexpr char everybody[] = "User:*";

/// The resources that an ACL applies to. In an ACL: type neither any nor unknown, the name not
/// empty, the pattern literal or prefixed.
struct ResourcePattern {
    ResourceType type = ResourceType::unknown;
    std::string name;
    PatternType pattern = PatternType::literal;

    friend auto operator<=>(const ResourcePattern&, const ResourcePattern&) = default;
};

/// Who may or may not do what, from where. In an ACL: no enumerator is any or unknown.
struct AccessControlEntry {
    std::string principal;  ///< "User:alice" or everybody
    std::string host;       ///< an address as text or acl_wildcard
    AclOperation operation = AclOperation::unknown;
    AclPermission permission = AclPermission::unknown;

    friend auto operator<=>(const AccessControlEntry&, const AccessControlEntry&) = default;
};

/// One ACL.
struct AclBinding {
    ResourcePattern pattern;
    AccessControlEntry entry;

    friend auto operator<=>(const AclBinding&, const AclBinding&) = default;
};

}  // namespace barnabas::security

#pragma once

#include "security/acl.h"

#include <optional>
#include <string>

namespace barnabas::security {

/// Which patterns are meant (org.apache.kafka.common.resource.ResourcePatternFilter). `match` means
/// all that apply to the resource of that name: literal, wildcard and prefixed; `any` means those
/// whose name is that very text, whatever their kind. No name: all names.
struct ResourcePatternFilter {
    ResourceType type = ResourceType::any;
    std::optional<std::string> name;
    PatternType pattern = PatternType::any;

    [[nodiscard]] bool matches(const ResourcePattern& other) const;
    [[nodiscard]] bool matches_at_most_one() const;
};

/// Which entries are meant (org.apache.kafka.common.acl.AccessControlEntryFilter): text is compared
/// as it stands, so that "User:*" means the ACLs for everybody, not all ACLs.
struct AccessControlEntryFilter {
    std::optional<std::string> principal;
    std::optional<std::string> host;
    AclOperation operation = AclOperation::any;
    AclPermission permission = AclPermission::any;

    [[nodiscard]] bool matches(const AccessControlEntry& other) const;
    [[nodiscard]] bool matches_at_most_one() const;
};

/// Which ACLs are meant (org.apache.kafka.common.acl.AclBindingFilter). By default all.
struct AclBindingFilter {
    ResourcePatternFilter pattern;
    AccessControlEntryFilter entry;

    [[nodiscard]] bool matches(const AclBinding& acl) const {
        return pattern.matches(acl.pattern) && entry.matches(acl.entry);
    }
    /// Whether the filter names one possible ACL and no other.
    [[nodiscard]] bool matches_at_most_one() const {
        return pattern.matches_at_most_one() && entry.matches_at_most_one();
    }
};

}  // namespace barnabas::security

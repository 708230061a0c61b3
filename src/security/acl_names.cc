#include "security/acl_names.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>

namespace barnabas::security {
namespace {

// By number, from 0.
constexpr std::string_view resource_types[] = {
    "UNKNOWN", "ANY", "TOPIC", "GROUP", "CLUSTER", "TRANSACTIONAL_ID", "DELEGATION_TOKEN", "USER"};
constexpr std::string_view pattern_types[] = {"UNKNOWN", "ANY", "MATCH", "LITERAL", "PREFIXED"};
constexpr std::string_view operations[] = {"UNKNOWN",
                                           "ANY",
                                           "ALL",
                                           "READ",
                                           "WRITE",
                                           "CREATE",
                                           "DELETE",
                                           "ALTER",
                                           "DESCRIBE",
                                           "CLUSTER_ACTION",
                                           "DESCRIBE_CONFIGS",
                                           "ALTER_CONFIGS",
                                           "IDEMPOTENT_WRITE",
                                           "CREATE_TOKENS",
                                           "DESCRIBE_TOKENS",
                                           "TWO_PHASE_COMMIT"};
constexpr std::string_view permissions[] = {"UNKNOWN", "ANY", "DENY", "ALLOW"};

template <class Enum>
std::string_view name_in(std::span<const std::string_view> names, Enum value) {
    const auto number = static_cast<std::size_t>(static_cast<std::uint8_t>(value));
    return number < names.size() ? names[number] : names.front();
}

/// The letters in capitals, without '_'.
std::string letters_of(std::string_view name) {
    std::string letters;
    for (const char c : name) {
        if (c != '_') {
            letters += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        }
    }
    return letters;
}

template <class Enum>
Enum value_in(std::span<const std::string_view> names, std::string_view name) {
    const auto found = std::ranges::find(names, letters_of(name), letters_of);
    return found == names.end() ? Enum::unknown : static_cast<Enum>(found - names.begin());
}

}  // namespace

std::string_view name_of(ResourceType type) {
    return name_in(resource_types, type);
}
std::string_view name_of(PatternType type) {
    return name_in(pattern_types, type);
}
std::string_view name_of(AclOperation operation) {
    return name_in(operations, operation);
}
std::string_view name_of(AclPermission permission) {
    return name_in(permissions, permission);
}

ResourceType resource_type_of(std::string_view name) {
    return value_in<ResourceType>(resource_types, name);
}
PatternType pattern_type_of(std::string_view name) {
    return value_in<PatternType>(pattern_types, name);
}
AclOperation acl_operation_of(std::string_view name) {
    return value_in<AclOperation>(operations, name);
}
AclPermission acl_permission_of(std::string_view name) {
    return value_in<AclPermission>(permissions, name);
}

}  // namespace barnabas::security

#include "security/acl_filter.h"

namespace barnabas::security {
namespace {

template <class Enum>
bool admits(Enum wanted, Enum value) {
    return wanted == Enum::any || wanted == value;
}

bool admits(const std::optional<std::string>& wanted, const std::string& value) {
    return !wanted || *wanted == value;
}

template <class Enum>
bool is_definite(Enum wanted) {
    return wanted != Enum::any && wanted != Enum::unknown;
}

/// Whether the pattern applies to the resource of that name.
bool covers(const ResourcePattern& pattern, const std::string& name) {
    if (pattern.pattern == PatternType::prefixed) {
        return name.starts_with(pattern.name);
    }
    return pattern.name == name || pattern.name == acl_wildcard;
}

}  // namespace

bool ResourcePatternFilter::matches(const ResourcePattern& other) const {
    if (!admits(type, other.type)) {
        return false;
    }
    if (pattern == PatternType::match) {
        return !name || covers(other, *name);
    }
    return admits(pattern, other.pattern) && admits(name, other.name);
}

bool ResourcePatternFilter::matches_at_most_one() const {
    // A name of any kind of pattern counts as one in Kafka too, though there are two kinds.
    return is_definite(type) && name && pattern != PatternType::match &&
           pattern != PatternType::unknown;
}

bool AccessControlEntryFilter::matches(const AccessControlEntry& other) const {
    return admits(principal, other.principal) && admits(host, other.host) &&
           admits(operation, other.operation) && admits(permission, other.permission);
}

bool AccessControlEntryFilter::matches_at_most_one() const {
    return principal && host && is_definite(operation) && is_definite(permission);
}

}  // namespace barnabas::security

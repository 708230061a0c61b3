#include "security/acl_table.h"

#include "base/invariant.h"

#include <algorithm>
#include <utility>

namespace barnabas::security {
namespace {

bool show(const std::vector<AccessControlEntry>& entries, const AclTable::Visitor& visitor) {
    return std::ranges::all_of(entries, visitor);
}

/// The first `size` characters are what both begin with.
std::size_t common_size(std::string_view a, std::string_view b) {
    return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

}  // namespace

const AclTable::TypeTable& AclTable::table_of(ResourceType type) const {
    const auto number = static_cast<std::size_t>(type);
    INVARIANT(number < type_count, "a resource type {}", static_cast<int>(type));
    return tables_[number];
}

AclTable::TypeTable& AclTable::table_of(const ResourcePattern& pattern) {
    INVARIANT(pattern.type > ResourceType::any, "an ACL of type {}",
              static_cast<int>(pattern.type));
    INVARIANT(pattern.pattern >= PatternType::literal, "an ACL of pattern {}",
              static_cast<int>(pattern.pattern));
    return const_cast<TypeTable&>(std::as_const(*this).table_of(pattern.type));
}

bool AclTable::add(const AclBinding& acl) {
    auto& entries = table_of(acl.pattern).of(acl.pattern.pattern)[acl.pattern.name];
    if (std::ranges::find(entries, acl.entry) != entries.end()) {
        return false;
    }
    entries.push_back(acl.entry);
    ++size_;
    return true;
}

bool AclTable::remove(const AclBinding& acl) {
    auto& names = table_of(acl.pattern).of(acl.pattern.pattern);
    const auto found = names.find(acl.pattern.name);
    if (found == names.end() || std::erase(found->second, acl.entry) == 0) {
        return false;
    }
    if (found->second.empty()) {
        names.erase(found);
    }
    --size_;
    return true;
}

std::vector<AclBinding> AclTable::matching(const AclBindingFilter& filter) const {
    std::vector<AclBinding> found;
    for (std::size_t number = 0; number < type_count; ++number) {
        visit_type(static_cast<ResourceType>(number), [&](const auto& pattern, const auto& entry) {
            if (filter.pattern.matches(pattern) && filter.entry.matches(entry)) {
                found.push_back({.pattern = pattern, .entry = entry});
            }
        });
    }
    return found;
}

void AclTable::visit_resource(ResourceType type, std::string_view name,
                              const Visitor& visitor) const {
    const auto& table = table_of(type);
    for (const auto literal : {name, std::string_view{acl_wildcard}}) {
        const auto found = table.literal.find(literal);
        if (found != table.literal.end() && !show(found->second, visitor)) {
            return;
        }
    }
    // Down from the name: what precedes it in the order is a prefix of it, or tells up to which
    // character one may still be.
    auto rest = name;
    for (auto at = table.prefixed.upper_bound(rest); at != table.prefixed.begin();) {
        --at;
        const auto common = common_size(rest, at->first);
        if (common < at->first.size()) {
            rest = rest.substr(0, common);
            at = table.prefixed.upper_bound(rest);
        } else if (!show(at->second, visitor)) {
            return;
        }
    }
}

void AclTable::visit_type(ResourceType type, const PatternVisitor& visitor) const {
    const auto& table = table_of(type);
    for (const auto kind : {PatternType::literal, PatternType::prefixed}) {
        const auto& names = kind == PatternType::literal ? table.literal : table.prefixed;
        for (const auto& [name, entries] : names) {
            const ResourcePattern pattern{.type = type, .name = name, .pattern = kind};
            for (const auto& entry : entries) {
                visitor(pattern, entry);
            }
        }
    }
}

}  // namespace barnabas::security

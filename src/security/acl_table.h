#pragma once

#include "security/acl.h"
#include "security/acl_filter.h"

#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::security {

/// All ACLs of a cluster, found by resource. Owned by one thread; a copy is independent.
/// Always: no ACL stands in it twice, and size() counts them.
class AclTable {
public:
    /// What a resource's ACLs are shown to; false ends the walk.
    using Visitor = std::function<bool(const AccessControlEntry&)>;
    using PatternVisitor = std::function<void(const ResourcePattern&, const AccessControlEntry&)>;

    /// False, and nothing changes, if it is there already. The binding is one that an ACL may have:
    /// see acl.h.
    bool add(const AclBinding& acl);
    /// False if it is not there.
    bool remove(const AclBinding& acl);

    [[nodiscard]] std::size_t size() const { return size_; }
    /// In the order of their patterns.
    [[nodiscard]] std::vector<AclBinding> matching(const AclBindingFilter& filter) const;

    /// Shows every entry that applies to the resource: under its name, under the wildcard, and
    /// under each prefix of the name. Costs one search per such pattern, not one per ACL.
    void visit_resource(ResourceType type, std::string_view name, const Visitor& visitor) const;
    /// Shows every ACL of the type.
    void visit_type(ResourceType type, const PatternVisitor& visitor) const;

private:
    using Entries = std::vector<AccessControlEntry>;
    using EntriesByName = std::map<std::string, Entries, std::less<>>;

    struct TypeTable {
        EntriesByName literal;
        EntriesByName prefixed;

        EntriesByName& of(PatternType pattern) {
            return pattern == PatternType::prefixed ? prefixed : literal;
        }
    };

    static constexpr std::size_t type_count = 8;

    TypeTable& table_of(const ResourcePattern& pattern);
    [[nodiscard]] const TypeTable& table_of(ResourceType type) const;

    std::array<TypeTable, type_count> tables_;  ///< by the number of the type
    std::size_t size_ = 0;
};

}  // namespace barnabas::security

#include "security/authorizer.h"

#include "base/config_text.h"
#include "base/invariant.h"

#include <algorithm>
#include <set>

namespace barnabas::security {
namespace {

/// Names of one kind of permission, as far as they concern a requester.
struct Patterns {
    std::set<std::string, std::less<>> literal;
    std::set<std::string, std::less<>> prefixed;

    void add(const ResourcePattern& pattern) {
        (pattern.pattern == PatternType::prefixed ? prefixed : literal).insert(pattern.name);
    }
    [[nodiscard]] bool has_wildcard() const { return literal.contains(acl_wildcard); }
    [[nodiscard]] bool have_prefix_of(std::string_view name) const {
        for (std::size_t size = 1; size <= name.size(); ++size) {
            if (prefixed.contains(name.substr(0, size))) {
                return true;
            }
        }
        return false;
    }
};

bool is_for(const AccessControlEntry& entry, std::string_view principal, std::string_view host) {
    return (entry.principal == principal || entry.principal == everybody) &&
           (entry.host == host || entry.host == acl_wildcard);
}

/// Whether an allow entry for `granted` brings `wanted`.
bool brings(AclOperation granted, AclOperation wanted) {
    using enum AclOperation;
    if (granted == all || granted == wanted) {
        return true;
    }
    if (wanted == describe) {
        return granted == read || granted == write || granted == delete_ || granted == alter;
    }
    return wanted == describe_configs && granted == alter_configs;
}

void check_arguments(AclOperation operation, ResourceType type) {
    INVARIANT(operation > AclOperation::all, "a question for operation {}",
              static_cast<int>(operation));
    INVARIANT(type > ResourceType::any, "a question for resource type {}", static_cast<int>(type));
}

}  // namespace

Result<std::vector<Principal>> parse_super_users(std::string_view text) {
    std::vector<Principal> users;
    while (!text.empty()) {
        const auto end = std::min(text.find(';'), text.size());
        const auto user = trim(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!user.empty()) {
            TRY_ASSIGN(auto principal, Principal::parse(user));
            users.push_back(std::move(principal));
        }
    }
    return users;
}

Authorizer::Authorizer(AuthorizerSettings settings, const AclTable& acls)
    : settings_(std::move(settings)), acls_(acls) {}

Verdict Authorizer::authorize(const Requester& requester, AclOperation operation, ResourceType type,
                              std::string_view name) const {
    check_arguments(operation, type);
    if (std::ranges::find(settings_.super_users, requester.principal) !=
        settings_.super_users.end()) {
        return Verdict::allowed;
    }
    const auto principal = requester.principal.to_text();
    bool any_acl = false;
    bool allowed = false;
    bool denied = false;
    acls_.visit_resource(type, name, [&](const AccessControlEntry& entry) {
        any_acl = true;
        if (is_for(entry, principal, requester.host)) {
            if (entry.permission == AclPermission::allow) {
                allowed = allowed || brings(entry.operation, operation);
            } else {
                denied = entry.operation == AclOperation::all || entry.operation == operation;
            }
        }
        return !denied;
    });
    const bool may = !denied && (any_acl ? allowed : settings_.allow_if_no_acl_applies);
    return may ? Verdict::allowed : Verdict::denied;
}

Verdict Authorizer::authorize_any(const Requester& requester, AclOperation operation,
                                  ResourceType type) const {
    // Kafka asks for a name of its own first: so super users pass, and so do those who may do it
    // with every resource that no ACL names.
    if (authorize(requester, operation, type, "hardcode") == Verdict::allowed) {
        return Verdict::allowed;
    }
    const auto principal = requester.principal.to_text();
    Patterns allow;
    Patterns deny;
    acls_.visit_type(type, [&](const ResourcePattern& pattern, const AccessControlEntry& entry) {
        const bool concerned = entry.operation == operation || entry.operation == AclOperation::all;
        if (concerned && is_for(entry, principal, requester.host)) {
            (entry.permission == AclPermission::allow ? allow : deny).add(pattern);
        }
    });
    if (deny.has_wildcard()) {
        return Verdict::denied;
    }
    const auto is_left = [&](const std::string& name) { return !deny.have_prefix_of(name); };
    const bool may = allow.has_wildcard() || std::ranges::any_of(allow.prefixed, is_left) ||
                     std::ranges::any_of(allow.literal, [&](const std::string& name) {
                         return is_left(name) && !deny.literal.contains(name);
                     });
    return may ? Verdict::allowed : Verdict::denied;
}

}  // namespace barnabas::security

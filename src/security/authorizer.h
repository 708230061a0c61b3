#pragma once

#include "base/result.h"
#include "security/acl.h"
#include "security/acl_table.h"
#include "security/principal.h"

#include <string>
#include <string_view>
#include <vector>

namespace barnabas::security {

/// What an operator sets besides ACLs.
struct AuthorizerSettings {
    std::vector<Principal> super_users;    ///< super.users: they may do anything
    bool allow_if_no_acl_applies = false;  ///< allow.everyone.if.no.acl.found
};

/// The value of super.users: principals between ';', empty ones left out.
[[nodiscard]] Result<std::vector<Principal>> parse_super_users(std::string_view text);

/// Who asks, and from where.
struct Requester {
    Principal principal;
    std::string host;  ///< the address as text, as ACLs name it: "10.0.0.1"
};

enum class Verdict { allowed, denied };

/// The decision of org.apache.kafka.metadata.authorizer.StandardAuthorizer. For one resource:
///
///   1. a super user may;
///   2. a deny entry that applies to requester, host and operation forbids;
///   3. an allow entry does allow, and brings what it implies: read, write, delete and alter bring
///      describe, alter_configs brings describe_configs;
///   4. where no ACL names the resource at all, allow_if_no_acl_applies decides;
///   5. everything else is denied.
///
/// The type is neither any nor unknown, the operation none of any, all and unknown. The table must
/// outlive the authorizer and stay as it is during a call.
class Authorizer {
public:
    Authorizer(AuthorizerSettings settings, const AclTable& acls);

    [[nodiscard]] Verdict authorize(const Requester& requester, AclOperation operation,
                                    ResourceType type, std::string_view name) const;

    /// Whether there is any name of that type for which the requester may (KIP-679; the default of
    /// org.apache.kafka.server.authorizer.Authorizer.authorizeByResourceType). Entries count for
    /// their own operation and `all`; nothing is implied but for a super user.
    [[nodiscard]] Verdict authorize_any(const Requester& requester, AclOperation operation,
                                        ResourceType type) const;

private:
    AuthorizerSettings settings_;
    const AclTable& acls_;
};

}  // namespace barnabas::security

#include "security/acl_filter.h"
#include "security/acl_names.h"
#include "security/acl_table.h"
#include "security/authorizer.h"
#include "support/vectors.h"

#include <gtest/gtest.h>

namespace barnabas::testing {
namespace {

namespace json = boost::json;

std::string text(const json::object& from, std::string_view name) {
    return std::string{from.at(name).as_string()};
}

std::optional<std::string> maybe_text(const json::object& from, std::string_view name) {
    return from.at(name).is_null() ? std::nullopt : std::optional{text(from, name)};
}

security::AclBinding acl_of(const json::value& line) {
    const auto& from = line.as_object();
    return {.pattern = {.type = security::resource_type_of(text(from, "resource_type")),
                        .name = text(from, "resource_name"),
                        .pattern = security::pattern_type_of(text(from, "pattern_type"))},
            .entry = {.principal = text(from, "principal"),
                      .host = text(from, "host"),
                      .operation = security::acl_operation_of(text(from, "operation")),
                      .permission = security::acl_permission_of(text(from, "permission"))}};
}

security::AclBindingFilter filter_of(const json::object& from) {
    return {.pattern = {.type = security::resource_type_of(text(from, "resource_type")),
                        .name = maybe_text(from, "resource_name"),
                        .pattern = security::pattern_type_of(text(from, "pattern_type"))},
            .entry = {.principal = maybe_text(from, "principal"),
                      .host = maybe_text(from, "host"),
                      .operation = security::acl_operation_of(text(from, "operation")),
                      .permission = security::acl_permission_of(text(from, "permission"))}};
}

security::AuthorizerSettings settings_of(const json::object& config) {
    security::AuthorizerSettings settings;
    if (const auto* users = config.if_contains("super.users")) {
        settings.super_users = security::parse_super_users(users->as_string()).value();
    }
    if (const auto* allow = config.if_contains("allow.everyone.if.no.acl.found")) {
        settings.allow_if_no_acl_applies = allow->as_string() == "true";
    }
    return settings;
}

security::Verdict answer(const security::Authorizer& authorizer, const json::object& check) {
    const security::Requester requester{
        .principal = security::Principal::parse(text(check, "principal")).value(),
        .host = text(check, "host")};
    const auto operation = security::acl_operation_of(text(check, "operation"));
    const auto type = security::resource_type_of(text(check, "resource_type"));
    const auto name = maybe_text(check, "resource_name");
    return name ? authorizer.authorize(requester, operation, type, *name)
                : authorizer.authorize_any(requester, operation, type);
}

TEST(VectorsOfAcls, AreDecidedAlike) {
    for (const auto& line : vector_lines("acls")) {
        security::AclTable acls;
        for (const auto& acl : line.at("acls").as_array()) {
            acls.add(acl_of(acl));
        }
        const security::Authorizer authorizer{settings_of(line.at("config").as_object()), acls};
        for (const auto& check : line.at("checks").as_array()) {
            const auto verdict = answer(authorizer, check.as_object());
            EXPECT_EQ(verdict == security::Verdict::allowed, check.at("result") == "ALLOWED")
                << "case " << line.at("case") << ": " << check;
        }
    }
}

TEST(VectorsOfAclFilters, MatchAlike) {
    for (const auto& line : vector_lines("acl-filters")) {
        const auto filter = filter_of(line.at("filter").as_object());
        const auto& acls = line.at("acls").as_array();
        const auto& matches = line.at("matches").as_array();
        ASSERT_EQ(acls.size(), matches.size());
        for (std::size_t i = 0; i < acls.size(); ++i) {
            EXPECT_EQ(filter.matches(acl_of(acls[i])), matches[i].as_bool())
                << line.at("filter") << " with " << acls[i];
        }
        EXPECT_EQ(filter.matches_at_most_one(), line.at("matches_at_most_one").as_bool())
            << line.at("filter");
    }
}

}  // namespace
}  // namespace barnabas::testing

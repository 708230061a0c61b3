#include "security/authorizer.h"

#include <gtest/gtest.h>

namespace barnabas::security {
namespace {

using enum AclOperation;
constexpr auto allow = AclPermission::allow;
constexpr auto deny = AclPermission::deny;

struct Entry {
    std::string name = "t";
    PatternType pattern = PatternType::literal;
    std::string principal = "User:alice";
    std::string host = acl_wildcard;
    AclOperation operation = read;
    AclPermission permission = allow;
};

AclTable table_of(const std::vector<Entry>& entries) {
    AclTable table;
    for (const auto& entry : entries) {
        table.add({.pattern = {ResourceType::topic, entry.name, entry.pattern},
                   .entry = {entry.principal, entry.host, entry.operation, entry.permission}});
    }
    return table;
}

const Requester alice{.principal = {"User", "alice"}, .host = "10.0.0.1"};

bool may(const std::vector<Entry>& entries, AclOperation operation, bool otherwise = false) {
    const auto table = table_of(entries);
    const Authorizer authorizer{{.allow_if_no_acl_applies = otherwise}, table};
    return authorizer.authorize(alice, operation, ResourceType::topic, "t") == Verdict::allowed;
}

bool may_any(const std::vector<Entry>& entries, bool otherwise = false) {
    const auto table = table_of(entries);
    const Authorizer authorizer{{.allow_if_no_acl_applies = otherwise}, table};
    return authorizer.authorize_any(alice, read, ResourceType::topic) == Verdict::allowed;
}

TEST(Authorizer, LetsDenyGoBeforeAllow) {
    EXPECT_TRUE(may({{}}, read));
    EXPECT_FALSE(may({{}, {.permission = deny}}, read));
    EXPECT_FALSE(may({{}, {.name = "*", .principal = "User:*", .permission = deny}}, read));
    EXPECT_FALSE(may({{}, {.pattern = PatternType::prefixed, .permission = deny}}, read));
    EXPECT_TRUE(may({{}, {.host = "10.0.0.2", .permission = deny}}, read));
    EXPECT_TRUE(may({{}, {.principal = "User:bob", .permission = deny}}, read));
    EXPECT_FALSE(may({{}, {.operation = all, .permission = deny}}, read));
}

TEST(Authorizer, LetsAllowBringWhatItImplies) {
    for (const auto granted : {all, describe, read, write, delete_, alter}) {
        EXPECT_TRUE(may({{.operation = granted}}, describe)) << static_cast<int>(granted);
    }
    for (const auto granted : {create, describe_configs, alter_configs, cluster_action}) {
        EXPECT_FALSE(may({{.operation = granted}}, describe)) << static_cast<int>(granted);
    }
    EXPECT_TRUE(may({{.operation = alter_configs}}, describe_configs));
    EXPECT_FALSE(may({{.operation = alter}}, describe_configs));
    EXPECT_TRUE(may({{.operation = describe}, {.operation = read, .permission = deny}}, describe))
        << "a denied read forbids no describe";
}

TEST(Authorizer, AsksTheSettingOnlyWhereNoAclNamesTheResource) {
    EXPECT_TRUE(may({}, read, true));
    EXPECT_FALSE(may({}, read, false));
    EXPECT_TRUE(may({{.name = "other", .principal = "User:bob"}}, read, true));
    EXPECT_FALSE(may({{.principal = "User:bob"}}, read, true));
    EXPECT_FALSE(may({{.name = "*", .principal = "User:bob"}}, read, true));
}

TEST(Authorizer, LetsASuperUserDoAnything) {
    const auto table = table_of({{.permission = deny}});
    const Authorizer authorizer{{.super_users = {{"User", "root"}, {"User", "alice"}}}, table};
    EXPECT_EQ(authorizer.authorize(alice, read, ResourceType::topic, "t"), Verdict::allowed);
    EXPECT_EQ(authorizer.authorize_any(alice, read, ResourceType::topic), Verdict::allowed);
}

TEST(Authorizer, FindsAnyResourceThatIsNotDenied) {
    constexpr auto prefixed = PatternType::prefixed;
    EXPECT_FALSE(may_any({}));
    EXPECT_TRUE(may_any({}, true));
    EXPECT_TRUE(may_any({{}}));
    EXPECT_FALSE(may_any({{.operation = write}}));
    EXPECT_FALSE(may_any({{}, {.permission = deny}}));
    EXPECT_TRUE(may_any({{.pattern = prefixed}, {.permission = deny}}));
    EXPECT_FALSE(may_any({{.name = "ab"}, {.name = "a", .pattern = prefixed, .permission = deny}}));
    EXPECT_TRUE(may_any({{.name = "a"}, {.name = "ab", .pattern = prefixed, .permission = deny}}));
    EXPECT_FALSE(may_any({{}, {.name = "*", .permission = deny}}));
    EXPECT_TRUE(may_any({{.name = "*"}, {.permission = deny}}));
}

TEST(SuperUsers, AreReadBetweenSemicolons) {
    const auto users = parse_super_users(" User:a;;User:CN=b,O=c ; ");
    ASSERT_TRUE(users);
    EXPECT_EQ(*users, (std::vector<Principal>{{"User", "a"}, {"User", "CN=b,O=c"}}));
    EXPECT_EQ(parse_super_users("").value(), std::vector<Principal>{});
    EXPECT_FALSE(parse_super_users("User:a;root"));
}

}  // namespace
}  // namespace barnabas::security

#include "security/acl_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace barnabas::security {
namespace {

/// An ACL whose principal tells it from the others.
AclBinding acl(std::string name, PatternType pattern, std::string principal = "User:a",
               ResourceType type = ResourceType::topic) {
    return {.pattern = {.type = type, .name = std::move(name), .pattern = pattern},
            .entry = {.principal = std::move(principal),
                      .host = acl_wildcard,
                      .operation = AclOperation::read,
                      .permission = AclPermission::allow}};
}

std::multiset<std::string> principals_for(const AclTable& table, std::string_view name) {
    std::multiset<std::string> principals;
    table.visit_resource(ResourceType::topic, name, [&](const AccessControlEntry& entry) {
        principals.insert(entry.principal);
        return true;
    });
    return principals;
}

TEST(AclTable, HoldsAnAclOnce) {
    AclTable table;
    EXPECT_TRUE(table.add(acl("t", PatternType::literal)));
    EXPECT_FALSE(table.add(acl("t", PatternType::literal)));
    EXPECT_TRUE(table.add(acl("t", PatternType::prefixed)));
    EXPECT_EQ(table.size(), 2U);
    EXPECT_TRUE(table.remove(acl("t", PatternType::literal)));
    EXPECT_FALSE(table.remove(acl("t", PatternType::literal)));
    EXPECT_EQ(table.size(), 1U);
    EXPECT_EQ(table.matching({}), std::vector{acl("t", PatternType::prefixed)});
}

TEST(AclTable, ShowsAResourceTheAclsOfItsNameOfTheWildcardAndOfItsPrefixes) {
    AclTable table;
    table.add(acl("orders", PatternType::literal, "name"));
    table.add(acl("*", PatternType::literal, "wildcard"));
    table.add(acl("ord", PatternType::prefixed, "prefix"));
    table.add(acl("orders", PatternType::prefixed, "whole"));
    table.add(acl("ord", PatternType::literal, "other name"));
    table.add(acl("order-", PatternType::prefixed, "other prefix"));
    table.add(acl("orders2", PatternType::prefixed, "longer"));
    table.add(acl("orders", PatternType::literal, "group", ResourceType::group));
    EXPECT_EQ(principals_for(table, "orders"),
              (std::multiset<std::string>{"name", "wildcard", "prefix", "whole"}));
    EXPECT_EQ(principals_for(table, "x"), std::multiset<std::string>{"wildcard"});
}

TEST(AclTable, EndsAWalkWhenTheVisitorSaysSo) {
    AclTable table;
    table.add(acl("t", PatternType::literal, "a"));
    table.add(acl("t", PatternType::prefixed, "b"));
    int shown = 0;
    table.visit_resource(ResourceType::topic, "t", [&](const auto&) { return ++shown, false; });
    EXPECT_EQ(shown, 1);
}

TEST(AclTable, FindsWhatAFilterByNameFinds) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE(seed);
    std::mt19937 random{seed};
    const auto pick = [&](std::size_t n) { return random() % n; };
    const auto name = [&] {
        std::string text;
        for (auto size = 1 + pick(5); size > 0; --size) {
            text += "ab*"[pick(3)];
        }
        return text;
    };
    AclTable table;
    std::set<AclBinding> all;
    for (int i = 0; i < 200; ++i) {
        const auto kind = pick(2) == 0 ? PatternType::literal : PatternType::prefixed;
        const auto one = acl(name(), kind, std::to_string(pick(3)));
        EXPECT_EQ(table.add(one), all.insert(one).second);
        const auto gone = acl(name(), kind, std::to_string(pick(3)));
        EXPECT_EQ(table.remove(gone), all.erase(gone) == 1);
    }
    EXPECT_EQ(table.size(), all.size());
    for (int i = 0; i < 50; ++i) {
        const auto resource = name();
        const ResourcePatternFilter filter{
            .type = ResourceType::topic, .name = resource, .pattern = PatternType::match};
        std::multiset<std::string> wanted;
        for (const auto& one : all) {
            if (filter.matches(one.pattern)) {
                wanted.insert(one.entry.principal);
            }
        }
        if (resource != acl_wildcard) {
            EXPECT_EQ(principals_for(table, resource), wanted) << resource;
        }
    }
}

}  // namespace
}  // namespace barnabas::security

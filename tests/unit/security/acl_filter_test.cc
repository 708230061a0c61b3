#include "security/acl_filter.h"

#include <gtest/gtest.h>

namespace barnabas::security {
namespace {

TEST(ResourcePatternFilter, TellsKindsOfPatternsApart) {
    const ResourcePattern literal{ResourceType::topic, "orders", PatternType::literal};
    const ResourcePattern wildcard{ResourceType::topic, "*", PatternType::literal};
    const ResourcePattern prefix{ResourceType::topic, "ord", PatternType::prefixed};
    struct Row {
        ResourcePatternFilter filter;
        bool literal, wildcard, prefix;
    };
    const auto topic = ResourceType::topic;
    const Row rows[] = {
        {{}, true, true, true},
        {{.type = ResourceType::group}, false, false, false},
        {{topic, "orders", PatternType::match}, true, true, true},
        {{topic, "orders", PatternType::any}, true, false, false},
        {{topic, "orders", PatternType::literal}, true, false, false},
        {{topic, "orders", PatternType::prefixed}, false, false, false},
        {{topic, "ord", PatternType::any}, false, false, true},
        {{topic, "ord", PatternType::match}, false, true, true},
        {{topic, "or", PatternType::match}, false, true, false},
        {{topic, "*", PatternType::literal}, false, true, false},
        {{topic, std::nullopt, PatternType::literal}, true, true, false},
        {{topic, std::nullopt, PatternType::match}, true, true, true},
    };
    for (std::size_t i = 0; i < std::size(rows); ++i) {
        EXPECT_EQ(rows[i].filter.matches(literal), rows[i].literal) << i;
        EXPECT_EQ(rows[i].filter.matches(wildcard), rows[i].wildcard) << i;
        EXPECT_EQ(rows[i].filter.matches(prefix), rows[i].prefix) << i;
    }
}

TEST(AclBindingFilter, MatchesAtMostOneWhenEveryFieldIsGiven) {
    const AclBindingFilter whole{
        .pattern = {ResourceType::topic, "orders", PatternType::literal},
        .entry = {"User:a", "*", AclOperation::read, AclPermission::allow}};
    EXPECT_TRUE(whole.matches_at_most_one());
    auto filter = whole;
    filter.pattern.pattern = PatternType::match;
    EXPECT_FALSE(filter.matches_at_most_one());
    filter = whole;
    filter.pattern.name.reset();
    EXPECT_FALSE(filter.matches_at_most_one());
    filter = whole;
    filter.entry.host.reset();
    EXPECT_FALSE(filter.matches_at_most_one());
    filter = whole;
    filter.entry.operation = AclOperation::any;
    EXPECT_FALSE(filter.matches_at_most_one());
}

TEST(AccessControlEntryFilter, ComparesTextAsItStands) {
    const AccessControlEntry entry{"User:a", "10.0.0.1", AclOperation::read, AclPermission::allow};
    EXPECT_TRUE((AccessControlEntryFilter{.principal = "User:a"}.matches(entry)));
    EXPECT_FALSE((AccessControlEntryFilter{.principal = everybody}.matches(entry)));
    EXPECT_FALSE((AccessControlEntryFilter{.host = acl_wildcard}.matches(entry)));
    EXPECT_FALSE((AccessControlEntryFilter{.operation = AclOperation::all}.matches(entry)));
}

}  // namespace
}  // namespace barnabas::security

#include "coordinator/consumer/subscriptions.h"
#include "coordinator/consumer/topic_hash.h"
#include "coordinator/consumer/topic_pattern.h"
#include "world.h"

namespace barnabas::coordinator {
namespace {

using namespace testing;

TEST(TopicPattern, MatchesWholeNames) {
    struct Row {
        const char* regex;
        const char* name;
        bool want;
    };
    const Row rows[] = {
        {"foo", "foo", true},    {"foo", "foobar", false},
        {"foo", "afoo", false},  {"foo.*", "foobar", true},
        {"a|b", "b", true},      {"a|b", "ab", false},
        {".*", "", true},        {"foo\\.bar", "fooxbar", false},
        {"[a-c]+", "abc", true}, {"(?i)FOO", "foo", true},
    };
    for (const Row& row : rows) {
        const auto pattern = TopicPattern::parse(row.regex);
        ASSERT_TRUE(pattern) << row.regex;
        EXPECT_EQ(pattern->matches(row.name), row.want) << row.regex << " " << row.name;
    }
    for (const char* bad : {"(", "[", "a{2,1}", "(?=a)", "\\8", "*"}) {
        const auto pattern = TopicPattern::parse(bad);
        ASSERT_FALSE(pattern) << bad;
        EXPECT_EQ(pattern.error().code, ErrorCode::invalid_regular_expression);
    }
}

TEST(TopicHash, AnyChangeOfATopicChangesIt) {
    const HashedTopic plain{.id = uuid(1), .name = "foo", .racks = {{"x", "y"}, {}}};
    const std::int64_t hash = topic_hash(plain);
    EXPECT_EQ(topic_hash({.id = uuid(1), .name = "foo", .racks = {{"y", "x"}, {}}}), hash);
    const HashedTopic others[] = {
        {.id = uuid(2), .name = "foo", .racks = {{"x", "y"}, {}}},
        {.id = uuid(1), .name = "fop", .racks = {{"x", "y"}, {}}},
        {.id = uuid(1), .name = "foo", .racks = {{"x", "y"}}},
        {.id = uuid(1), .name = "foo", .racks = {{"x", "y"}, {}, {}}},
        {.id = uuid(1), .name = "foo", .racks = {{"xy"}, {}}},
        {.id = uuid(1), .name = "foo", .racks = {{"x"}, {"y"}}},
        {.id = uuid(1), .name = "foo", .racks = {{"x", "\xC3\xBC"}, {}}},
    };
    for (const HashedTopic& other : others) {
        EXPECT_NE(topic_hash(other), hash);
    }
    const std::int64_t both[] = {1, 2};
    const std::int64_t swapped[] = {2, 1};
    EXPECT_NE(group_hash(both), group_hash(swapped));
    EXPECT_EQ(group_hash({}), 0);
}

TEST(GroupDraft, IsTheGroupAsItWillBe) {
    World world;
    world.topics.put("a", 1);
    world.topics.put("b", 1);
    world.beat(join("m1", {"a"}));
    world.beat(join("m3", {"b", "gone"}));
    const auto ids = [](const GroupDraft& draft) {
        std::string text;
        draft.each_member([&text](const ConsumerMember& member) { text += member.id + " "; });
        return text;
    };
    ConsumerMember changed;
    changed.id = "m2";
    changed.topics = {"c"};
    GroupDraft draft{.group = *world.group()};
    EXPECT_EQ(ids(draft), "m1 m3 ");
    EXPECT_EQ(draft.topics(), (std::set<std::string, std::less<>>{"a", "b", "gone"}));
    draft.changed = &changed;
    EXPECT_EQ(ids(draft), "m1 m2 m3 ");
    EXPECT_EQ(draft.member_count(), 3U);
    draft.gone = "m3";
    EXPECT_EQ(ids(draft), "m1 m2 ");
    EXPECT_EQ(draft.member_count(), 2U);
    changed.id = "m3";
    EXPECT_EQ(ids(draft), "m1 m3 ") << "it takes the place of the one that goes";
    EXPECT_EQ(draft.member_count(), 2U);
    EXPECT_EQ(draft.topics(), (std::set<std::string, std::less<>>{"a", "c"}));
    changed.id = "m4";
    EXPECT_EQ(ids(draft), "m1 m4 ");
}

}  // namespace
}  // namespace barnabas::coordinator

#include "unit/coordinator/offsets/offsets_world.h"

#include <gtest/gtest.h>

#include <limits>

namespace barnabas::coordinator {
namespace {

using testing::keys_of;
using testing::OffsetsWorld;

constexpr std::int64_t day = 24LL * 3600 * 1000;
constexpr Timestamp start{1'000'000'000'000};

/// One stored commit of t-0 in group g.
void store(OffsetsWorld& world, std::int64_t committed_at, std::int64_t expires_at) {
    const wire::OffsetCommitKey key{.group = "g", .topic = "t", .partition = 0};
    wire::OffsetCommitValue value;
    value.commit_timestamp = committed_at;
    value.expire_timestamp = expires_at;
    world.offsets.apply(key, &value, no_producer, Offset{0});
}

TEST(OffsetExpiry, FollowsTheKindOfTheGroup) {
    struct Row {
        std::string_view what;
        std::optional<Group::Expiry> rule = Group::Expiry{};
        std::int64_t committed_before = 7 * day;
        std::int64_t expires_in = 0;  // 0: no expiry of its own
        bool is_read = false;
        bool is_pending = false;
        bool has_members = false;
        bool want_expired = false;
        bool want_drained = false;
    };
    const auto emptied = [](std::int64_t before) {
        return Group::Expiry{.not_before = start - before};
    };
    constexpr auto own = day;  // any other than 0
    const Row rows[] = {
        {.what = "simple", .want_expired = true, .want_drained = true},
        {.what = "simple, a millisecond early", .committed_before = 7 * day - 1},
        {.what = "empty for long",
         .rule = emptied(7 * day),
         .committed_before = 9 * day,
         .want_expired = true,
         .want_drained = true},
        {.what = "empty since yesterday", .rule = emptied(day), .committed_before = 9 * day},
        {.what = "empty for long, set yesterday",
         .rule = emptied(9 * day),
         .committed_before = day},
        {.what = "members read it", .is_read = true, .has_members = true},
        {.what = "members read others", .has_members = true, .want_expired = true},
        {.what = "the group says no", .rule = std::nullopt, .committed_before = 99 * day},
        {.what = "a transaction is open", .is_pending = true},
        {.what = "its own time is over",
         .committed_before = 0,
         .expires_in = -own,
         .want_expired = true,
         .want_drained = true},
        {.what = "its own time is not", .committed_before = 99 * day, .expires_in = own},
        {.what = "its own time, but it is read",
         .committed_before = 0,
         .expires_in = -own,
         .is_read = true,
         .has_members = true},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.what);
        OffsetsWorld world;
        world.now.wall = start;
        store(world, start.get() - row.committed_before,
              row.expires_in == 0 ? -1 : start.get() + row.expires_in);
        auto& group = world.group();
        group.expiry = row.rule;
        if (row.is_read) {
            group.topics = {"t"};
        }
        if (row.has_members) {
            group.members = {"m"};
        }
        if (row.is_pending) {
            world.commit({.producer = ProducerId{1}});
        }
        const auto out = world.offsets.expire("", world.now);
        EXPECT_EQ(out.records.size(), row.want_expired ? 1U : 0U);
        EXPECT_EQ(out.drained.size(), row.want_drained ? 1U : 0U);
        EXPECT_EQ(out.next, std::nullopt);
    }
}

TEST(OffsetExpiry, BearsAnyTimestamp) {
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    constexpr auto least = std::numeric_limits<std::int64_t>::min();
    struct Row {
        std::int64_t committed_at;
        std::int64_t expires_at;
        bool want_expired;
    };
    const Row rows[] = {{least, -1, true}, {-1, -1, true},   {most, -1, false},
                        {0, least, true},  {0, most, false}, {most, least, true}};
    for (const auto& row : rows) {
        OffsetsWorld world;
        world.group();
        store(world, row.committed_at, row.expires_at);
        EXPECT_EQ(world.offsets.expire("", world.now).records.size(), row.want_expired ? 1U : 0U)
            << row.committed_at << " " << row.expires_at;
    }
}

TEST(OffsetExpiry, LetsGroupsGoThatHaveNothingLeft) {
    struct Row {
        std::string_view what;
        GroupType type = GroupType::classic;
        bool has_members = false;
        bool is_pending = false;
        std::optional<Group::Expiry> rule = Group::Expiry{};
        bool want = false;
    };
    const Row rows[] = {
        {.what = "empty", .want = true},
        {.what = "empty, whatever its offsets would do", .rule = std::nullopt, .want = true},
        {.what = "KIP-848's", .type = GroupType::consumer, .want = true},
        {.what = "with members", .has_members = true},
        {.what = "with a transaction", .is_pending = true},
        {.what = "a share group stays", .type = GroupType::share},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.what);
        OffsetsWorld world;
        auto& group = world.group();
        group.group_type = row.type;
        group.expiry = row.rule;
        if (row.has_members) {
            group.members = {"m"};
        }
        if (row.is_pending) {
            world.commit({.producer = ProducerId{1}});
        }
        EXPECT_EQ(world.offsets.expire("", world.now).drained,
                  row.want ? std::vector<std::string>{"g"} : std::vector<std::string>{});
    }
}

/// Nobody waits for a million tombstones, and each comes once.
TEST(OffsetExpiry, GoesInStepsThatAreBounded) {
    OffsetsWorld world;
    for (const auto* group : {"a", "b", "c"}) {
        for (int i = 0; i < 900; ++i) {
            world.commit({.group = group, .partition = i});
        }
    }
    world.commit({.group = "b", .topic = "kept", .partition = 1});
    world.group("b").topics = {"kept"};
    world.now.wall += 8 * day;
    std::string from;
    std::size_t steps = 0;
    std::size_t tombstones = 0;
    std::vector<std::string> drained;
    while (true) {
        auto out = world.offsets.expire(from, world.now);
        ++steps;
        EXPECT_LE(out.records.size(), Offsets::expired_records_max);
        tombstones += out.records.size();
        for (const auto& id : out.drained) {
            drained.push_back(id);
            world.groups.find(id)->add_tombstones(out.records);
        }
        world.append(std::move(out.records));
        if (!out.next) {
            break;
        }
        ASSERT_LT(steps, 10U);
        from = *out.next;
    }
    EXPECT_EQ(steps, 3U);
    EXPECT_EQ(tombstones, 2'700U);
    EXPECT_EQ(drained, (std::vector<std::string>{"a", "c"}));
    EXPECT_EQ(world.offsets.size(), 1U);
    EXPECT_EQ(world.groups.all().size(), 1U);
}

TEST(OffsetExpiry, LooksAtABoundedNumberInAStep) {
    OffsetsWorld world;
    for (std::size_t i = 0; i <= Offsets::expiry_visits_max; ++i) {
        world.group(fmt::format("{:06}", i)).members = {"m"};
    }
    const auto out = world.offsets.expire("", world.now);
    EXPECT_EQ(out.next, fmt::format("{:06}", Offsets::expiry_visits_max));
    EXPECT_EQ(world.offsets.expire(*out.next, world.now).next, std::nullopt);
}

TEST(DeletedTopics, TakeTheirOffsetsButNotThoseOfALaterTopic) {
    const Uuid old_id{{1}};
    const Uuid new_id{{2}};
    OffsetsWorld world;
    world.commit({.topic = "t", .partition = 0, .topic_id = old_id});
    world.commit({.topic = "t", .partition = 1});  // no id: of any
    world.commit({.topic = "t", .partition = 2, .topic_id = new_id});
    world.commit({.topic = "u", .partition = 0, .topic_id = old_id});
    world.commit({.group = "h", .topic = "t", .partition = 0, .topic_id = old_id});
    // Pending: alone, beside what goes anyway, beside what stays, by two producers.
    for (const int partition : {0, 2, 3}) {
        world.commit(
            {.topic = "t", .partition = partition, .topic_id = old_id, .producer = ProducerId{1}});
    }
    world.commit({.topic = "t", .partition = 3, .topic_id = old_id, .producer = ProducerId{2}});
    world.commit({.topic = "t", .partition = 4, .topic_id = new_id, .producer = ProducerId{2}});
    const std::vector<DeletedTopic> deleted = {{.name = "t", .id = old_id},
                                               {.name = "none", .id = new_id}};
    const std::vector<std::string> want = {"g t-0!", "g t-1!", "h t-0!", "g t-3!"};
    EXPECT_EQ(keys_of(world.offsets.remove_topics(deleted)), want);

    std::vector<std::string> bit_by_bit;
    while (true) {
        auto records = world.offsets.remove_topics(deleted, 1);
        if (records.empty()) {
            break;
        }
        ASSERT_EQ(records.size(), 1U);
        bit_by_bit.push_back(keys_of(records).front());
        world.append(std::move(records));
        ASSERT_LE(bit_by_bit.size(), want.size());
    }
    EXPECT_EQ(bit_by_bit, want);
    EXPECT_EQ(world.fetch("t", 2), "0");
    EXPECT_EQ(world.fetch("u", 0), "0");
    EXPECT_TRUE(world.offsets.has_pending({.group = "g", .topic = "t", .partition = 4}));
}

}  // namespace
}  // namespace barnabas::coordinator

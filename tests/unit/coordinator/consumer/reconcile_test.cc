#include "coordinator/consumer/reconcile.h"

#include "world.h"

namespace barnabas::coordinator {
namespace {

using namespace testing;
using Lists = std::vector<std::int32_t>;

struct Row {
    const char* what;
    MemberState state;
    std::int32_t epoch;
    Lists assigned;
    Lists revoking;
    std::int32_t target_epoch;
    Lists target;
    std::optional<Lists> owned;
    Lists others;  // partitions that others hold
    bool shrinks;  // it does not subscribe to the topic any more, since now
    const char* want;
};

Holding holding(const Lists& partitions) {
    Holding held;
    for (const std::int32_t partition : partitions) {
        hold(held, uuid(1), {.partition = partition, .epoch = 1});
    }
    return held;
}

Assignment assignment(const Lists& partitions) {
    return partitions.empty() ? Assignment{} : Assignment{{uuid(1), partitions}};
}

constexpr auto stable = MemberState::stable;
constexpr auto unrevoked = MemberState::unrevoked_partitions;
constexpr auto unreleased = MemberState::unreleased_partitions;

// "state epoch/previous: assigned | revoking"
const Row rows[] = {
    {"nothing to do", stable, 5, {1}, {}, 5, {1}, {}, {}, false, "0 5/4: 1-1@1 |"},
    {"a new epoch, the same partitions",
     stable,
     5,
     {1},
     {},
     6,
     {1},
     {},
     {},
     false,
     "0 6/5: 1-1@1 |"},
    {"more, free", stable, 5, {1}, {}, 6, {1, 2}, {}, {}, false, "0 6/5: 1-1@1 1-2@6 |"},
    {"more, with others", stable, 5, {1}, {}, 6, {1, 2}, {}, {2}, false, "2 6/5: 1-1@1 |"},
    {"more, some free", stable, 5, {1}, {}, 6, {1, 2, 3}, {}, {2}, false, "2 6/5: 1-1@1 1-3@6 |"},
    {"less, which it may own",
     stable,
     5,
     {1, 2},
     {},
     6,
     {1},
     {},
     {},
     false,
     "1 5/4: 1-1@1 | 1-2@1"},
    {"less, which it does not own",
     stable,
     5,
     {1, 2},
     {},
     6,
     {1},
     Lists{1},
     {},
     false,
     "0 6/5: 1-1@1 |"},
    {"less and more: less first",
     stable,
     5,
     {1, 2},
     {},
     6,
     {1, 3},
     {},
     {},
     false,
     "1 5/4: 1-1@1 | 1-2@1"},
    {"not said to be given up",
     unrevoked,
     5,
     {1},
     {2},
     6,
     {1, 3},
     {},
     {},
     false,
     "1 5/4: 1-1@1 | 1-2@1"},
    {"not given up",
     unrevoked,
     5,
     {1},
     {2},
     6,
     {1, 3},
     Lists{1, 2},
     {},
     false,
     "1 5/4: 1-1@1 | 1-2@1"},
    {"given up", unrevoked, 5, {1}, {2}, 6, {1, 3}, Lists{1}, {}, false, "0 6/5: 1-1@1 1-3@6 |"},
    {"given up, and there is a newer target",
     unrevoked,
     5,
     {1, 3},
     {2},
     8,
     {1},
     Lists{1, 3},
     {},
     false,
     "1 6/5: 1-1@1 | 1-3@1"},
    {"given up, and it is to have it again",
     unrevoked,
     5,
     {1},
     {2},
     6,
     {1, 2},
     Lists{1},
     {},
     false,
     "0 6/5: 1-1@1 1-2@6 |"},
    {"given up before there is a target",
     unrevoked,
     5,
     {},
     {2},
     5,
     {},
     Lists{},
     {},
     false,
     "0 5/4: |"},
    {"still with others", unreleased, 5, {1}, {}, 5, {1, 2}, {}, {2}, false, "2 5/4: 1-1@1 |"},
    {"free now", unreleased, 5, {1}, {}, 5, {1, 2}, {}, {}, false, "0 5/4: 1-1@1 1-2@5 |"},
    {"waiting, and a newer target takes",
     unreleased,
     5,
     {1},
     {},
     6,
     {2},
     {},
     {2},
     false,
     "1 5/4: | 1-1@1"},
    {"unsubscribed before there is a target",
     stable,
     5,
     {1},
     {},
     5,
     {1},
     {},
     {},
     true,
     "1 5/4: | 1-1@1"},
    {"unsubscribed and given up", stable, 5, {1}, {}, 5, {1}, Lists{}, {}, true, "0 5/4: |"},
    {"unsubscribed while it gives up",
     unrevoked,
     5,
     {1},
     {2},
     6,
     {1},
     {},
     {},
     true,
     "1 5/4: | 1-1@1 1-2@1"},
    {"unknown, gave up all",
     MemberState::unknown,
     5,
     {1},
     {},
     6,
     {1, 2},
     Lists{},
     {},
     false,
     "0 6/5: 1-1@1 1-2@6 |"},
};

TEST(Reconcile, GoesStepByStepToTheTarget) {
    for (const Row& row : rows) {
        SCOPED_TRACE(row.what);
        ConsumerMember member;
        member.id = "m";
        member.state = row.state;
        member.epoch = row.epoch;
        member.previous_epoch = row.epoch - 1;
        member.assigned = holding(row.assigned);
        member.revoking = holding(row.revoking);
        const Assignment target = assignment(row.target);
        const auto owned =
            row.owned ? std::optional(assignment(*row.owned)) : std::optional<Assignment>{};
        const auto next = reconcile({.member = member,
                                     .target_epoch = row.target_epoch,
                                     .target = target,
                                     .subscription_changed = row.shrinks,
                                     .owned = owned,
                                     .subscribed = [&](const Uuid&) { return !row.shrinks; },
                                     .held_by_others =
                                         [&](const Uuid&, std::int32_t partition) {
                                             return std::ranges::count(row.others, partition) > 0;
                                         }});
        ASSERT_TRUE(next);
        EXPECT_EQ(
            fmt::format("{} {}/{}:{} |{}", static_cast<int>(next->state), next->epoch,
                        next->previous_epoch, text_of(next->assigned), text_of(next->revoking)),
            row.want);
    }
}

TEST(Reconcile, AMemberOfANewerCoordinatorBeginsAnewWithoutPartitions) {
    ConsumerMember member;
    member.state = MemberState::unknown;
    for (const auto& owned : {std::optional<Assignment>{}, std::optional(assignment({1}))}) {
        const auto next = reconcile({.member = member,
                                     .target_epoch = 1,
                                     .target = {},
                                     .owned = owned,
                                     .subscribed = [](const Uuid&) { return true; },
                                     .held_by_others = [](const Uuid&, auto) { return false; }});
        ASSERT_FALSE(next);
        EXPECT_EQ(next.error().code, ErrorCode::fenced_member_epoch);
    }
}

}  // namespace
}  // namespace barnabas::coordinator

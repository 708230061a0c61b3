#include "world.h"

#include <gmock/gmock.h>

namespace barnabas::coordinator {
namespace {

using namespace testing;
using ::testing::HasSubstr;

ErrorCode code_of(const ConsumerGroupHeartbeatResponse& reply) {
    return static_cast<ErrorCode>(reply.error_code);
}

Assignment of_topic(std::uint8_t topic, std::vector<std::int32_t> partitions) {
    return {{uuid(topic), std::move(partitions)}};
}

class HeartbeatTest : public ::testing::Test {
protected:
    HeartbeatTest() {
        world.settings.times.assignment_interval = 0ms;
        world.topics.put("a", 4);  // has id 1
        world.topics.put("b", 2);  // has id 2
    }

    World world;
};

TEST(CheckHeartbeat, RefusesWhatNoGroupCanAnswer) {
    struct Row {
        const char* what;
        void (*change)(ConsumerGroupHeartbeatRequest&);
        ErrorCode want;
        const char* sentence;
    };
    const Row rows[] = {
        {"no group", [](auto& r) { r.group_id = " "; }, ErrorCode::invalid_request,
         "GroupId can't be empty."},
        {"no member id", [](auto& r) { r.member_id = ""; }, ErrorCode::invalid_request,
         "MemberId can't be empty."},
        {"empty instance", [](auto& r) { r.instance_id = ""; }, ErrorCode::invalid_request,
         "InstanceId can't be empty."},
        {"empty rack", [](auto& r) { r.rack_id = ""; }, ErrorCode::invalid_request,
         "RackId can't be empty."},
        {"no timeout", [](auto& r) { r.rebalance_timeout_ms = -1; }, ErrorCode::invalid_request,
         "RebalanceTimeoutMs must be provided in first request."},
        {"owns at joining", [](auto& r) { r = owning(r, of_topic(1, {0})); },
         ErrorCode::invalid_request, "TopicPartitions must be empty when (re-)joining."},
        {"says nothing owned", [](auto& r) { r.topic_partitions.reset(); },
         ErrorCode::invalid_request, "TopicPartitions must be empty when (re-)joining."},
        {"no subscription", [](auto& r) { r.subscribed_topic_names.reset(); },
         ErrorCode::invalid_request, "Either SubscribedTopicNames or SubscribedTopicRegex must"},
        {"epoch -3", [](auto& r) { r.member_epoch = -3; }, ErrorCode::invalid_request,
         "MemberEpoch is invalid"},
        {"static leave without instance", [](auto& r) { r.member_epoch = -2; },
         ErrorCode::invalid_request, "InstanceId can't be null."},
        {"assignor", [](auto& r) { r.server_assignor = "sticky"; }, ErrorCode::unsupported_assignor,
         "ServerAssignor sticky is not supported. Supported assignors: uniform, range."},
        {"leaves no group", [](auto& r) { r.member_epoch = -1; }, ErrorCode::group_id_not_found,
         "Group g not found."},
        {"heartbeat to no group", [](auto& r) { r.member_epoch = 5; },
         ErrorCode::group_id_not_found, "Group g not found."},
        {"regex", [](auto& r) { r.subscribed_topic_regex = "(foo"; },
         ErrorCode::invalid_regular_expression,
         "SubscribedTopicRegex `(foo` is not a valid regular expression"},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.what);
        World world;
        world.topics.put("a", 4);
        auto request = join("m");
        row.change(request);
        const auto reply = world.beat(request);
        EXPECT_EQ(code_of(reply), row.want);
        EXPECT_THAT(reply.error_message.value_or(""), HasSubstr(row.sentence));
        EXPECT_TRUE(world.log.empty());
    }
}

TEST_F(HeartbeatTest, TheFirstMemberGetsEverythingAtOnce) {
    const auto reply = world.beat(join("m", {"a", "b"}));
    EXPECT_EQ(code_of(reply), ErrorCode::none);
    EXPECT_EQ(reply.member_id, "m");
    EXPECT_EQ(reply.member_epoch, 2);
    EXPECT_EQ(reply.heartbeat_interval_ms, 5000);
    EXPECT_EQ(assigned_in(reply), "1-0 1-1 1-2 1-3 2-0 2-1");
    EXPECT_EQ(world.group()->state_name(), "Stable");
    // Subscription, group epoch, target, target epoch, current assignment.
    EXPECT_EQ(world.last, 5U);
    ASSERT_EQ(world.events.size(), 1U);
    EXPECT_EQ(world.events[0].why, "member m joins a new group: epoch 2 with 1 members");
}

TEST_F(HeartbeatTest, AHeartbeatThatSaysNothingNewWritesNothing) {
    world.beat(join("m"));
    const auto reply = world.beat(beat_of("m", 2));
    EXPECT_EQ(world.last, 0U);
    EXPECT_EQ(reply.member_epoch, 2);
    EXPECT_EQ(assigned_in(reply), "-");
}

TEST_F(HeartbeatTest, BeforeVersion1TheBrokerMakesTheMemberId) {
    const auto reply = world.beat(join(""), 0);
    EXPECT_EQ(reply.member_id, uuid(200).to_string());
    EXPECT_EQ(code_of(world.beat(join(""), 1)), ErrorCode::invalid_request);
}

TEST_F(HeartbeatTest, ASecondMemberGetsItsShareWhenTheFirstHasGivenItUp) {
    world.beat(join("m1"));
    auto second = world.beat(join("m2"));
    EXPECT_EQ(second.member_epoch, 3);
    EXPECT_EQ(assigned_in(second), "");
    EXPECT_EQ(world.group()->state_name(), "Reconciling");
    // The first is told, keeps its epoch, and is not believed before it says what it owns.
    auto first = world.beat(beat_of("m1", 2));
    EXPECT_EQ(first.member_epoch, 2);
    EXPECT_EQ(assigned_in(first), "1-0 1-1");
    EXPECT_EQ(world.beat(beat_of("m1", 2)).member_epoch, 2);
    EXPECT_EQ(world.beat(owning(beat_of("m1", 2), of_topic(1, {0, 1, 2}))).member_epoch, 2);
    EXPECT_EQ(assigned_in(world.beat(beat_of("m2", 3))), "-");
    first = world.beat(owning(beat_of("m1", 2), of_topic(1, {0, 1})));
    EXPECT_EQ(first.member_epoch, 3);
    EXPECT_EQ(assigned_in(first), "-") << "it knows that";
    second = world.beat(beat_of("m2", 3));
    EXPECT_EQ(assigned_in(second), "1-2 1-3");
    EXPECT_EQ(world.group()->state_name(), "Stable");
}

TEST_F(HeartbeatTest, EpochsOfOthersAreFenced) {
    world.beat(join("m1"));
    world.beat(join("m2"));
    world.beat(beat_of("m1", 2));
    world.beat(owning(beat_of("m1", 2), of_topic(1, {0, 1})));  // epoch 3, before 2
    struct Row {
        const char* what;
        ConsumerGroupHeartbeatRequest request;
        ErrorCode want;
    };
    const Row rows[] = {
        {"a greater one", beat_of("m1", 4), ErrorCode::fenced_member_epoch},
        {"the last, nothing said", beat_of("m1", 2), ErrorCode::fenced_member_epoch},
        {"the last, with too much", owning(beat_of("m1", 2), of_topic(1, {0, 1, 2})),
         ErrorCode::fenced_member_epoch},
        {"the last, with a part", owning(beat_of("m1", 2), of_topic(1, {0})), ErrorCode::none},
        {"the last, with all", owning(beat_of("m1", 2), of_topic(1, {0, 1})), ErrorCode::none},
        {"nobody's", beat_of("m3", 3), ErrorCode::unknown_member_id},
        {"leave of nobody", beat_of("m3", -1), ErrorCode::unknown_member_id},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.what);
        EXPECT_EQ(code_of(world.beat(row.request)), row.want);
    }
}

TEST_F(HeartbeatTest, ALostReplyToAJoinIsAskedForAgain) {
    world.beat(join("m"));
    const auto reply = world.beat(join("m"));
    EXPECT_EQ(code_of(reply), ErrorCode::none);
    EXPECT_EQ(reply.member_epoch, 2);
    EXPECT_EQ(assigned_in(reply), "1-0 1-1 1-2 1-3");
    EXPECT_EQ(world.last, 0U);
}

TEST_F(HeartbeatTest, WhoLeavesHandsOverAtOnce) {
    world.beat(join("m1"));
    world.beat(join("m2"));
    const auto reply = world.beat(beat_of("m1", -1));
    EXPECT_EQ(reply.member_epoch, -1);
    EXPECT_EQ(world.group()->state_name(), "Assigning");
    EXPECT_EQ(assigned_in(world.beat(beat_of("m2", 3))), "1-0 1-1 1-2 1-3");
    EXPECT_THAT(world.events[2].why, HasSubstr("member m1 (client client, host /127.0.0.1) left"));
    world.beat(beat_of("m2", -1));
    EXPECT_EQ(world.group()->state_name(), "Empty");
    EXPECT_EQ(world.group()->assignment_epoch(), world.group()->epoch()) << "nothing is owed";
    EXPECT_EQ(world.events[3].why.find("member m2"), 0U);
    EXPECT_EQ(world.events.back().kind, GroupEvent::Kind::emptied);
    EXPECT_EQ(world.timers().size(), 0U);
}

TEST_F(HeartbeatTest, ASilentMemberIsRemoved) {
    world.beat(join("m1"));
    world.pass(30s);
    world.beat(join("m2"));
    world.pass(15s);
    world.run_timers();
    EXPECT_EQ(world.group()->member("m1"), nullptr);
    EXPECT_NE(world.group()->member("m2"), nullptr);
    EXPECT_EQ(world.group()->epoch(), 4);
    EXPECT_EQ(code_of(world.beat(beat_of("m1", 2))), ErrorCode::unknown_member_id);
}

TEST_F(HeartbeatTest, WhoDoesNotGiveUpIsRemovedAfterItsRebalanceTimeout) {
    world.beat(join("m1"));
    world.beat(join("m2"));
    world.beat(beat_of("m1", 2));  // told now
    for (int i = 0; i < 3; ++i) {
        world.pass(20s);
        EXPECT_NE(world.group()->member("m1"), nullptr);
        world.run_timers();
        if (i < 2) {
            world.beat(beat_of("m1", 2));
            world.beat(beat_of("m2", 3));
        }
    }
    EXPECT_EQ(world.group()->member("m1"), nullptr);
    EXPECT_THAT(world.events.back().why, HasSubstr("not given up its partitions within 60000 ms"));
    EXPECT_EQ(assigned_in(world.beat(beat_of("m2", 3))), "1-0 1-1 1-2 1-3");
}

TEST_F(HeartbeatTest, ASubscriptionThatShrinksTakesPartitionsAtOnce) {
    world.settings.times.assignment_interval = 10s;
    world.beat(join("m1", {"a", "b"}));
    auto request = beat_of("m1", 2);
    request.subscribed_topic_names = {"b"};
    const auto reply = world.beat(request);
    EXPECT_EQ(reply.member_epoch, 2) << "the new target is not there yet";
    EXPECT_EQ(assigned_in(reply), "2-0 2-1");
    EXPECT_EQ(world.beat(owning(beat_of("m1", 2), of_topic(2, {0, 1}))).member_epoch, 2);
    world.pass(10s);
    world.run_timers();
    EXPECT_EQ(world.group()->assignment_epoch(), 3);
    EXPECT_EQ(world.beat(beat_of("m1", 2)).member_epoch, 3);
}

TEST_F(HeartbeatTest, AssignmentsAreComputedOncePerInterval) {
    world.settings.times.assignment_interval = 1s;
    world.beat(join("m1"));
    const auto reply = world.beat(join("m2"));
    EXPECT_EQ(reply.member_epoch, 2) << "that of the assignment there is";
    EXPECT_EQ(reply.heartbeat_interval_ms, 1000) << "it need not wait long";
    world.beat(join("m3"));
    EXPECT_EQ(world.group()->epoch(), 4);
    EXPECT_EQ(world.group()->assignment_epoch(), 2);
    EXPECT_EQ(world.group()->state_name(), "Assigning");
    world.pass(1s);
    world.run_timers();
    EXPECT_EQ(world.group()->assignment_epoch(), 4);
    EXPECT_EQ(text_of(world.group()->target_of("m3")), "1-3");
}

TEST_F(HeartbeatTest, AChangedTopicIsANewEpoch) {
    world.beat(join("m"));
    world.change_topic("b", 7);
    EXPECT_EQ(world.beat(beat_of("m", 2)).member_epoch, 2) << "not its topic";
    world.change_topic("a", 5);
    auto reply = world.beat(beat_of("m", 2));
    EXPECT_EQ(reply.member_epoch, 3);
    EXPECT_EQ(assigned_in(reply), "1-0 1-1 1-2 1-3 1-4");
    EXPECT_EQ(world.events.back().why, "a subscribed topic has changed: epoch 3 with 1 members");
    world.remove_topic("a");
    reply = world.beat(owning(beat_of("m", 3), of_topic(1, {0})));
    EXPECT_EQ(assigned_in(reply), "");
    world.change_topic("a", 1);  // another topic of the same name, with id 3
    world.beat(owning(beat_of("m", reply.member_epoch), {}));
    EXPECT_EQ(text_of(world.group()->target_of("m")), "3-0");
}

TEST_F(HeartbeatTest, RegularExpressionsNameTopics) {
    world.topics.put("ab", 1);  // has id 3
    auto request = join("m");
    request.subscribed_topic_names.reset();
    request.subscribed_topic_regex = "a.*";
    EXPECT_EQ(assigned_in(world.beat(request)), "1-0 1-1 1-2 1-3 3-0");
    world.change_topic("abc", 1);  // has id 4
    EXPECT_EQ(world.beat(beat_of("m", 2)).member_epoch, 2) << "not more often than in 10 s";
    world.pass(10s);
    const auto reply = world.beat(beat_of("m", 2));
    EXPECT_EQ(assigned_in(reply), "1-0 1-1 1-2 1-3 3-0 4-0");
    EXPECT_EQ(world.events.back().why,
              "regular expression a.* names 3 topics now: epoch 3 with 1 members");
    EXPECT_TRUE(world.group()->is_subscribed_to("abc"));
    // Another one takes its place; the old one is forgotten.
    request = beat_of("m", 3);
    request.subscribed_topic_regex = "b";
    EXPECT_EQ(assigned_in(world.beat(request)), "");
    EXPECT_EQ(world.group()->regexes().size(), 1U);
    EXPECT_FALSE(world.group()->is_subscribed_to("abc"));
    world.beat(beat_of("m", -1));
    EXPECT_TRUE(world.group()->regexes().empty());
}

TEST_F(HeartbeatTest, ARegularExpressionBringsOnlyWhatItsMemberMaySee) {
    auto request = join("m");
    request.subscribed_topic_regex = ".*";
    request.subscribed_topic_names.reset();
    const auto outcome =
        world.groups().heartbeat(request, {.id = "c", .host = "h", .version = 1, .fresh = {}},
                                 world.now, [](std::string_view topic) { return topic == "b"; });
    EXPECT_EQ(assigned_in(outcome.reply), "2-0 2-1");
}

TEST_F(HeartbeatTest, AStaticMemberComesBackToWhatItHad) {
    auto request = join("m1");
    request.instance_id = "i";
    world.beat(request);
    request.member_id = "m2";
    const auto refused = world.beat(request);
    EXPECT_EQ(code_of(refused), ErrorCode::unreleased_instance_id);
    EXPECT_EQ(refused.error_message,
              "Static member m2 with instance id i cannot join the group because the instance id "
              "is owned by m1 member.");
    auto leave = beat_of("m1", -2);
    leave.instance_id = "i";
    EXPECT_EQ(world.beat(leave).member_epoch, -2);
    EXPECT_EQ(world.group()->state_name(), "Reconciling");
    const auto back = world.beat(request);
    EXPECT_EQ(back.member_epoch, 2);
    EXPECT_EQ(assigned_in(back), "1-0 1-1 1-2 1-3");
    EXPECT_EQ(world.group()->epoch(), 2) << "no rebalance";
    EXPECT_EQ(world.group()->member("m1"), nullptr);
    leave.member_id = "m1";
    EXPECT_EQ(code_of(world.beat(leave)), ErrorCode::fenced_instance_id);
    leave.instance_id = "j";
    EXPECT_EQ(code_of(world.beat(leave)), ErrorCode::unknown_member_id);
}

TEST_F(HeartbeatTest, AStaticMemberThatDoesNotComeBackIsRemoved) {
    auto request = join("m1");
    request.instance_id = "i";
    world.beat(request);
    auto leave = beat_of("m1", -2);
    leave.instance_id = "i";
    world.pass(40s);
    world.beat(leave);
    world.pass(5s);
    world.run_timers();
    EXPECT_EQ(world.group()->member_count(), 0U);
}

TEST_F(HeartbeatTest, AFullGroupTakesNoMoreButItsStaticMembersBack) {
    world.settings.config.max_size = 1;
    auto request = join("m1");
    request.instance_id = "i";
    world.beat(request);
    EXPECT_EQ(code_of(world.beat(join("m2"))), ErrorCode::group_max_size_reached);
    auto leave = beat_of("m1", -2);
    leave.instance_id = "i";
    world.beat(leave);
    request.member_id = "m2";
    EXPECT_EQ(code_of(world.beat(request)), ErrorCode::none);
}

TEST_F(HeartbeatTest, TheAssignorThatMostAskForIsTaken) {
    world.topics.put("b", 4);
    auto request = join("m1", {"a", "b"});
    request.server_assignor = "range";
    world.beat(request);
    request.member_id = "m2";
    world.beat(request);
    EXPECT_EQ(text_of(world.group()->target_of("m1")), "1-0 1-1 2-0 2-1");
    EXPECT_EQ(world.groups().describe("g").assignor_name, "range");
}

/// As Kafka 4.4 was seen to do it.
TEST_F(HeartbeatTest, AnotherAssignorIsANewEpochWhenMostAskForIt) {
    for (const auto* member : {"m1", "m2", "m3"}) {
        auto request = join(member);
        request.server_assignor = "uniform";
        world.beat(request);
    }
    struct Row {
        const char* member;
        const char* assignor;
        std::int32_t want;
    };
    const Row rows[] = {{"m3", "range", 4},   {"m3", "uniform", 4}, {"m3", "range", 4},
                        {"m2", "range", 5},   {"m2", "range", 5},   {"m1", "range", 5},
                        {"m2", "uniform", 5}, {"m1", "uniform", 6}};
    for (const Row& row : rows) {
        auto request = beat_of(row.member, world.group()->member(row.member)->epoch);
        request.server_assignor = row.assignor;
        EXPECT_EQ(code_of(world.beat(request)), ErrorCode::none);
        EXPECT_EQ(world.group()->epoch(), row.want) << row.member << " " << row.assignor;
    }
    EXPECT_THAT(world.events.back().why, HasSubstr("asks for another assignor: it is uniform now"));
}

TEST_F(HeartbeatTest, WhoSubscribesToNothingBeginsNoEpoch) {
    const auto reply = world.beat(join("m", {}));
    EXPECT_EQ(reply.member_epoch, 1);
    EXPECT_EQ(assigned_in(reply), "");
    EXPECT_EQ(world.last, 2U) << "the subscription, and what it has";
    EXPECT_EQ(world.group()->epoch(), 1);
    auto request = beat_of("m", 1);
    request.server_assignor = "range";
    EXPECT_EQ(world.beat(request).member_epoch, 2);
}

TEST_F(HeartbeatTest, CommitsMayBeOfEarlierEpochsWhereThePartitionWasHeld) {
    world.beat(join("m1"));
    world.beat(join("m2"));
    world.beat(beat_of("m1", 2));
    world.beat(owning(beat_of("m1", 2), of_topic(1, {0, 1})));  // epoch 3 with 0, 1 since epoch 2
    world.beat(beat_of("m2", 3));                               // 2, 3 since epoch 3
    struct Row {
        const char* what;
        Committer from;
        std::int32_t partition;
        ErrorCode want;
    };
    const Row rows[] = {
        {"its epoch",
         {.member_id = "m1", .generation_or_epoch = 3, .version = 9},
         3,
         ErrorCode::none},
        {"an earlier one, held since",
         {.member_id = "m1", .generation_or_epoch = 2, .version = 9},
         0,
         ErrorCode::none},
        {"an earlier one, given up",
         {.member_id = "m1", .generation_or_epoch = 2, .version = 9},
         2,
         ErrorCode::stale_member_epoch},
        {"before it was held",
         {.member_id = "m2", .generation_or_epoch = 2, .version = 9},
         2,
         ErrorCode::stale_member_epoch},
        {"a later one",
         {.member_id = "m1", .generation_or_epoch = 4, .version = 9},
         0,
         ErrorCode::stale_member_epoch},
        {"an old version",
         {.member_id = "m1", .generation_or_epoch = 3, .version = 8},
         0,
         ErrorCode::unsupported_version},
        {"a stranger",
         {.member_id = "m9", .generation_or_epoch = 3, .version = 9},
         0,
         ErrorCode::unknown_member_id},
        {"an administrator",
         {.member_id = "", .generation_or_epoch = -1, .version = 9},
         0,
         ErrorCode::unknown_member_id},
        {"a transaction that says nothing",
         {.member_id = "", .generation_or_epoch = -1, .version = 3, .transactional = true},
         0,
         ErrorCode::none},
        {"a transaction of a member",
         {.member_id = "m1", .generation_or_epoch = 3, .version = 3, .transactional = true},
         0,
         ErrorCode::none},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.what);
        for (const Uuid id : {uuid(1), Uuid{}}) {
            auto checked = world.group()->check_commit(row.from);
            if (checked) {
                checked = world.group()->check_commit_of(
                    row.from, {.topic = "a", .topic_id = id, .partition = row.partition});
            }
            EXPECT_EQ(checked ? ErrorCode::none : checked.error().code, row.want);
        }
    }
}

TEST_F(HeartbeatTest, OffsetsAreFetchedWithTheEpochThatTheMemberHas) {
    world.beat(join("m1"));
    world.beat(join("m2"));
    world.beat(beat_of("m1", 2));
    world.beat(owning(beat_of("m1", 2), of_topic(1, {0, 1})));
    const auto fetch = [this](std::optional<std::string_view> member, std::int32_t epoch) {
        const auto checked = world.group()->check_fetch({.member_id = member.value_or(""),
                                                         .generation_or_epoch = epoch,
                                                         .names_member = member.has_value()});
        return checked ? ErrorCode::none : checked.error().code;
    };
    EXPECT_EQ(fetch(std::nullopt, -1), ErrorCode::none) << "an administrator";
    EXPECT_EQ(fetch("", -1), ErrorCode::unknown_member_id) << "who has no id is no member";
    EXPECT_EQ(fetch(std::nullopt, 0), ErrorCode::unknown_server_error) << "as Kafka 4.x";
    EXPECT_EQ(fetch(std::nullopt, 3), ErrorCode::unknown_server_error);
    EXPECT_EQ(fetch("m1", 3), ErrorCode::none);
    EXPECT_EQ(fetch("m1", 2), ErrorCode::stale_member_epoch);
    EXPECT_EQ(fetch("m9", 2), ErrorCode::unknown_member_id);
    EXPECT_EQ(world.group()->check_delete().error().code, ErrorCode::non_empty_group);
    EXPECT_TRUE(world.group()->offset_expiry().has_value());
}

TEST_F(HeartbeatTest, AnEmptyGroupMayBeCommittedToAndDeleted) {
    world.beat(join("m"));
    world.beat(beat_of("m", -1));
    EXPECT_TRUE(world.group()->check_commit({.member_id = "", .generation_or_epoch = -1}));
    EXPECT_TRUE(world.group()->check_delete());
    Records records;
    world.group()->add_tombstones(records);
    world.append(std::move(records));
    EXPECT_EQ(world.group(), nullptr);
    for (const bool compacted : {false, true}) {
        world.restart(compacted);
        EXPECT_EQ(world.group(), nullptr);
    }
}

TEST_F(HeartbeatTest, DescribesTheGroup) {
    world.beat(join("m1", {"a", "b"}));
    const auto told = world.groups().describe("g");
    EXPECT_EQ(told.group_state, "Stable");
    EXPECT_EQ(told.group_epoch, 2);
    EXPECT_EQ(told.assignment_epoch, 2);
    EXPECT_EQ(told.assignor_name, "uniform");
    ASSERT_EQ(told.members.size(), 1U);
    const auto& member = told.members[0];
    EXPECT_EQ(member.member_id, "m1");
    EXPECT_EQ(member.client_host, "/127.0.0.1");
    EXPECT_EQ(member.member_type, 1);
    ASSERT_EQ(member.assignment.topic_partitions.size(), 2U);
    EXPECT_EQ(member.assignment.topic_partitions[1].topic_name, "b");
    EXPECT_EQ(member.target_assignment.topic_partitions[0].partitions.size(), 4U);
    EXPECT_EQ(static_cast<ErrorCode>(world.groups().describe("x").error_code),
              ErrorCode::group_id_not_found);
}

}  // namespace
}  // namespace barnabas::coordinator

#include "share_world.h"

#include <gmock/gmock.h>

namespace barnabas::coordinator {
namespace {

using namespace testing;
using ::testing::HasSubstr;

ErrorCode code_of(const wire::ShareGroupHeartbeatResponse& reply) {
    return static_cast<ErrorCode>(reply.error_code);
}

class ShareHeartbeatTest : public ::testing::Test {
protected:
    ShareHeartbeatTest() {
        world.share.times.assignment_interval = 0ms;
        world.topics.put("a", 2);  // has id 1
        world.topics.put("b", 2);  // has id 2
    }

    /// The member joins and beats until it has what it is to have; its epoch.
    std::int32_t come(const std::string& member, std::vector<std::string> topics = {"a"}) {
        auto reply = world.share_beat(share_join(member, std::move(topics)));
        EXPECT_EQ(code_of(reply), ErrorCode::none) << reply.error_message.value_or("");
        reply = world.share_beat(share_beat_of(member, reply.member_epoch));
        EXPECT_EQ(code_of(reply), ErrorCode::none) << reply.error_message.value_or("");
        return reply.member_epoch;
    }

    ShareWorld world;
};

TEST(CheckShareHeartbeat, RefusesWhatNoGroupCanAnswer) {
    struct Row {
        const char* what;
        void (*change)(wire::ShareGroupHeartbeatRequest&);
        ErrorCode want;
        const char* sentence;
    };
    const Row rows[] = {
        {"no group", [](auto& r) { r.group_id = ""; }, ErrorCode::invalid_request,
         "GroupId can't be empty."},
        {"no member id", [](auto& r) { r.member_id = " "; }, ErrorCode::invalid_request,
         "MemberId can't be empty."},
        {"a long member id", [](auto& r) { r.member_id = std::string(37, 'm'); },
         ErrorCode::invalid_request, "MemberId has more than 36 characters."},
        {"empty rack", [](auto& r) { r.rack_id = ""; }, ErrorCode::invalid_request,
         "RackId can't be empty."},
        {"no subscription", [](auto& r) { r.subscribed_topic_names.reset(); },
         ErrorCode::invalid_request, "SubscribedTopicNames must be set in first request."},
        {"empty subscription", [](auto& r) { r.subscribed_topic_names->clear(); },
         ErrorCode::invalid_request, "SubscribedTopicNames must be set in first request."},
        {"epoch -2", [](auto& r) { r.member_epoch = -2; }, ErrorCode::invalid_request,
         "MemberEpoch is invalid"},
        {"leaves no group", [](auto& r) { r.member_epoch = -1; }, ErrorCode::group_id_not_found,
         "Group g not found."},
        {"goes on in no group", [](auto& r) { r.member_epoch = 5; }, ErrorCode::group_id_not_found,
         "Group g not found."},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.what);
        ShareWorld world;
        auto request = share_join("m");
        row.change(request);
        const auto reply = world.share_beat(request);
        EXPECT_EQ(code_of(reply), row.want);
        EXPECT_THAT(reply.error_message.value_or(""), HasSubstr(row.sentence));
        EXPECT_TRUE(world.sink.log.empty());
    }
}

TEST_F(ShareHeartbeatTest, PartitionsAreAssignedWhenTheyAreInitialized) {
    auto reply = world.share_beat(share_join("m"));
    EXPECT_EQ(code_of(reply), ErrorCode::none);
    EXPECT_EQ(reply.member_id, "m");
    EXPECT_EQ(reply.member_epoch, 2);
    EXPECT_EQ(assigned_in(reply), "") << "nothing has a state yet";
    EXPECT_LT(reply.heartbeat_interval_ms, 1000) << "it may ask soon";
    EXPECT_EQ(world.states.size(), 2U);
    EXPECT_EQ(world.states.begin()->second, -1) << "no start offset";
    EXPECT_EQ(ShareWorld::partitions_text(world.share_group()->partitions()),
              "initializing initialized a:0,1 deleting");

    reply = world.share_beat(share_beat_of("m", 2));
    EXPECT_EQ(reply.member_epoch, 3);
    EXPECT_EQ(assigned_in(reply), "1-0 1-1");
    EXPECT_EQ(reply.heartbeat_interval_ms, 5000);
    EXPECT_EQ(world.state(), "g:Share:Stable:1");

    const auto records = world.sink.log.size();
    reply = world.share_beat(share_beat_of("m", 3));
    EXPECT_EQ(assigned_in(reply), "-") << "nothing is new";
    EXPECT_EQ(world.sink.log.size(), records);
}

TEST_F(ShareHeartbeatTest, MembersShareWhatThereIs) {
    come("m1");
    come("m2");
    come("m3");
    EXPECT_EQ(text_of(world.share_group()->target_of("m1")), "1-0 1-1");
    EXPECT_EQ(text_of(world.share_group()->target_of("m2")), "1-1");
    EXPECT_EQ(text_of(world.share_group()->target_of("m3")), "1-0");
    const auto reply = world.share_beat(share_beat_of("m2", -1));
    EXPECT_EQ(reply.member_epoch, -1);
    world.share_beat(share_beat_of("m3", world.share_group()->member("m3")->epoch));
    EXPECT_EQ(world.share_group()->members().size(), 2U);
    EXPECT_EQ(world.count(GroupEvent::Kind::emptied), 0U);
}

TEST_F(ShareHeartbeatTest, EpochsAreFenced) {
    come("m1");
    const auto before = come("m2");
    come("m3");
    const auto epoch = world.share_beat(share_beat_of("m2", before)).member_epoch;
    ASSERT_GT(epoch, before);
    struct Row {
        const char* what;
        std::string member;
        std::int32_t epoch;
        ErrorCode want;
    };
    const Row rows[] = {
        {"its epoch", "m2", epoch, ErrorCode::none},
        {"the one before: the reply may have been lost", "m2", before, ErrorCode::none},
        {"too high", "m2", epoch + 1, ErrorCode::fenced_member_epoch},
        {"too low", "m2", before - 1, ErrorCode::fenced_member_epoch},
        {"a stranger", "m9", 3, ErrorCode::unknown_member_id},
        {"a stranger leaves", "m9", -1, ErrorCode::unknown_member_id},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(code_of(world.share_beat(share_beat_of(row.member, row.epoch))), row.want)
            << row.what;
    }
    const auto again = world.share_beat(share_join("m2"));
    EXPECT_EQ(code_of(again), ErrorCode::none) << "one that joins again is told everything";
    EXPECT_NE(assigned_in(again), "-");
}

TEST_F(ShareHeartbeatTest, AGroupHasALargestSize) {
    world.share.config.max_size = 2;
    come("m1");
    come("m2");
    EXPECT_EQ(code_of(world.share_beat(share_join("m3"))), ErrorCode::group_max_size_reached);
    EXPECT_EQ(code_of(world.share_beat(share_join("m2"))), ErrorCode::none) << "a known one";
}

TEST_F(ShareHeartbeatTest, IsNoGroupOfAnotherKind) {
    world.come("classic");
    world.beat(join("c"), "consumer");
    for (const auto* group : {"classic", "consumer"}) {
        auto request = share_join("m");
        request.group_id = group;
        const auto reply = world.share_beat(request);
        EXPECT_EQ(code_of(reply), ErrorCode::group_id_not_found) << group;
        EXPECT_THAT(reply.error_message.value_or(""), HasSubstr("is not a share group"));
        EXPECT_EQ(world.groups->describe_share(group).error_code, 69) << group;
    }
    come("m");
    EXPECT_EQ(world.beat(join("c"), "g").error_code,
              std::to_underlying(ErrorCode::group_id_not_found));
    EXPECT_EQ(world.commit("g", 5), ErrorCode::group_id_not_found) << "it commits no offsets";
    const auto ticket = world.join({.group = "g", .version = 3});
    EXPECT_EQ(world.joined(ticket)->error_code,
              std::to_underlying(ErrorCode::inconsistent_group_protocol));
}

TEST_F(ShareHeartbeatTest, WhoIsSilentIsRemoved) {
    come("m1");
    come("m2");
    world.pass(44s);
    world.share_beat(share_beat_of("m1", world.share_group()->member("m1")->epoch));
    world.run_share_timers();
    EXPECT_EQ(world.share_group()->member_count(), 2U);
    world.pass(2s);
    world.run_share_timers();
    EXPECT_EQ(world.share_group()->member_count(), 1U);
    EXPECT_NE(world.share_group()->member("m1"), nullptr);
    EXPECT_EQ(world.count(GroupEvent::Kind::member_expired), 1U);
    world.pass(50s);
    world.run_share_timers();
    EXPECT_EQ(world.state(), "g:Share:Empty:0");
    EXPECT_EQ(world.count(GroupEvent::Kind::emptied), 1U);
    EXPECT_EQ(world.groups->next_due(), never);
}

TEST_F(ShareHeartbeatTest, FailedInitializationIsTriedAgain) {
    world.refused = {{uuid(1), 1}};
    auto reply = world.share_beat(share_join("m"));
    EXPECT_EQ(ShareWorld::partitions_text(world.share_group()->partitions()),
              "initializing a:1 initialized a:0 deleting");
    reply = world.share_beat(share_beat_of("m", reply.member_epoch));
    EXPECT_EQ(assigned_in(reply), "1-0") << "what is there is assigned";
    EXPECT_EQ(reply.heartbeat_interval_ms, 5000) << "no hurry: it failed before";
    world.refused.clear();
    reply = world.share_beat(share_beat_of("m", reply.member_epoch));
    reply = world.share_beat(share_beat_of("m", reply.member_epoch));
    EXPECT_EQ(assigned_in(reply), "1-0 1-1");
}

TEST_F(ShareHeartbeatTest, UnansweredInitializationIsAskedForAgain) {
    world.share_coordinators_are_down = true;
    auto reply = world.share_beat(share_join("m"));
    EXPECT_EQ(world.unanswered.size(), 1U);
    world.pass(29s);
    reply = world.share_beat(share_beat_of("m", reply.member_epoch));
    EXPECT_EQ(world.unanswered.size(), 1U) << "group.share.initialize.retry.interval.ms";
    world.pass(1s);
    reply = world.share_beat(share_beat_of("m", reply.member_epoch));
    EXPECT_EQ(world.unanswered.size(), 2U);
    // Both answers come, in either order: the second says nothing new.
    for (const auto& request : world.unanswered) {
        world.answer(request);
    }
    reply = world.share_beat(share_beat_of("m", reply.member_epoch));
    EXPECT_EQ(assigned_in(reply), "1-0 1-1");
}

TEST_F(ShareHeartbeatTest, NewPartitionsAndTopicsComeAndGo) {
    auto epoch = come("m", {"a", "later"});
    world.change_topic("a", 3);
    auto reply = world.share_beat(share_beat_of("m", epoch));
    EXPECT_EQ(reply.member_epoch, epoch + 1) << "the topic is another";
    reply = world.share_beat(share_beat_of("m", reply.member_epoch));
    EXPECT_EQ(assigned_in(reply), "1-0 1-1 1-2");
    world.change_topic("later", 1);  // has id 3
    reply = world.share_beat(share_beat_of("m", reply.member_epoch));
    reply = world.share_beat(share_beat_of("m", reply.member_epoch));
    EXPECT_EQ(assigned_in(reply), "1-0 1-1 1-2 3-0");
    world.remove_topic("a");
    EXPECT_EQ(ShareWorld::partitions_text(world.share_group()->partitions()),
              "initializing initialized later:0 deleting");
    reply = world.share_beat(share_beat_of("m", reply.member_epoch));
    EXPECT_EQ(assigned_in(reply), "3-0");
    world.change_topic("a", 1);  // another one: it has id 4
    reply = world.share_beat(share_beat_of("m", reply.member_epoch));
    reply = world.share_beat(share_beat_of("m", reply.member_epoch));
    EXPECT_EQ(assigned_in(reply), "3-0 4-0");
}

TEST_F(ShareHeartbeatTest, ASubscriptionMayChange) {
    const auto epoch = come("m");
    auto request = share_beat_of("m", epoch);
    request.subscribed_topic_names = {"b"};
    auto reply = world.share_beat(request);
    EXPECT_EQ(assigned_in(reply), "") << "b has no state yet";
    reply = world.share_beat(share_beat_of("m", reply.member_epoch));
    EXPECT_EQ(assigned_in(reply), "2-0 2-1");
    EXPECT_EQ(ShareWorld::partitions_text(world.share_group()->partitions()),
              "initializing initialized a:0,1 b:0,1 deleting")
        << "the state of what nobody reads now stays";
}

TEST_F(ShareHeartbeatTest, AssignmentsAreComputedAtMostOncePerInterval) {
    world.share.times.assignment_interval = 1s;
    auto reply = world.share_beat(share_join("m1"));
    reply = world.share_beat(share_beat_of("m1", reply.member_epoch));
    EXPECT_EQ(assigned_in(reply), "1-0 1-1") << "nobody had anything: at once";
    const auto epoch = world.share_group()->assignment_epoch();
    reply = world.share_beat(share_join("m2"));
    EXPECT_EQ(assigned_in(reply), "") << "it has to wait";
    EXPECT_LE(reply.heartbeat_interval_ms, 1000);
    world.share_beat(share_join("m3"));
    EXPECT_EQ(world.share_group()->assignment_epoch(), epoch);
    world.pass(1s);
    world.run_share_timers();
    EXPECT_EQ(world.share_group()->assignment_epoch(), world.share_group()->epoch());
    reply = world.share_beat(share_beat_of("m2", reply.member_epoch));
    EXPECT_EQ(assigned_in(reply), "1-0");
}

TEST_F(ShareHeartbeatTest, NothingHappensIfRecordsCannotBeAppended) {
    const auto epoch = come("m");
    const auto before = world.share_state();
    world.sink.error = ErrorCode::not_enough_replicas;
    EXPECT_EQ(code_of(world.share_beat(share_join("m2"))), ErrorCode::coordinator_not_available);
    EXPECT_EQ(code_of(world.share_beat(share_beat_of("m", -1))),
              ErrorCode::coordinator_not_available);
    EXPECT_EQ(world.share_state(), before);
    world.pass(46s);
    world.run_share_timers();
    EXPECT_EQ(world.share_state(), before) << "it is removed later";
    world.sink.error.reset();
    world.pass(1s);
    world.run_share_timers();
    EXPECT_EQ(world.state(), "g:Share:Empty:0");
    EXPECT_GT(epoch, 0);
}

TEST_F(ShareHeartbeatTest, IsDescribed) {
    auto request = share_join("m", {"b", "a"});
    request.rack_id = "r";
    world.share_beat(request);
    world.share_beat(share_beat_of("m", 2));
    const auto described = world.groups->describe_share("g");
    EXPECT_EQ(described.error_code, 0);
    EXPECT_EQ(described.group_state, "Stable");
    EXPECT_EQ(described.assignor_name, "simple");
    EXPECT_EQ(described.group_epoch, 3);
    EXPECT_EQ(described.assignment_epoch, 3);
    ASSERT_EQ(described.members.size(), 1U);
    const auto& member = described.members[0];
    EXPECT_EQ(member.member_id, "m");
    EXPECT_EQ(member.rack_id, "r");
    EXPECT_EQ(member.member_epoch, 3);
    EXPECT_EQ(member.client_host, "/127.0.0.1");
    EXPECT_EQ(member.subscribed_topic_names, (std::vector<std::string>{"a", "b"}));
    ASSERT_EQ(member.assignment.topic_partitions.size(), 2U);
    EXPECT_EQ(member.assignment.topic_partitions[1].topic_name, "b");
    EXPECT_EQ(world.groups->describe_share("h").error_code,
              std::to_underlying(ErrorCode::group_id_not_found));
    wire::ListGroupsRequest list;
    list.types_filter = {"share"};
    wire::ListGroupsResponse listed;
    world.groups->list(list, listed);
    ASSERT_EQ(listed.groups.size(), 1U);
    EXPECT_EQ(listed.groups[0].group_type, "share");
    EXPECT_EQ(listed.groups[0].protocol_type, "share");
}

}  // namespace
}  // namespace barnabas::coordinator

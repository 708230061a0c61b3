#include "unit/coordinator/group_world.h"

namespace barnabas::coordinator::testing {
namespace {

TEST(GroupCoordinator, ListsWhatTheFiltersLetThrough) {
    GroupWorld world;
    world.topics.put("t", 1);
    world.come("classic");
    world.commit("simple", 1);
    world.beat(testing::join("m", {"t"}), "consumer");
    struct Row {
        std::vector<std::string> states;
        std::vector<std::string> types;
        std::string want;
    };
    const Row rows[] = {
        {{}, {}, "classic consumer simple"},
        {{"Stable"}, {}, "classic consumer"},
        {{"sTABLE", "empty"}, {}, "classic consumer simple"},
        {{" Empty "}, {}, "simple"},
        {{"PreparingRebalance"}, {}, ""},
        {{"no such state"}, {}, ""},
        {{}, {"classic"}, "classic simple"},
        {{}, {"CONSUMER"}, "consumer"},
        {{}, {"consumer", "classic"}, "classic consumer simple"},
        {{}, {"no such type"}, ""},
        {{}, {"share"}, ""},
        {{"stable"}, {"Classic"}, "classic"},
    };
    for (const auto& row : rows) {
        wire::ListGroupsRequest request;
        request.states_filter = row.states;
        request.types_filter = row.types;
        wire::ListGroupsResponse reply;
        world.groups->list(request, reply);
        std::string got;
        for (const auto& group : reply.groups) {
            got += (got.empty() ? "" : " ") + group.group_id;
        }
        EXPECT_EQ(got, row.want) << fmt::format("{} {}", fmt::join(row.states, ","),
                                                fmt::join(row.types, ","));
    }
    wire::ListGroupsResponse all;
    world.groups->list({}, all);
    ASSERT_EQ(all.groups.size(), 3U);
    EXPECT_EQ(all.groups[0].protocol_type, "consumer");
    EXPECT_EQ(all.groups[0].group_type, "classic");
    EXPECT_EQ(all.groups[1].group_state, "Stable");
    EXPECT_EQ(all.groups[2].protocol_type, "");
}

TEST(GroupCoordinator, DescribesEachKindToWhoAsksForIt) {
    GroupWorld world;
    world.topics.put("t", 1);
    world.come("classic");
    world.beat(testing::join("m", {"t"}), "consumer");
    struct Row {
        const char* group;
        const char* state;
        ErrorCode classic_error;  // since version 6
        ErrorCode consumer_error;
    };
    const Row rows[] = {
        {"classic", "Stable", ErrorCode::none, ErrorCode::group_id_not_found},
        {"consumer", "Dead", ErrorCode::group_id_not_found, ErrorCode::none},
        {"nobody", "Dead", ErrorCode::group_id_not_found, ErrorCode::group_id_not_found},
    };
    for (const auto& row : rows) {
        const auto old = world.groups->describe(row.group, 5).group;
        EXPECT_EQ(old.error_code, 0) << row.group;
        EXPECT_EQ(old.group_state, row.state) << row.group;
        EXPECT_EQ(static_cast<ErrorCode>(world.groups->describe(row.group, 6).group.error_code),
                  row.classic_error)
            << row.group;
        EXPECT_EQ(static_cast<ErrorCode>(world.groups->describe_consumer(row.group).error_code),
                  row.consumer_error)
            << row.group;
    }
}

TEST(GroupCoordinator, DeletesWhatNobodyIsIn) {
    GroupWorld world;
    world.topics.put("t", 1);
    world.come("members");
    world.beat(testing::join("m", {"t"}), "consumer");
    const auto left = world.come("left");
    world.leave("left", left);
    world.commit("left", 5);
    world.commit("simple", 5);
    world.commit_in_transaction("pending", 5, 7);
    world.beat(testing::join("m", {"t"}), "emptied");
    world.beat(beat_of("m", -1), "emptied");
    struct Row {
        const char* group;
        ErrorCode want;
    };
    const Row rows[] = {
        {"nobody", ErrorCode::group_id_not_found},
        {"members", ErrorCode::non_empty_group},
        {"consumer", ErrorCode::non_empty_group},
        {"left", ErrorCode::none},
        {"simple", ErrorCode::none},
        {"pending", ErrorCode::none},
        {"emptied", ErrorCode::none},
        {"simple", ErrorCode::group_id_not_found},
    };
    for (const auto& row : rows) {
        const auto removed = world.groups->remove(row.group, world.now, world.told);
        EXPECT_EQ(removed ? ErrorCode::none : removed.error().code, row.want) << row.group;
    }
    EXPECT_EQ(world.count(GroupEvent::Kind::died), 4U);
    world.end(7, true);
    const auto left_over = world.state();
    EXPECT_EQ(left_over, "consumer:Consumer:Stable:1 members:Classic:Stable:1");
    world.restart(false);
    EXPECT_EQ(world.state(), left_over);
}

TEST(GroupCoordinator, DeletesInPartsWhatDoesNotFitIntoOneBatch) {
    GroupWorld world;
    auto request = GroupWorld::commit_of<wire::OffsetCommitRequest>("g", 5);
    request.topics[0].partitions.resize(100, request.topics[0].partitions[0]);
    for (int i = 0; i < 100; ++i) {
        request.topics[0].partitions[static_cast<std::size_t>(i)].partition_index = i;
    }
    const auto reply = world.groups->commit(request, world.client(), world.now);
    EXPECT_EQ(reply.topics.at(0).partitions.at(99).error_code, 0);
    world.sink.batch_records_max = 30;
    world.sink.batches.clear();
    ASSERT_TRUE(world.groups->remove("g", world.now, world.told));
    EXPECT_EQ(world.sink.batches.size(), 4U);
    EXPECT_EQ(world.state(), "");
}

TEST(GroupCoordinator, ChangesNothingWhereNothingCanBeStored) {
    GroupWorld world;
    world.topics.put("t", 1);
    world.commit("g", 5);
    world.beat(testing::join("m", {"t"}), "consumer");
    const auto before = world.state();
    struct Row {
        ErrorCode append;
        ErrorCode commit;
        ErrorCode member;
    };
    const Row rows[] = {
        {ErrorCode::not_leader_or_follower, ErrorCode::not_coordinator, ErrorCode::not_coordinator},
        {ErrorCode::not_enough_replicas, ErrorCode::coordinator_not_available,
         ErrorCode::coordinator_not_available},
        {ErrorCode::kafka_storage_error, ErrorCode::not_coordinator, ErrorCode::not_coordinator},
        {ErrorCode::message_too_large, ErrorCode::invalid_commit_offset_size,
         ErrorCode::unknown_server_error},
    };
    for (const auto& row : rows) {
        const auto name = error_name(row.append);
        world.sink.error = row.append;
        EXPECT_EQ(world.commit("g", 6), row.commit) << name;
        EXPECT_EQ(world.commit("fresh", 6), row.commit) << name;
        EXPECT_EQ(world.commit_in_transaction("g", 6, 7), row.commit) << name;
        EXPECT_EQ(
            static_cast<ErrorCode>(world.beat(testing::join("n", {"t"}), "consumer").error_code),
            row.member)
            << name;
        const auto removed = world.groups->remove("g", world.now, world.told);
        EXPECT_EQ(removed.error().code, row.commit) << name;
        const auto ticket = world.join({.group = "classic", .version = 3});
        ASSERT_NE(world.joined(ticket), nullptr) << name;
        EXPECT_EQ(static_cast<ErrorCode>(world.joined(ticket)->error_code), row.member) << name;
        EXPECT_EQ(world.state(), before) << name;
    }
}

TEST(GroupCoordinator, ACommitOfAMemberKeepsItsSession) {
    GroupWorld world;
    const auto member = world.come("g");
    for (int i = 0; i < 5; ++i) {
        world.pass(9s);
        world.run_due();
        ASSERT_EQ(world.commit("g", i, member, 1), ErrorCode::none) << world.told.events.back().why;
    }
    EXPECT_EQ(world.state(), "g:Classic:Stable:1 g/t-0=4");
    // One that is refused does not.
    for (int i = 0; i < 2; ++i) {
        world.pass(9s);
        world.run_due();
        EXPECT_NE(world.commit("g", i, member, 7), ErrorCode::none);
    }
    EXPECT_EQ(world.state(), "g:Classic:Empty:0 g/t-0=4");
    EXPECT_EQ(world.count(GroupEvent::Kind::member_expired), 1U);
}

TEST(GroupCoordinator, AMemberThatCannotBeFencedIsTriedAgain) {
    GroupWorld world;
    world.topics.put("t", 1);
    world.beat(testing::join("m", {"t"}));
    world.pass(45s);
    world.sink.error = ErrorCode::not_enough_replicas;
    world.run_due();
    EXPECT_EQ(world.state(), "g:Consumer:Stable:1");
    EXPECT_EQ(world.count(GroupEvent::Kind::member_expired), 0U);
    EXPECT_EQ(world.groups->next_due(), world.now.steady + GroupCoordinator::retry_interval);
    world.sink.error.reset();
    world.pass(1s);
    world.run_due();
    EXPECT_EQ(world.state(), "g:Consumer:Empty:0");
    EXPECT_EQ(world.count(GroupEvent::Kind::member_expired), 1U);
}

TEST(GroupCoordinator, AClassicGroupThatCannotStoreItsAssignmentRebalances) {
    GroupWorld world;
    const auto ticket = world.join({.version = 3});
    ASSERT_NE(world.joined(ticket), nullptr);
    wire::SyncGroupRequest sync;
    sync.group_id = "g";
    sync.member_id = world.joined(ticket)->member_id;
    sync.generation_id = 1;
    world.sink.error = ErrorCode::not_enough_replicas;
    const Ticket asked{99};
    world.groups->sync(asked, sync, world.client(3), world.now, world.told);
    const auto answer = std::ranges::find(world.told.answers, asked, &Answer::ticket);
    ASSERT_NE(answer, world.told.answers.end());
    EXPECT_EQ(std::get<wire::SyncGroupResponse>(answer->reply).error_code,
              std::to_underlying(ErrorCode::coordinator_not_available));
    EXPECT_EQ(world.state(), "g:Classic:PreparingRebalance:1");
}

TEST(GroupCoordinator, ExpiresOffsetsAndThenTheGroup) {
    GroupWorld world;
    world.offsets.retention = 1h;
    world.commit("a", 1);
    world.commit("b", 1);
    world.pass(30min);
    world.commit("b", 2);
    world.pass(30min);
    world.sink.error = ErrorCode::not_enough_replicas;
    EXPECT_FALSE(world.groups->expire("", world.now, world.told));
    EXPECT_EQ(world.state(), "a:Classic:Empty:0 b:Classic:Empty:0 a/t-0=1 b/t-0=2");
    world.sink.error.reset();
    world.sink.batches.clear();
    const auto step = world.groups->expire("", world.now, world.told);
    ASSERT_TRUE(step);
    EXPECT_FALSE(*step);
    EXPECT_EQ(world.state(), "b:Classic:Empty:0 b/t-0=2");
    EXPECT_EQ(world.sink.batches, std::vector<std::size_t>{2}) << "all in one batch";
    EXPECT_EQ(world.count(GroupEvent::Kind::died), 1U);
    world.restart(true);
    EXPECT_EQ(world.state(), "b:Classic:Empty:0 b/t-0=2");
}

TEST(GroupCoordinator, ForgetsOffsetsOfTopicsThatAreGone) {
    GroupWorld world;
    world.commit("a", 1);
    world.commit_in_transaction("b", 2, 7);
    const std::vector<DeletedTopic> topics = {{.name = "t", .id = uuid(1)}};
    auto more = world.groups->remove_topics(topics, world.now);
    ASSERT_TRUE(more && *more);
    EXPECT_EQ(world.state(), "a:Classic:Empty:0 b:Classic:Empty:0");
    more = world.groups->remove_topics(topics, world.now);
    ASSERT_TRUE(more && !*more);
}

TEST(GroupCoordinator, AnswersWhoeverWaitsWhenItIsUnloaded) {
    GroupWorld world;
    world.classic.initial_rebalance_delay = 3s;
    const auto ticket = world.join({.version = 3});
    EXPECT_EQ(world.joined(ticket), nullptr);
    world.groups->unloaded(world.told);
    ASSERT_NE(world.joined(ticket), nullptr);
    EXPECT_EQ(static_cast<ErrorCode>(world.joined(ticket)->error_code), ErrorCode::not_coordinator);
}

TEST(GroupCoordinator, AGroupMovesToTheConsumerProtocolAndBack) {
    GroupWorld world;
    world.topics.put("t", 2);
    const auto classic = world.come("g");
    world.commit("g", 5, classic, 1);
    const auto waits = world.join({.version = 3, .client = "waits"});
    EXPECT_EQ(world.joined(waits), nullptr) << "it waits for the first member to join again";
    // Whoever waits has to ask again, and finds a consumer group.
    EXPECT_EQ(world.beat(testing::join("m", {"t"})).error_code, 0);
    ASSERT_NE(world.joined(waits), nullptr);
    EXPECT_EQ(static_cast<ErrorCode>(world.joined(waits)->error_code),
              ErrorCode::rebalance_in_progress);
    EXPECT_EQ(world.count(GroupEvent::Kind::converted), 1U);
    EXPECT_EQ(world.groups->groups().find("g")->type(), GroupType::consumer);
    EXPECT_EQ(world.groups->groups().find("g")->member_count(), 3U);
    EXPECT_NE(world.heartbeat("g", classic, 1), ErrorCode::unknown_member_id);
    const auto moved = world.state();
    for (const bool compacted : {false, true}) {
        world.restart(compacted);
        EXPECT_EQ(world.state(), moved) << "compacted: " << compacted;
    }
    // It cannot be stored that the last member of the consumer protocol leaves.
    world.sink.error = ErrorCode::not_enough_replicas;
    EXPECT_EQ(static_cast<ErrorCode>(world.beat(beat_of("m", -1)).error_code),
              ErrorCode::coordinator_not_available);
    EXPECT_EQ(world.state(), moved);
    world.sink.error.reset();
    EXPECT_EQ(world.beat(beat_of("m", -1)).error_code, 0);
    EXPECT_EQ(world.state(), "g:Classic:PreparingRebalance:2 g/t-0=5");
    EXPECT_EQ(world.heartbeat("g", classic, 2), ErrorCode::rebalance_in_progress);
    world.restart(false);
    EXPECT_EQ(world.state(), "g:Classic:Stable:2 g/t-0=5");
}

TEST(GroupCoordinator, AClassicMemberOfAConsumerGroupThatIsNotHeardOfIsFenced) {
    GroupWorld world;
    world.topics.put("t", 2);
    world.come("g");
    world.beat(testing::join("m", {"t"}));
    world.pass(11s);
    world.run_due();
    EXPECT_EQ(world.groups->groups().find("g")->member_count(), 1U);
    EXPECT_EQ(world.count(GroupEvent::Kind::member_expired), 1U);
}

TEST(GroupCoordinator, AnAdministratorRemovesStaticMembersOfTheConsumerProtocol) {
    GroupWorld world;
    world.topics.put("t", 2);
    auto one = testing::join("m1", {"t"});
    one.instance_id = "i-1";
    world.beat(one);
    world.beat(testing::join("m2", {"t"}));
    struct Row {
        std::string member;
        std::optional<std::string> instance;
        ErrorCode want;
    };
    const Row rows[] = {
        {"m2", {}, ErrorCode::unknown_member_id},     {"m1", "i-1", ErrorCode::unknown_member_id},
        {"", "nobody", ErrorCode::unknown_member_id}, {"", "i-1", ErrorCode::none},
        {"", "i-1", ErrorCode::unknown_member_id},
    };
    for (const auto& row : rows) {
        wire::LeaveGroupRequest request;
        request.group_id = "g";
        request.members.push_back(leaving(row.member, row.instance));
        const auto reply = world.groups->leave(request, world.client(5), world.now, world.told);
        EXPECT_EQ(static_cast<ErrorCode>(reply.members.at(0).error_code), row.want)
            << row.member << row.instance.value_or("");
        EXPECT_EQ(reply.members.at(0).member_id, row.member) << "Kafka's client looks it up by it";
    }
    EXPECT_EQ(world.groups->groups().find("g")->member_count(), 1U);
}

TEST(GroupCoordinator, SaysWhatARebalanceCameFrom) {
    GroupWorld world;
    world.topics.put("t", 2);
    const auto last = [&world] {
        const auto at = std::ranges::find(world.told.events.rbegin(), world.told.events.rend(),
                                          GroupEvent::Kind::rebalance, &GroupEvent::kind);
        return at == world.told.events.rend() ? RebalanceCause::other : at->cause;
    };
    world.come("classic");
    EXPECT_EQ(last(), RebalanceCause::member_joined);
    world.pass(10s);
    world.run_due();
    EXPECT_EQ(last(), RebalanceCause::member_expired);
    const auto leaver = world.come("classic");
    world.leave("classic", leaver);
    EXPECT_EQ(last(), RebalanceCause::member_left);
    world.beat(testing::join("m1", {"t"}));
    EXPECT_EQ(last(), RebalanceCause::member_joined);
    world.topics.put("t", 3);
    world.groups->topics_changed(std::vector<std::string>{"t"});
    world.beat(beat_of("m1", 2));
    EXPECT_EQ(last(), RebalanceCause::topics_changed);
    world.beat(testing::join("m2", {"t"}));
    world.beat(beat_of("m2", -1));
    EXPECT_EQ(last(), RebalanceCause::member_left);
}

}  // namespace
}  // namespace barnabas::coordinator::testing

#include "client/consumer/classic_membership.h"

#include "client/consumer/consumer_protocol.h"
#include "unit/client/consumer/worlds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace barnabas::client {
namespace {

using ::testing::HasSubstr;
using Step = RebalanceStep;
using State = ClassicMembership::State;

constexpr Time start{1000s};

MembershipSettings settings() {
    return {.group_id = "g", .group_instance_id = {}, .rack = {}, .remote_assignor = {}};
}

AssignorSet strategies(std::vector<std::string> names) {
    return std::move(*AssignorSet::make(names, {}));
}

template <class Request>
Request expect(std::optional<GroupCall> call) {
    EXPECT_TRUE(call.has_value());
    return call ? std::get<Request>(call->request) : Request();
}

wire::JoinGroupResponse joined(std::int32_t generation, std::string leader = "other",
                               std::string protocol = "range") {
    wire::JoinGroupResponse response;
    response.generation_id = generation;
    response.protocol_type = "consumer";
    response.protocol_name = std::move(protocol);
    response.leader = std::move(leader);
    response.member_id = "m";
    return response;
}

template <class Response>
Response refused(ErrorCode code) {
    Response response;
    response.error_code = static_cast<std::int16_t>(code);
    return response;
}

std::string text_of(const std::optional<Step>& step) {
    if (!step) {
        return "none";
    }
    std::string text = step->kind == Step::Kind::assign   ? "assign"
                       : step->kind == Step::Kind::revoke ? "revoke"
                                                          : "lose";
    for (const auto& partition : step->partitions) {
        text += fmt::format(" {}", partition);
    }
    return text;
}

/// A member and what it needs to get through a rebalance.
struct Member {
    explicit Member(std::vector<std::string> names = {"range"})
        : machine(settings(), strategies(std::move(names))) {
        machine.subscribe({"t"});
        machine.on_poll(start);
    }
    std::string step() { return text_of(machine.next_step(now)); }
    std::string do_step() {
        const auto text = step();
        machine.step_done(now);
        return text;
    }
    void answer(GroupResponse response) { machine.on_response(response, now); }
    void sync(const std::vector<TopicPartition>& partitions) {
        const auto bytes = encode_assignment({.partitions = partitions, .user_data = {}});
        wire::SyncGroupResponse response;
        response.assignment = bytes.view();
        machine.on_response(GroupResponse(response), now);
    }
    /// From joining to stable with these partitions.
    void rebalance(std::int32_t generation, const std::vector<TopicPartition>& partitions) {
        EXPECT_EQ(machine.state(), State::joining);
        expect<wire::JoinGroupRequest>(machine.next_request(now));
        answer(joined(generation, "other", machine_protocol));
        expect<wire::SyncGroupRequest>(machine.next_request(now));
        sync(partitions);
    }

    std::string machine_protocol = "range";
    Time now = start;
    ClassicMembership machine;
};

TEST(ClassicMembership, JoinsWithTheIdThatItIsGiven) {
    Member member;
    EXPECT_EQ(member.step(), "none");
    const auto first = expect<wire::JoinGroupRequest>(member.machine.next_request(start));
    EXPECT_EQ(first.member_id, "");
    EXPECT_EQ(first.protocol_type, "consumer");
    EXPECT_EQ(first.protocols.size(), 1U);
    EXPECT_EQ(first.rebalance_timeout_ms, 300'000);
    auto asked = refused<wire::JoinGroupResponse>(ErrorCode::member_id_required);
    asked.member_id = "m";
    member.answer(asked);
    EXPECT_EQ(expect<wire::JoinGroupRequest>(member.machine.next_request(start)).member_id, "m");
    member.answer(joined(1));
    EXPECT_EQ(expect<wire::SyncGroupRequest>(member.machine.next_request(start)).generation_id, 1);
    member.sync({tp("t", 0), tp("t", 1)});
    EXPECT_TRUE(member.machine.assignment().empty());
    EXPECT_EQ(member.do_step(), "assign t-0 t-1");
    EXPECT_EQ(member.machine.assignment().size(), 2U);
    EXPECT_EQ(member.machine.state(), State::stable);
    EXPECT_EQ(member.machine.identity(),
              (ConsumerGroupMetadata{.group_id = "g", .generation_id = 1, .member_id = "m"}));
}

TEST(ClassicMembership, EagerMembersGiveEverythingUpFirst) {
    Member member;
    member.step();
    member.rebalance(1, {tp("t", 0)});
    member.do_step();
    member.now += 3s;
    expect<wire::HeartbeatRequest>(member.machine.next_request(member.now));
    member.answer(refused<wire::HeartbeatResponse>(ErrorCode::rebalance_in_progress));
    EXPECT_FALSE(member.machine.next_request(member.now)) << "the user comes first";
    EXPECT_TRUE(member.machine.wants_user());
    EXPECT_EQ(member.do_step(), "revoke t-0");
    member.rebalance(2, {tp("t", 0), tp("t", 1)});
    EXPECT_EQ(member.do_step(), "assign t-0 t-1");
}

TEST(ClassicMembership, CooperativeMembersGiveUpWhatBecomesAnothers) {
    Member member({"cooperative-sticky"});
    member.machine_protocol = "cooperative-sticky";
    member.step();
    member.rebalance(1, {tp("t", 0), tp("t", 1)});
    member.do_step();
    ASSERT_TRUE(member.machine.rejoin(""));
    EXPECT_EQ(member.do_step(), "revoke") << "only a commit";
    EXPECT_EQ(member.machine.assignment().size(), 2U);
    member.rebalance(2, {tp("t", 1)});
    EXPECT_EQ(member.do_step(), "revoke t-0");
    EXPECT_EQ(member.do_step(), "assign");
    EXPECT_EQ(member.do_step(), "revoke") << "and joins again, so that t-0 finds its owner";
    member.rebalance(3, {tp("t", 1), tp("t", 2)});
    EXPECT_EQ(member.do_step(), "assign t-2");
    EXPECT_EQ(member.step(), "none");
}

TEST(ClassicMembership, WhoIsThrownOutLosesWhatItHas) {
    struct Row {
        ErrorCode code;
        std::string member_id;  ///< that it joins with
    };
    const Row rows[] = {{.code = ErrorCode::unknown_member_id, .member_id = ""},
                        {.code = ErrorCode::illegal_generation, .member_id = "m"}};
    for (const Row& row : rows) {
        Member member;
        member.step();
        member.rebalance(1, {tp("t", 0)});
        member.do_step();
        member.now += 3s;
        expect<wire::HeartbeatRequest>(member.machine.next_request(member.now));
        member.answer(refused<wire::HeartbeatResponse>(row.code));
        EXPECT_EQ(member.machine.identity().generation_id, -1);
        EXPECT_FALSE(member.machine.next_request(member.now));
        EXPECT_EQ(member.do_step(), "lose t-0");
        EXPECT_EQ(member.step(), "none");
        EXPECT_EQ(expect<wire::JoinGroupRequest>(member.machine.next_request(member.now)).member_id,
                  row.member_id);
    }
}

TEST(ClassicMembership, LateAnswersOfAnotherLifeDoNotMatter) {
    Member member;
    member.step();
    member.rebalance(1, {tp("t", 0)});
    member.do_step();
    member.now += 3s;
    expect<wire::HeartbeatRequest>(member.machine.next_request(member.now));
    ASSERT_TRUE(member.machine.rejoin(""));
    member.do_step();
    member.rebalance(2, {tp("t", 0)});
    member.do_step();
    member.answer(refused<wire::HeartbeatResponse>(ErrorCode::illegal_generation));
    EXPECT_EQ(member.machine.state(), State::stable);
    member.machine.on_commit_error(
        ErrorCode::illegal_generation,
        {.group_id = "g", .generation_id = 1, .member_id = "m", .group_instance_id = {}},
        member.now);
    EXPECT_EQ(member.machine.state(), State::stable);
    member.machine.on_commit_error(ErrorCode::illegal_generation, member.machine.identity(),
                                   member.now);
    EXPECT_EQ(member.step(), "lose t-0");
}

TEST(ClassicMembership, WhoDoesNotPollLeaves) {
    Member member;
    member.step();
    member.rebalance(1, {tp("t", 0)});
    member.do_step();
    member.now += 5min + 1s;
    EXPECT_LE(member.machine.next_wake(start), start + 5min + 1ms);
    const auto leave = expect<wire::LeaveGroupRequest>(member.machine.next_request(member.now));
    EXPECT_EQ(leave.members.at(0).member_id, "m");
    member.answer(wire::LeaveGroupResponse());
    EXPECT_FALSE(member.machine.next_request(member.now));
    EXPECT_EQ(member.machine.next_wake(member.now), never);
    member.machine.on_poll(member.now);
    EXPECT_EQ(member.do_step(), "lose t-0");
    EXPECT_EQ(member.step(), "none");
    EXPECT_EQ(member.machine.state(), State::joining);
}

TEST(ClassicMembership, GivesUpForGoodWhereJoiningMakesNoSense) {
    for (const ErrorCode code :
         {ErrorCode::fenced_instance_id, ErrorCode::group_authorization_failed,
          ErrorCode::inconsistent_group_protocol, ErrorCode::invalid_session_timeout}) {
        Member member;
        member.step();
        expect<wire::JoinGroupRequest>(member.machine.next_request(start));
        member.answer(refused<wire::JoinGroupResponse>(code));
        ASSERT_TRUE(member.machine.fatal());
        EXPECT_EQ(member.machine.fatal()->code, code);
        EXPECT_THAT(member.machine.fatal()->message, HasSubstr("group \"g\""));
        EXPECT_FALSE(member.machine.next_request(start + 1h));
    }
}

TEST(ClassicMembership, TriesOnWhileTheClusterIsAway) {
    for (const ErrorCode code : {ErrorCode::network_exception, ErrorCode::broker_not_available,
                                 ErrorCode::request_timed_out}) {
        Member member;
        member.step();
        expect<wire::JoinGroupRequest>(member.machine.next_request(start));
        member.machine.on_failure(0, {code, "away"}, start);
        EXPECT_FALSE(member.machine.fatal());
        EXPECT_FALSE(member.machine.next_request(start));
        EXPECT_EQ(member.machine.next_wake(start), start + 100ms);
        EXPECT_TRUE(member.machine.next_request(start + 100ms));
    }
}

TEST(ClassicMembership, TheLeaderDealsAndWatchesTheTopics) {
    Member member;
    Metadata metadata({});
    member.step();
    expect<wire::JoinGroupRequest>(member.machine.next_request(start));
    auto response = joined(1, "m");
    const auto mine = encode_subscription({.topics = {"t"}, .owned = {}, .user_data = {}});
    const auto other = encode_subscription({.topics = {"t", "u"}, .owned = {}, .user_data = {}});
    response.members.push_back({.member_id = "m", .metadata = mine.view()});
    response.members.push_back({.member_id = "n", .metadata = other.view()});
    member.answer(response);
    EXPECT_EQ(member.machine.topics_of_interest(), (std::set<std::string>{"t", "u"}));
    member.machine.on_metadata(metadata, start);
    EXPECT_EQ(member.machine.state(), State::assigning) << "the topics are not known yet";
    Layout layout;
    layout.topics["t"].resize(2);
    layout.topics["u"].resize(1);
    layout.teach(metadata, start);
    member.machine.on_metadata(metadata, start);
    const auto call = member.machine.next_request(start);
    const auto sync = expect<wire::SyncGroupRequest>(call);
    ASSERT_EQ(sync.assignments.size(), 2U);
    const auto share = decode_assignment(sync.assignments[1].assignment);
    EXPECT_EQ(share->partitions, (std::vector<TopicPartition>{tp("t", 1), tp("u", 0)}));
    member.sync({tp("t", 0)});
    member.do_step();
    member.machine.on_metadata(metadata, start);
    EXPECT_EQ(member.step(), "none");
    layout.topics["t"].resize(3);
    layout.teach(metadata, start + 1s);
    member.machine.on_metadata(metadata, start);
    EXPECT_EQ(member.step(), "revoke t-0");
}

TEST(ClassicMembership, LeavesWhenItIsToldTo) {
    Member member;
    member.step();
    member.rebalance(1, {tp("t", 0)});
    member.do_step();
    member.machine.leave(false);
    EXPECT_FALSE(member.machine.next_request(start)) << "the user comes first";
    EXPECT_EQ(member.do_step(), "revoke t-0");
    EXPECT_EQ(expect<wire::LeaveGroupRequest>(member.machine.next_request(start)).group_id, "g");
    member.answer(wire::LeaveGroupResponse());
    EXPECT_TRUE(member.machine.has_left());
    member.machine.subscribe({"t"});
    EXPECT_EQ(member.step(), "none");
    EXPECT_EQ(expect<wire::JoinGroupRequest>(member.machine.next_request(start)).member_id, "");
}

TEST(ClassicMembership, StaticMembersKeepTheirPlace) {
    auto with_instance = settings();
    with_instance.group_instance_id = "i";
    ClassicMembership machine(with_instance, strategies({"range"}));
    machine.subscribe({"t"});
    machine.on_poll(start);
    EXPECT_FALSE(machine.next_step(start));
    EXPECT_EQ(expect<wire::JoinGroupRequest>(machine.next_request(start)).group_instance_id, "i");
    machine.on_response(GroupResponse(joined(1)), start);
    machine.leave(false);
    EXPECT_FALSE(machine.next_request(start));
    EXPECT_TRUE(machine.has_left());
}

TEST(ClassicMembership, ASubscriptionThatChangesMeansARebalance) {
    Member member;
    member.step();
    member.rebalance(1, {tp("t", 0)});
    member.do_step();
    member.machine.subscribe({"t"});
    EXPECT_EQ(member.step(), "none");
    member.machine.subscribe({"t", "u"});
    EXPECT_EQ(member.do_step(), "revoke t-0");
    const auto call = member.machine.next_request(start);  // owns what the request looks into
    const auto join = expect<wire::JoinGroupRequest>(call);
    EXPECT_EQ(join.reason, "the subscription has changed");
    EXPECT_EQ(decode_subscription(join.protocols[0].metadata)->topics.size(), 2U);
}

}  // namespace
}  // namespace barnabas::client

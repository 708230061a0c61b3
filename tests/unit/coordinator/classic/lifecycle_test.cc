#include "coordinator/classic/classic_groups.h"
#include "coordinator/classic/group_record.h"
#include "unit/coordinator/classic/classic_replay.h"
#include "unit/coordinator/classic/classic_settle.h"
#include "unit/coordinator/classic/classic_world.h"
#include "wire/persisted/framing.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace barnabas::coordinator {
namespace {

using testing::ClassicWorld;
using testing::picture_of;
using testing::replay;
using testing::settle;

/// An empty or inhabited group of another type.
class OtherGroup final : public Group {
public:
    OtherGroup(GroupType type, std::size_t members) : type_(type), members_(members) {}
    [[nodiscard]] GroupType type() const override { return type_; }
    [[nodiscard]] const std::string& id() const override { return id_; }
    [[nodiscard]] std::string_view state_name() const override { return "Other"; }
    [[nodiscard]] std::string_view protocol_type() const override { return "consumer"; }
    [[nodiscard]] std::size_t member_count() const override { return members_; }
    [[nodiscard]] Result<void> check_commit(const Committer& /*from*/) const override { return {}; }
    [[nodiscard]] Result<void> check_fetch(const Committer& /*from*/) const override { return {}; }
    [[nodiscard]] Result<void> check_delete() const override { return {}; }
    [[nodiscard]] bool is_subscribed_to(std::string_view /*topic*/) const override { return false; }
    [[nodiscard]] std::optional<Expiry> offset_expiry() const override { return std::nullopt; }
    void add_tombstones(Records& to) const override {
        ByteBuffer key;
        key.append(as_bytes("gone"));
        to.push_back({.key = std::move(key), .value = std::nullopt});
    }

private:
    std::string id_ = "g";
    GroupType type_;
    std::size_t members_;
};

TEST(ClassicLifecycle, OthersGroupsHaveNoMembersHere) {
    struct Row {
        GroupType type;
        std::size_t members;
    };
    const Row rows[] = {{GroupType::consumer, 1}, {GroupType::share, 0}, {GroupType::streams, 0}};
    for (const auto& row : rows) {
        ClassicWorld world;
        world.groups.put(std::make_unique<OtherGroup>(row.type, row.members));
        EXPECT_EQ(world.error(world.join({})), ErrorCode::inconsistent_group_protocol);
        EXPECT_EQ(world.error(world.sync("m", 1)), ErrorCode::unknown_member_id);
        EXPECT_EQ(world.heartbeat("m", 1), ErrorCode::unknown_member_id);
        EXPECT_EQ(world.leave("m"), ErrorCode::unknown_member_id);
        EXPECT_EQ(world.classic.describe("g", 6).group.error_code,
                  static_cast<std::int16_t>(ErrorCode::group_id_not_found));
        EXPECT_TRUE(world.log.empty());
    }
}

TEST(ClassicLifecycle, AnEmptyConsumerGroupGivesWayAndComesBackIfThatCannotBeStored) {
    for (const bool stored : {true, false}) {
        ClassicWorld world;
        world.groups.put(std::make_unique<OtherGroup>(GroupType::consumer, 0));
        EXPECT_EQ(world.error(world.join({.member = "m"})), ErrorCode::unknown_member_id);
        EXPECT_EQ(world.state(), "Other");
        if (!stored) {
            world.append_error = ErrorCode::not_enough_replicas;
        }
        const auto ticket = world.join({});
        EXPECT_EQ(world.error(ticket),
                  stored ? ErrorCode::member_id_required : ErrorCode::coordinator_not_available);
        EXPECT_EQ(world.state(), stored ? "Empty" : "Other");
        ASSERT_EQ(world.log.size(), stored ? 2U : 0U);
        if (stored) {
            EXPECT_EQ(as_text(world.log[0].key.view()), "gone");
        }
    }
}

TEST(ClassicLifecycle, AGroupIsStoredAsKafkaStoresIt) {
    ClassicWorld world;
    const auto id = world.come();
    settle(world);
    ASSERT_EQ(world.log.size(), 2U);
    const auto read = [&](std::size_t i) {
        const auto stored = wire::read_versioned(world.log[i].value->view(), 2);
        EXPECT_EQ(stored->version, 3) << "the newest that is not flexible";
        return *wire::decode_stored<wire::GroupMetadataValue>(*stored);
    };
    const auto fresh = read(0);
    EXPECT_EQ(fresh.protocol_type, "");
    EXPECT_EQ(fresh.generation, 0);
    EXPECT_EQ(fresh.protocol, std::nullopt);
    EXPECT_EQ(fresh.leader, std::nullopt);
    EXPECT_EQ(fresh.current_state_timestamp, 1'000'000);
    EXPECT_TRUE(fresh.members.empty());
    const auto stable = read(1);
    EXPECT_EQ(stable.protocol_type, "consumer");
    EXPECT_EQ(stable.generation, 1);
    EXPECT_EQ(stable.protocol, "range");
    EXPECT_EQ(stable.leader, id);
    ASSERT_EQ(stable.members.size(), 1U);
    EXPECT_EQ(stable.members[0].member_id, id);
    EXPECT_EQ(stable.members[0].client_host, "/127.0.0.1");
    EXPECT_EQ(stable.members[0].rebalance_timeout, 60'000);
    EXPECT_EQ(stable.members[0].session_timeout, 10'000);
    EXPECT_EQ(as_text(stable.members[0].assignment), id);
}

TEST(ClassicLifecycle, AfterALoadMembersGoOnAndThoseThatAreGoneExpire) {
    ClassicWorld before;
    const auto a = before.come();
    before.come({.instance = "i"});
    settle(before);
    ClassicWorld world;
    replay(before, world);
    EXPECT_EQ(picture_of(world), picture_of(before));
    EXPECT_EQ(world.timers.size(), 0U);
    Decisions out;
    world.classic.loaded(world.now, out);
    world.carry_out(std::move(out));
    EXPECT_EQ(world.heartbeat(a, 1), ErrorCode::none);
    world.advance(9s);
    EXPECT_EQ(world.heartbeat(a, 1), ErrorCode::none);
    world.advance(2s);
    EXPECT_EQ(world.heartbeat(a, 1), ErrorCode::rebalance_in_progress);
    EXPECT_EQ(world.group().member_count(), 1U);
}

TEST(ClassicLifecycle, AGroupThatIsLoadedOverTheLimitRebalances) {
    ClassicWorld before;
    const auto a = before.come();
    const auto b = before.come();
    const auto c = before.come();
    settle(before);
    ClassicWorld world;
    world.config.size_max = 2;
    replay(before, world);
    Decisions out;
    world.classic.loaded(world.now, out);
    world.carry_out(std::move(out));
    ASSERT_EQ(world.state(), "PreparingRebalance");
    const auto first = world.join({.member = a});
    world.join({.member = b});
    EXPECT_EQ(world.error(world.join({.member = c})), ErrorCode::group_max_size_reached);
    EXPECT_EQ(world.error(first), ErrorCode::none) << "all who may be in it have joined";
}

TEST(ClassicLifecycle, ATombstoneEndsAGroup) {
    ClassicWorld world;
    world.join({});
    EXPECT_GT(world.timers.size(), 0U);
    const wire::GroupMetadataKey key{.group = "g"};
    world.classic.apply(key, nullptr);
    EXPECT_EQ(world.groups.find("g"), nullptr);
    EXPECT_EQ(world.timers.size(), 0U);
    world.classic.apply(key, nullptr);
}

TEST(ClassicLifecycle, UnloadingAnswersEverybodyWhoWaits) {
    ClassicWorld world;
    world.come();
    const auto pending = world.waiting;
    ASSERT_EQ(pending.size(), 1U);
    world.hold_appends = true;
    const auto held = world.join({.group = "h"});
    Decisions out;
    world.classic.unloaded(out);
    world.carry_out(std::move(out));
    EXPECT_EQ(world.error(*pending.begin()), ErrorCode::not_coordinator);
    EXPECT_EQ(world.error(held), ErrorCode::not_coordinator);
    EXPECT_EQ(world.state(), "Dead");
    EXPECT_EQ(world.timers.size(), 0U);
    world.let_append();
    EXPECT_EQ(world.error(world.join({})), ErrorCode::coordinator_not_available);
    EXPECT_EQ(world.error(world.sync("m", 1)), ErrorCode::coordinator_not_available);
    EXPECT_EQ(world.heartbeat("m", 1), ErrorCode::coordinator_not_available);
    EXPECT_EQ(static_cast<ErrorCode>(world.leave({testing::leaving("m")}).error_code),
              ErrorCode::coordinator_not_available);
}

TEST(ClassicLifecycle, WhatNobodyWritesIsReadAllTheSame) {
    wire::GroupMetadataValue value;
    value.protocol_type = "consumer";
    value.generation = std::numeric_limits<std::int32_t>::max();
    value.protocol = std::nullopt;
    value.leader = "nobody";
    for (const auto* const id : {"b", "a", "a"}) {
        wire::GroupMetadataValue::MemberMetadata member;
        member.member_id = id;
        member.group_instance_id = std::string_view(id) == "a" ? "i" : "j";
        member.session_timeout = -5;
        value.members.push_back(std::move(member));
    }
    value.members.push_back(value.members[0]);
    value.members.back().member_id = "c";  // with b's instance id
    ClassicWorld world;
    world.classic.apply({.group = "g"}, &value);
    auto& group = world.group();
    EXPECT_EQ(group.member_count(), 2U);
    EXPECT_TRUE(group.is_leader("b"));
    EXPECT_EQ(group.find_member("a")->rebalance_timeout_ms, -5) << "as old versions have it";
    Decisions out;
    world.classic.loaded(world.now, out);
    world.carry_out(std::move(out));
    world.advance(1ms);
    EXPECT_EQ(world.state(), "Empty");
    EXPECT_EQ(group.generation(), 1) << "behind the last number the first comes again";
}

TEST(ClassicLifecycle, GroupsComeFromAndGoToOtherTypes) {
    ClassicWorld world;
    ClassicGroup::Stored stored{.generation = 7, .protocol_type = "consumer", .protocol = "range"};
    ClassicGroupMember member;
    member.id = "m";
    member.protocol_type = "consumer";
    member.session_timeout_ms = 10'000;
    member.rebalance_timeout_ms = 10'000;
    stored.members.push_back({.member = member, .protocols = {{"range", share({})}}});
    Decisions out;
    auto& group = world.classic.adopt(std::make_unique<ClassicGroup>("g", std::move(stored)),
                                      "its last consumer left", world.now, out);
    world.carry_out(std::move(out));
    EXPECT_EQ(group.state_name(), "PreparingRebalance");
    const auto ticket = world.join({.member = "m"});
    EXPECT_EQ(world.joined(ticket).generation_id, 8);
    const auto leader = world.join({.member = "m", .protocols = {{"range", "u"}}});
    EXPECT_EQ(world.joined(leader).generation_id, 9);
    world.join({});
    const auto waits = world.join({.member = "m", .protocols = {{"range", "v"}}});
    ASSERT_FALSE(world.is_answered(waits));
    Decisions gone;
    world.classic.release(group, ErrorCode::rebalance_in_progress, gone);
    world.carry_out(std::move(gone));
    EXPECT_EQ(world.error(waits), ErrorCode::rebalance_in_progress);
    EXPECT_EQ(world.timers.size(), 0U);
}

TEST(ClassicLifecycle, DescriptionsTellMembersAndWhatTheyHave) {
    ClassicWorld world;
    EXPECT_EQ(world.classic.describe("g", 5).group.error_code, 0);
    EXPECT_EQ(world.classic.describe("g", 5).group.group_state, "Dead");
    EXPECT_EQ(static_cast<ErrorCode>(world.classic.describe("g", 6).group.error_code),
              ErrorCode::group_id_not_found);
    const auto id = world.come({.instance = "i"});
    auto preparing = world.classic.describe("g", 6).group;
    EXPECT_EQ(preparing.group_state, "PreparingRebalance");
    EXPECT_EQ(preparing.protocol_data, "");
    ASSERT_EQ(preparing.members.size(), 1U);
    EXPECT_EQ(preparing.members[0].member_metadata.size(), 0U);
    settle(world);
    const auto described = world.classic.describe("g", 6);
    world.leave(id);
    const auto& stable = described.group;
    EXPECT_EQ(stable.group_state, "Stable");
    EXPECT_EQ(stable.protocol_type, "consumer");
    EXPECT_EQ(stable.protocol_data, "range");
    ASSERT_EQ(stable.members.size(), 1U);
    EXPECT_EQ(stable.members[0].member_id, id);
    EXPECT_EQ(stable.members[0].group_instance_id, "i");
    EXPECT_EQ(stable.members[0].client_id, "c");
    EXPECT_EQ(stable.members[0].client_host, "/127.0.0.1");
    EXPECT_EQ(as_text(stable.members[0].member_assignment), id);
    EXPECT_EQ(as_text(stable.members[0].member_metadata),
              as_text(testing::subscription("t").view()));
}

}  // namespace
}  // namespace barnabas::coordinator

#include "coordinator/consumer/conversion.h"

#include "classic_consumer.h"

namespace barnabas::coordinator {
namespace {

using namespace testing;

/// A classic group of these consumers, stable; topic "a" has six partitions.
class Migration {
public:
    explicit Migration(std::size_t members = 2) : classic(members) {
        world.change_topic("a", 6);
        world.change_topic("b", 2);
        world.settings.times.assignment_interval = 0ms;
        world.classic_config.initial_rebalance_delay = 0s;
        for (int round = 0; round < 30; ++round) {
            step_all();
            world.pass(100ms);
            world.run_timers();
        }
    }

    void step_all() {
        for (ClassicConsumer& consumer : classic) {
            consumer.step(world);
        }
    }
    /// Everybody goes on until nothing changes; the consumer with `id` says what it owns.
    void settle(const std::string& id, std::int32_t epoch) {
        Assignment owned;
        for (int round = 0; round < 30; ++round) {
            step_all();
            const auto reply = world.beat(owning(beat_of(id, epoch), owned));
            ASSERT_EQ(reply.error_code, 0) << reply.error_message.value_or("");
            epoch = reply.member_epoch;
            if (reply.assignment) {
                owned = assignment_from(reply.assignment->topic_partitions);
            }
        }
        settled = owned;
        settled_epoch = epoch;
    }

    [[nodiscard]] std::string type() const {
        const Group* const group = world.table().find("g");
        return group == nullptr ? "none" : std::string(group_type_name(group->type()));
    }
    [[nodiscard]] std::size_t converted() const {
        return static_cast<std::size_t>(
            std::ranges::count(world.events, GroupEvent::Kind::converted, &GroupEvent::kind));
    }
    void expect_same_after_restart() {
        const std::string before = world.state();
        world.restart(true);
        EXPECT_EQ(world.state(), before) << "compacted";
        world.restart(false);
        EXPECT_EQ(world.state(), before);
    }

    mutable World world;
    std::vector<ClassicConsumer> classic;
    Assignment settled;
    std::int32_t settled_epoch = 0;
};

ErrorCode code(const ConsumerGroupHeartbeatResponse& reply) {
    return static_cast<ErrorCode>(reply.error_code);
}

TEST(Upgrade, ClassicMembersKeepWhatTheyHaveUntilTheyJoinAgain) {
    Migration at;
    ASSERT_EQ(at.type(), "Classic");
    const auto generation = at.classic[0].generation;
    ASSERT_EQ(count_of(at.classic[0].owned), 3U);
    const auto reply = at.world.beat(join("new"));
    ASSERT_EQ(code(reply), ErrorCode::none) << reply.error_message.value_or("");
    EXPECT_EQ(at.type(), "Consumer");
    EXPECT_EQ(at.converted(), 1U);
    EXPECT_EQ(reply.member_epoch, generation + 1);
    EXPECT_EQ(assigned_in(reply), "") << "all is with the others still";
    const ConsumerGroup& group = *at.world.group();
    EXPECT_EQ(group.member_count(), 3U);
    for (const ClassicConsumer& consumer : at.classic) {
        const ConsumerMember* const member = group.member(consumer.id);
        ASSERT_NE(member, nullptr);
        EXPECT_TRUE(member->classic);
        EXPECT_EQ(member->epoch, generation);
        EXPECT_EQ(partitions_of(member->assigned), consumer.owned);
    }
    at.expect_same_after_restart();
}

TEST(Upgrade, EverybodyHasTheirShareInTheEnd) {
    Migration at;
    const auto reply = at.world.beat(join("new"));
    at.settle("new", reply.member_epoch);
    EXPECT_EQ(count_of(at.settled), 2U);
    for (const ClassicConsumer& consumer : at.classic) {
        EXPECT_EQ(count_of(consumer.owned), 2U);
        EXPECT_EQ(consumer.generation, at.settled_epoch);
        EXPECT_TRUE(consumer.errors.contains(ErrorCode::rebalance_in_progress));
        EXPECT_FALSE(consumer.errors.contains(ErrorCode::illegal_generation));
    }
    EXPECT_EQ(at.world.group()->state_name(), "Stable");
    at.expect_same_after_restart();
}

// Whoever waits for a join or a sync in the classic group is told to join again.
TEST(Upgrade, MembersThatWaitAreToldToJoinAgain) {
    Migration at;
    at.classic[0].join(at.world);  // it waits for the other
    const auto answered = at.world.answers.size();
    ASSERT_EQ(at.world.table().find("g")->state_name(), "PreparingRebalance");
    ASSERT_EQ(code(at.world.beat(join("new"))), ErrorCode::none);
    EXPECT_EQ(at.world.answers.size(), answered + 1);
    at.classic[0].step(at.world);
    EXPECT_TRUE(at.classic[0].errors.contains(ErrorCode::rebalance_in_progress));
    EXPECT_TRUE(at.classic[0].settle(at.world));
}

// A cooperative member keeps what it has while it waits for the leader's assignment.
// The model found the first row: the member was told epoch 0, which is to join, for ever.
TEST(Upgrade, NobodyComesOutInEpochZero) {
    struct Row {
        std::vector<std::string> waiting;  // the topics of one in the classic group's first join
        std::vector<std::string> joining;
        std::int32_t want;
    };
    const Row rows[] = {{{}, {}, 1}, {{"a"}, {}, 2}, {{}, {"a"}, 2}, {{"a"}, {"a"}, 2}};
    for (const Row& row : rows) {
        const auto name = fmt::format("{} {}", row.waiting.size(), row.joining.size());
        World world;
        world.change_topic("a", 2);
        world.settings.times.assignment_interval = 0ms;
        ClassicConsumer consumer;
        consumer.names = row.waiting;
        consumer.step(world);  // is given an id
        consumer.step(world);  // and waits with it
        ASSERT_EQ(world.table().find("g")->state_name(), "PreparingRebalance") << name;
        const auto reply = world.beat(join("new", row.joining));
        ASSERT_EQ(code(reply), ErrorCode::none) << name << reply.error_message.value_or("");
        EXPECT_EQ(reply.member_epoch, row.want) << name;
        EXPECT_TRUE(consumer.settle(world)) << name;
        EXPECT_EQ(consumer.generation, world.group()->epoch()) << name;
        EXPECT_EQ(world.group()->state_name(), "Stable") << name;
    }
}

TEST(Upgrade, MembersKeepWhatTheySayTheyOwn) {
    World world;
    world.change_topic("a", 4);
    world.settings.times.assignment_interval = 0ms;
    world.classic_config.initial_rebalance_delay = 0s;
    wire::ConsumerProtocolSubscription subscription;
    subscription.topics = {"a"};
    subscription.owned_partitions = {{.topic = "a", .partitions = {0, 1, 3}}};
    const auto metadata = wire::encode_versioned(subscription, 3);
    ClassicConsumer consumer;
    auto request = consumer.request();
    request.group_instance_id = "i";
    request.protocols.front().metadata = metadata.view();
    world.join(request);
    world.run_timers();
    ASSERT_EQ(world.table().find("g")->state_name(), "CompletingRebalance");
    const auto reply = world.beat(join("new"));
    EXPECT_EQ(assigned_in(reply), "1-2") << "the rest is the member's still";
    EXPECT_EQ(text_of(partitions_of(world.group()->static_member("i")->assigned)), "1-0 1-1 1-3");
}

TEST(Upgrade, IsRefusedWhereItMayNotBe) {
    struct Row {
        std::string what;
        MigrationPolicy policy = MigrationPolicy::bidirectional;
        std::size_t max_size = 100;
        std::int32_t epoch = 0;
        ErrorCode want = ErrorCode::group_id_not_found;
    };
    const Row rows[] = {
        {.what = "upgrade", .policy = MigrationPolicy::upgrade, .want = ErrorCode::none},
        {.what = "bidirectional", .want = ErrorCode::none},
        {.what = "disabled", .policy = MigrationPolicy::disabled},
        {.what = "downgrade", .policy = MigrationPolicy::downgrade},
        {.what = "too many", .max_size = 1},
        {.what = "full then", .max_size = 2, .want = ErrorCode::group_max_size_reached},
        {.what = "no join", .epoch = 3},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.what);
        Migration at;
        at.world.settings.config.migration = row.policy;
        at.world.settings.config.max_size = row.max_size;
        auto request = join("new");
        request.member_epoch = row.epoch;
        EXPECT_EQ(code(at.world.beat(request)), row.want);
        EXPECT_EQ(at.type(), row.want == ErrorCode::none ? "Consumer" : "Classic");
    }
}

TEST(Upgrade, OtherProtocolTypesStayClassic) {
    for (const bool malformed : {false, true}) {
        World world;
        world.change_topic("a", 1);
        world.classic_config.initial_rebalance_delay = 0s;
        ClassicConsumer consumer;
        auto request = consumer.request();
        request.protocol_type = malformed ? "consumer" : "connect";
        request.protocols.front().metadata = malformed ? as_bytes("?") : as_bytes("any thing");
        request.group_instance_id = "i";
        world.join(request);
        world.run_timers();
        const auto reply = world.beat(join("new"));
        EXPECT_EQ(code(reply), ErrorCode::group_id_not_found);
        EXPECT_NE(reply.error_message->find(malformed ? "malformed" : "connect"), std::string::npos)
            << *reply.error_message;
        EXPECT_NE(world.table().find_as<ClassicGroup>("g"), nullptr);
    }
}

TEST(Downgrade, TheLastOfTheConsumerProtocolGoes) {
    struct Row {
        std::string what;
        MigrationPolicy policy = MigrationPolicy::bidirectional;
        std::size_t classic_max = 100;
        bool expires = false;
        std::string want = "Classic";
    };
    const Row rows[] = {
        {.what = "leaves"},
        {.what = "expires", .expires = true},
        {.what = "downgrade only", .policy = MigrationPolicy::downgrade},
        {.what = "disabled", .policy = MigrationPolicy::disabled, .want = "Consumer"},
        {.what = "upgrade only", .policy = MigrationPolicy::upgrade, .want = "Consumer"},
        {.what = "just fits", .classic_max = 2},
        {.what = "too many", .classic_max = 1, .want = "Consumer"},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.what);
        Migration at;
        const auto reply = at.world.beat(join("new"));
        at.settle("new", reply.member_epoch);
        at.world.settings.config.migration = row.policy;
        at.world.settings.config.classic_max_size = row.classic_max;
        if (row.expires) {
            at.world.pass(44s);
            at.step_all();  // they are heard of
            at.world.pass(2s);
            at.world.run_timers();
        } else {
            ASSERT_EQ(code(at.world.beat(beat_of("new", -1))), ErrorCode::none);
        }
        EXPECT_EQ(at.type(), row.want);
        EXPECT_EQ(at.converted(), row.want == "Classic" ? 2U : 1U);
        EXPECT_EQ(at.world.table().find("g")->member_count(), 2U);
        for (int round = 0; round < 20; ++round) {
            at.step_all();
            at.world.pass(100ms);
            at.world.run_timers();
        }
        EXPECT_EQ(at.world.table().find("g")->state_name(), "Stable");
        for (const ClassicConsumer& consumer : at.classic) {
            EXPECT_EQ(count_of(consumer.owned), 3U);
            EXPECT_FALSE(consumer.errors.contains(ErrorCode::unknown_member_id));
        }
        at.expect_same_after_restart();
        EXPECT_EQ(at.type(), row.want);
    }
}

// The target gave the one that left its share already. Whoever has not joined again since has more
// than its target, which a group that is converted once more, or loaded, must know.
TEST(Downgrade, MembersAreStoredWithWhatTheyHave) {
    Migration at;
    ASSERT_EQ(code(at.world.beat(join("new"))), ErrorCode::none);
    ASSERT_EQ(code(at.world.beat(beat_of("new", -1))), ErrorCode::none);
    for (const bool is_loaded : {false, true}) {
        if (is_loaded) {
            at.world.restart(true);
        }
        const auto* const group = at.world.table().find_as<ClassicGroup>("g");
        ASSERT_NE(group, nullptr);
        EXPECT_EQ(group->generation(), at.classic[0].generation + 1);
        for (const ClassicConsumer& consumer : at.classic) {
            const auto stored = read_embedded_assignment(
                group->find_member(consumer.id)->assigned(), at.world.topics);
            ASSERT_TRUE(stored);
            EXPECT_EQ(*stored, consumer.owned);
        }
    }
    const auto reply = at.world.beat(join("new2"));
    EXPECT_EQ(assigned_in(reply), "") << "all is with the others still";
    at.settle("new2", reply.member_epoch);
    EXPECT_EQ(count_of(at.settled), 2U);
}

// With others of the consumer protocol left, or with nobody, it stays what it is.
TEST(Downgrade, OnlyTheLastOneCounts) {
    Migration at;
    at.world.beat(join("new"));
    at.world.beat(join("new2"));
    ASSERT_EQ(code(at.world.beat(beat_of("new", -1))), ErrorCode::none);
    EXPECT_EQ(at.type(), "Consumer");
    for (ClassicConsumer& consumer : at.classic) {
        EXPECT_EQ(consumer.leave(at.world), ErrorCode::none);
    }
    EXPECT_EQ(at.type(), "Consumer") << "members of the classic protocol convert nothing";
    ASSERT_EQ(code(at.world.beat(beat_of("new2", -1))), ErrorCode::none);
    EXPECT_EQ(at.type(), "Consumer");
    EXPECT_EQ(at.world.group()->state_name(), "Empty");
    at.expect_same_after_restart();
}

// A static member may change the protocol without leaving, either way.
TEST(Migration, AStaticMemberChangesTheProtocol) {
    for (const std::size_t others : {0U, 1U, 2U}) {
        SCOPED_TRACE(others);
        Migration at(others);
        auto request = join("new");
        request.instance_id = "i";
        ASSERT_EQ(code(at.world.beat(request)), ErrorCode::none);
        ASSERT_EQ(at.type(), "Consumer");
        ClassicConsumer& old = at.classic.emplace_back();
        old.instance = "i";
        for (int round = 0; round < 30; ++round) {
            at.step_all();
            at.world.pass(100ms);
            at.world.run_timers();
        }
        EXPECT_EQ(at.type(), "Classic");
        EXPECT_EQ(at.world.table().find("g")->member_count(), others + 1);
        EXPECT_EQ(count_of(old.owned), 6 / (others + 1));
        EXPECT_EQ(code(at.world.beat(beat_of("new", 1))), ErrorCode::group_id_not_found);
        // And back: the group has its new member under the instance's name.
        request.member_id = "newer";
        ASSERT_EQ(code(at.world.beat(request)), ErrorCode::none);
        EXPECT_EQ(at.type(), "Consumer");
        EXPECT_EQ(at.world.group()->static_member("i")->id, "newer");
        EXPECT_EQ(at.world.group()->member_count(), others + 1);
        EXPECT_EQ(at.world.heartbeat(old.heartbeat_request()), ErrorCode::fenced_instance_id);
        at.expect_same_after_restart();
    }
}

TEST(EmbeddedProtocol, ReadsWhatConsumersWrite) {
    FakeTopics topics;
    topics.put("a", 3);
    wire::ConsumerProtocolSubscription subscription;
    subscription.topics = {"a", "gone"};
    subscription.rack_id = "r";
    subscription.owned_partitions = {{.topic = "a", .partitions = {2, 1}},
                                     {.topic = "gone", .partitions = {0}}};
    struct Row {
        std::int16_t written = 0;
        std::int16_t said = 0;  // in front of it
        std::int16_t want = 0;  // -1: refused
        std::string owned{};
    };
    const Row rows[] = {
        {.written = 0, .said = 0, .want = 0, .owned = ""},
        {.written = 1, .said = 1, .want = 1, .owned = "1-1 1-2"},
        {.written = 3, .said = 3, .want = 3, .owned = "1-1 1-2"},
        {.written = 3, .said = 9, .want = 3, .owned = "1-1 1-2"},
        {.written = 3, .said = -1, .want = -1},
        {.written = 0, .said = 3, .want = -1},
    };
    for (const Row& row : rows) {
        const auto good = wire::encode_versioned(subscription, row.written);
        std::vector<std::byte> bytes(good.view().begin(), good.view().end());
        bytes[0] = static_cast<std::byte>(row.said < 0 ? 0xff : 0);
        bytes[1] = static_cast<std::byte>(row.said & 0xff);
        const auto read = read_embedded_subscription(bytes, topics);
        ASSERT_EQ(read.has_value(), row.want >= 0) << row.said;
        if (!read) {
            EXPECT_EQ(read.error().code, ErrorCode::inconsistent_group_protocol);
            continue;
        }
        EXPECT_EQ(read->version, row.want);
        EXPECT_EQ(read->topics, subscription.topics);
        EXPECT_EQ(text_of(read->owned), row.owned);
        EXPECT_EQ(read->rack_id.has_value(), row.written >= 3);
    }
    const Assignment assignment{{uuid(1), {0, 2}}, {uuid(9), {1}}};
    const auto written = write_embedded_assignment(assignment, topics, 2);
    const auto back = read_embedded_assignment(written.view(), topics);
    ASSERT_TRUE(back);
    EXPECT_EQ(text_of(*back), "1-0 1-2") << "no topic has the other id";
    EXPECT_TRUE(read_embedded_assignment({}, topics)->empty());
    EXPECT_FALSE(read_embedded_assignment(as_bytes("x"), topics));
}

}  // namespace
}  // namespace barnabas::coordinator

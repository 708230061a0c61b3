#include "classic_consumer.h"
#include "coordinator/consumer/group_records.h"

namespace barnabas::coordinator {
namespace {

using namespace testing;

/// A consumer group of the member "new" and two of the classic protocol: `first` is stable and has
/// the rest, `second` is static and has just come.
class Mixed {
public:
    Mixed() {
        world.change_topic("a", 4);
        world.settings.times.assignment_interval = 0ms;
        world.beat(join("new"));
        EXPECT_TRUE(first.settle(world));
        second.instance = "i";
    }

    [[nodiscard]] const ConsumerMember& member(const ClassicConsumer& consumer) const {
        const ConsumerMember* const found = world.group()->member(consumer.id);
        EXPECT_NE(found, nullptr);
        return *found;
    }
    [[nodiscard]] ErrorCode join_error(const wire::JoinGroupRequest& request,
                                       std::int16_t version = 9) {
        const auto ticket = world.join(request, version);
        return static_cast<ErrorCode>(
            std::get<wire::JoinGroupResponse>(world.answers.at(ticket).reply).error_code);
    }
    [[nodiscard]] ErrorCode sync_error(const wire::SyncGroupRequest& request) {
        const auto ticket = world.sync(request);
        return static_cast<ErrorCode>(
            std::get<wire::SyncGroupResponse>(world.answers.at(ticket).reply).error_code);
    }
    /// How "new" goes on: it gives up what it is told to.
    void beat_new() {
        const std::int32_t epoch = world.group()->member("new")->epoch;
        const auto reply = world.beat(owning(beat_of("new", epoch), owned));
        if (reply.assignment) {
            owned = assignment_from(reply.assignment->topic_partitions);
            world.beat(owning(beat_of("new", reply.member_epoch), owned));
        }
    }

    World world;
    ClassicConsumer first;
    ClassicConsumer second;
    Assignment owned;
};

TEST(ClassicMembers, AMemberJoinsAndGetsItsShare) {
    Mixed at;
    const auto epoch = at.world.group()->epoch();
    EXPECT_EQ(at.first.generation, epoch);
    EXPECT_TRUE(at.member(at.first).classic);
    EXPECT_EQ(at.member(at.first).topics, std::vector<std::string>{"a"});
    EXPECT_EQ(at.member(at.first).client_host, "/127.0.0.2");
    EXPECT_TRUE(at.first.owned.empty()) << "all is with the other still";
    EXPECT_EQ(at.world.heartbeat(at.first.heartbeat_request()), ErrorCode::none)
        << "it waits for them";
    at.owned = {{uuid(1), {0, 1, 2, 3}}};
    at.beat_new();
    EXPECT_EQ(at.world.heartbeat(at.first.heartbeat_request()), ErrorCode::rebalance_in_progress)
        << "they are free";
    at.first.step(at.world);  // hears it
    EXPECT_TRUE(at.first.settle(at.world));
    EXPECT_EQ(count_of(at.first.owned), 2U);
    EXPECT_EQ(at.world.group()->state_name(), "Stable");
    EXPECT_EQ(at.world.heartbeat(at.first.heartbeat_request()), ErrorCode::none);
}

TEST(ClassicMembers, JoinsThatAreRefused) {
    struct Row {
        std::string what;
        std::function<void(wire::JoinGroupRequest&)> change;
        ErrorCode want = ErrorCode::none;
        std::int16_t version = 9;
        std::size_t max_size = 100;
    };
    const std::function<void(wire::JoinGroupRequest&)> nothing = [](auto&) {};
    const Row rows[] = {
        {.what = "an id is given", .change = nothing, .want = ErrorCode::member_id_required},
        {.what = "old clients do without", .change = nothing, .version = 3},
        {.what = "an id that was given",
         .change = [](auto& request) { request.member_id = "given"; }},
        {.what = "static", .change = [](auto& request) { request.group_instance_id = "x"; }},
        {.what = "a static id that nobody knows",
         .change =
             [](auto& request) {
                 request.group_instance_id = "x";
                 request.member_id = "given";
             },
         .want = ErrorCode::unknown_member_id},
        {.what = "another protocol",
         .change = [](auto& request) { request.protocols.front().name = "sticky"; },
         .want = ErrorCode::inconsistent_group_protocol},
        {.what = "no protocol",
         .change = [](auto& request) { request.protocols.clear(); },
         .want = ErrorCode::inconsistent_group_protocol},
        {.what = "another type",
         .change = [](auto& request) { request.protocol_type = "connect"; },
         .want = ErrorCode::inconsistent_group_protocol},
        {.what = "what nobody can read",
         .change =
             [](auto& request) {
                 request.member_id = "given";
                 request.protocols.front().metadata = as_bytes("?");
             },
         .want = ErrorCode::inconsistent_group_protocol},
        {.what = "too short a session",
         .change = [](auto& request) { request.session_timeout_ms = 5'999; },
         .want = ErrorCode::invalid_session_timeout},
        {.what = "too long a session",
         .change = [](auto& request) { request.session_timeout_ms = 1'800'001; },
         .want = ErrorCode::invalid_session_timeout},
        {.what = "full",
         .change = [](auto& request) { request.member_id = "given"; },
         .want = ErrorCode::group_max_size_reached,
         .max_size = 2},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.what);
        Mixed at;
        at.world.settings.config.max_size = row.max_size;
        const std::string before = at.world.state();
        ClassicConsumer third;
        auto request = third.request();
        row.change(request);
        EXPECT_EQ(at.join_error(request, row.version), row.want);
        EXPECT_EQ(at.world.state() == before, row.want != ErrorCode::none);
    }
}

TEST(ClassicMembers, WhoIsNotAMemberIsTold) {
    struct Row {
        std::string what;
        std::string id{};  // empty: the member's
        std::optional<std::string> instance{};
        std::int32_t generation = 0;  // more than the member's
        ErrorCode want = ErrorCode::none;
    };
    const Row rows[] = {
        {.what = "the member"},
        {.what = "a stranger", .id = "x", .want = ErrorCode::unknown_member_id},
        {.what = "of the consumer protocol", .id = "new", .want = ErrorCode::unknown_member_id},
        {.what = "no such instance", .instance = "x", .want = ErrorCode::unknown_member_id},
        {.what = "somebody else's instance",
         .instance = "i",
         .want = ErrorCode::fenced_instance_id},
        {.what = "a generation too late", .generation = 1, .want = ErrorCode::illegal_generation},
        {.what = "one too early", .generation = -1, .want = ErrorCode::illegal_generation},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.what);
        Mixed at;
        EXPECT_TRUE(at.second.settle(at.world));
        at.first.step(at.world);
        EXPECT_TRUE(at.first.settle(at.world));
        auto sync = at.first.sync_request();
        auto beat = at.first.heartbeat_request();
        beat.member_id = sync.member_id = row.id.empty() ? at.first.id : row.id;
        beat.group_instance_id = sync.group_instance_id = row.instance;
        beat.generation_id = sync.generation_id = at.first.generation + row.generation;
        EXPECT_EQ(at.world.heartbeat(beat), row.want);
        EXPECT_EQ(at.sync_error(sync), row.want);
        auto join = at.first.request();
        join.member_id = beat.member_id;
        join.group_instance_id = row.instance;
        if (row.instance) {
            EXPECT_EQ(at.join_error(join), row.want);
        }
    }
}

TEST(ClassicMembers, ASyncNamesTheProtocolThatTheJoinWasTold) {
    Mixed at;
    auto sync = at.first.sync_request();
    EXPECT_EQ(at.sync_error(sync), ErrorCode::none);
    sync.protocol_name = std::nullopt;
    sync.protocol_type = std::nullopt;
    EXPECT_EQ(at.sync_error(sync), ErrorCode::none) << "old clients do not say it";
    sync.protocol_name = "sticky";
    EXPECT_EQ(at.sync_error(sync), ErrorCode::inconsistent_group_protocol);
    sync.protocol_name = "range";
    sync.protocol_type = "connect";
    EXPECT_EQ(at.sync_error(sync), ErrorCode::inconsistent_group_protocol);
}

TEST(ClassicMembers, ADamagedRecordWithoutProtocolsMakesItsMemberJoinAgain) {
    Mixed at;
    ConsumerMember damaged = at.member(at.first);
    damaged.classic->protocols.clear();
    Records records;
    records.push_back(subscription_record("g", damaged));
    at.world.append(std::move(records));
    EXPECT_EQ(at.sync_error(at.first.sync_request()), ErrorCode::unknown_member_id);
}

TEST(ClassicMembers, LeaveOneByOneOrTogether) {
    Mixed at;
    EXPECT_TRUE(at.second.settle(at.world));
    const auto epoch = at.world.group()->epoch();
    struct Row {
        std::string id;
        std::optional<std::string> instance{};
        ErrorCode want = ErrorCode::unknown_member_id;
    };
    const Row rows[] = {
        {.id = "x"},
        {.id = "new"},
        {.id = "", .instance = "x"},
        {.id = "x", .instance = "i", .want = ErrorCode::fenced_instance_id},
        {.id = at.first.id, .want = ErrorCode::none},
        {.id = at.first.id},  // it has just left
        {.id = "", .instance = "i", .want = ErrorCode::none},
    };
    wire::LeaveGroupRequest request;
    request.group_id = "g";
    for (const Row& row : rows) {
        auto& member = request.members.emplace_back();
        member.member_id = row.id;
        member.group_instance_id = row.instance;
    }
    const auto reply = at.world.leave(request);
    EXPECT_EQ(reply.error_code, 0);
    ASSERT_EQ(reply.members.size(), std::size(rows));
    for (std::size_t i = 0; i < std::size(rows); ++i) {
        EXPECT_EQ(static_cast<ErrorCode>(reply.members[i].error_code), rows[i].want) << i;
    }
    EXPECT_EQ(at.world.group()->member_count(), 1U);
    EXPECT_EQ(at.world.group()->epoch(), epoch + 1) << "one rebalance for all";
    const auto leave_of_old = [&at](const std::string& id) {
        wire::LeaveGroupRequest old;
        old.group_id = "g";
        old.member_id = id;
        const auto told = at.world.leave(old, 2);
        EXPECT_TRUE(told.members.empty());
        return static_cast<ErrorCode>(told.error_code);
    };
    ClassicConsumer third;
    EXPECT_TRUE(third.settle(at.world));
    EXPECT_EQ(leave_of_old("x"), ErrorCode::unknown_member_id);
    EXPECT_EQ(leave_of_old(third.id), ErrorCode::none);
    EXPECT_EQ(at.world.group()->member_count(), 1U);
}

// Its topics counted as subscribed to: nobody could delete their offsets, and they did not expire.
TEST(ClassicMembers, WhoIsRemovedTakesItsRegularExpressionAlong) {
    World world;
    world.change_topic("a", 2);
    world.change_topic("b", 2);
    const std::pair<std::string, std::string> members[] = {
        {"1", "a.*"}, {"2", "a.*"}, {"3", "b.*"}};
    for (const auto& [number, regex] : members) {
        auto request = join("m" + number, {});
        request.subscribed_topic_names.reset();
        request.subscribed_topic_regex = regex;
        request.instance_id = "i" + number;
        EXPECT_EQ(world.beat(request).error_code, 0);
    }
    const auto remove = [&world](const std::vector<std::string>& instances) {
        wire::LeaveGroupRequest request;
        request.group_id = "g";
        for (const auto& instance : instances) {
            request.members.emplace_back().group_instance_id = instance;
        }
        for (const auto& left : world.leave(request).members) {
            EXPECT_EQ(left.error_code, 0);
        }
    };
    remove({"i1", "i3"});
    EXPECT_TRUE(world.group()->is_subscribed_to("a")) << "the second one's";
    EXPECT_FALSE(world.group()->is_subscribed_to("b"));
    EXPECT_EQ(world.group()->regexes().size(), 1U);
    remove({"i2"});
    EXPECT_FALSE(world.group()->is_subscribed_to("a"));
    EXPECT_TRUE(world.group()->regexes().empty());
    const auto state = world.state();
    world.restart(true);
    EXPECT_EQ(world.state(), state);
}

// A member that is asked to join again, or that has joined and does not sync, has its rebalance
// timeout to do so, and its session for signs of life.
TEST(ClassicMembers, AreRemovedWhenTheirTimeIsUp) {
    struct Row {
        std::string what;
        bool is_asked = false;
        bool syncs = true;
        bool beats = true;
        std::chrono::milliseconds last{};  // it is a member then
    };
    const Row rows[] = {
        {.what = "silent", .beats = false, .last = 44'999ms},
        {.what = "asked to join", .is_asked = true, .last = 59'999ms},
        {.what = "does not sync", .syncs = false, .last = 59'999ms},
        {.what = "nothing is wrong", .last = 600'000ms},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.what);
        Mixed at;
        at.world.settings.times.session_timeout = 30min;  // of "new"
        at.owned = {{uuid(1), {0, 1, 2, 3}}};
        at.beat_new();
        at.first.step(at.world);
        ASSERT_TRUE(at.first.settle(at.world));
        if (!row.syncs) {
            at.world.join([&at] {
                auto request = at.first.request();
                request.member_id = at.first.id;
                return request;
            }());
        }
        if (row.is_asked) {
            at.world.beat(join("new2"));
            at.beat_new();
        }
        const auto pass = [&at, &row](std::chrono::milliseconds time) {
            for (; time > 0ms; time -= std::min(time, 1'000ms)) {
                if (row.beats && at.world.group()->member(at.first.id) != nullptr) {
                    at.world.heartbeat(at.first.heartbeat_request());
                }
                at.world.pass(std::min(time, std::chrono::milliseconds{1'000}));
                at.world.run_timers();
                if (row.is_asked) {
                    at.world.beat(beat_of("new2", at.world.group()->member("new2")->epoch));
                }
            }
        };
        pass(row.last);
        EXPECT_NE(at.world.group()->member(at.first.id), nullptr);
        pass(2ms);
        EXPECT_EQ(at.world.group()->member(at.first.id) == nullptr, row.last != 600'000ms);
    }
}

}  // namespace
}  // namespace barnabas::coordinator

// The consumer's core against a scripted broker on a simulated machine: what the shell adds to the
// machines, from metadata to records and commits.
#include "client/consumer/consumer_core.h"

#include "client/consumer/consumer_protocol.h"
#include "client/consumer/drain.h"
#include "unit/client/cluster/cluster_world.h"
#include "unit/client/consumer/worlds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace barnabas::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const TopicPartition t0 = tp("t", 0);
const TopicPartition t1 = tp("t", 1);

/// A broker with the topic "t" of two partitions with ten records each, and one consumer.
class ConsumerCoreTest : public ::testing::Test {
protected:
    ConsumerCoreTest() {
        Layout layout;
        layout.topics["t"].resize(2);
        world_.topics = layout.answer().topics;
        world_.special = [this](int /*broker*/, const Asked& asked) { return react(asked); };
        config.common.bootstrap = {ClusterWorld::address(1)};
        config.reset = {.kind = ResetPolicy::Kind::earliest};
        config.auto_commit = false;
        config.fetch_wait_max = 100ms;
        config.assignment_strategies = {"range"};
        config.heartbeat_interval = 1s;
    }
    template <class Make>
    auto run(Make make) {
        return testing::finish(world_.simulation(), world_.shard(), std::move(make));
    }
    ~ConsumerCoreTest() override {
        if (core_) {
            run([this] { return core_->close(core_->now() + 1s); });
            core_.reset();
        }
    }

    ConsumerCore& core() {
        if (!core_) {
            core_ = std::make_unique<ConsumerCore>(
                Cluster::Ports{.shard = world_.shard(), .log = {}}, config,
                std::move(*AssignorSet::make(config.assignment_strategies, {})));
            world_.shard().post([this] { core_->start(); });
        }
        return *core_;
    }

    /// Polls once, carries out a step if there is one; what came, as text.
    awaitable<std::string> poll(Duration timeout) {
        core_->report(drain_.take_consumed());
        auto event = co_await core_->next_event(!drain_.has_records(), core_->now() + timeout);
        if (!event) {
            co_return "error: " + event.error().message;
        }
        if (event->step) {
            ignore(co_await core_->begin_step(*event->step), "told by the next poll");
            std::string text =
                event->step->kind == RebalanceStep::Kind::assign ? "assign" : "give up";
            for (const auto& partition : event->step->partitions) {
                text += fmt::format(" {}", partition);
            }
            drain_.drop(event->step->kind == RebalanceStep::Kind::assign
                            ? std::vector<TopicPartition>()
                            : event->step->partitions);
            core_->end_step(*event->step);
            co_return text;
        }
        drain_.add(std::move(event->fetched));
        const auto records = drain_.take(100);
        co_return records ? offsets_of(*records) : "error: " + records.error().message;
    }
    std::string polled(Duration timeout = 30s) {
        static_cast<void>(core());
        return run([this, timeout] { return poll(timeout); }).value_or("(never)");
    }
    /// Until something came.
    std::string polled_something() {
        for (int i = 0; i < 100; ++i) {
            if (auto text = polled(1s); !text.empty()) {
                return text;
            }
        }
        return "(nothing)";
    }

    awaitable<std::optional<bool>> settled() {
        core_->report(drain_.take_consumed());
        const auto done = co_await core_->commit(std::nullopt, core_->now() + 5s);
        co_return done.has_value();
    }
    awaitable<std::optional<bool>> gone() {
        const auto left = co_await core_->left(core_->now() + 5s);
        co_return left.has_value();
    }

    ConsumerConfig config;
    std::map<TopicPartition, std::int64_t> committed;
    std::int64_t first_offset = 3;  ///< of both logs
    std::function<std::optional<Reaction>(const Asked&)> special;

    template <class Request>
    std::size_t count() {
        return world_.broker(1).count<Request>();
    }
    ClusterWorld world_{1, 7};
    std::unique_ptr<ConsumerCore> core_;
    Drain drain_{{}};

private:
    std::optional<Reaction> react(const Asked& asked) {
        if (special) {
            if (auto reaction = special(asked)) {
                return reaction;
            }
        }
        return asked.is<wire::FetchRequest>() ? fetch(asked) : react_to_offsets(asked);
    }

    std::optional<Reaction> react_to_offsets(const Asked& asked) {
        if (asked.is<wire::ListOffsetsRequest>()) {
            wire::ListOffsetsResponse response;
            for (const auto& topic : asked.as<wire::ListOffsetsRequest>().topics) {
                auto& answered = response.topics.emplace_back();
                answered.name = topic.name;
                for (const auto& partition : topic.partitions) {
                    answered.partitions.push_back(
                        {.partition_index = partition.partition_index,
                         .offset = partition.timestamp == earliest_timestamp ? first_offset : 10,
                         .leader_epoch = 0});
                }
            }
            return answer(asked, response);
        }
        if (asked.is<wire::OffsetCommitRequest>()) {
            wire::OffsetCommitResponse response;
            for (const auto& topic : asked.as<wire::OffsetCommitRequest>().topics) {
                auto& answered = response.topics.emplace_back();
                answered.name = topic.name;
                for (const auto& partition : topic.partitions) {
                    committed[tp(topic.name, partition.partition_index)] =
                        partition.committed_offset;
                    answered.partitions.push_back({.partition_index = partition.partition_index});
                }
            }
            return answer(asked, response);
        }
        if (asked.is<wire::OffsetFetchRequest>()) {
            wire::OffsetFetchResponse response;
            auto& group = response.groups.emplace_back();
            group.group_id = "g";
            for (const auto& topic : *asked.as<wire::OffsetFetchRequest>().groups.at(0).topics) {
                auto& answered = group.topics.emplace_back();
                answered.name = topic.name;
                for (const auto partition : topic.partition_indexes) {
                    const auto found = committed.find(tp(topic.name, partition));
                    answered.partitions.push_back(
                        {.partition_index = partition,
                         .committed_offset = found == committed.end() ? -1 : found->second});
                }
            }
            return answer(asked, response);
        }
        return react_to_group(asked);
    }

    /// Every log ends at 10; who is at the end waits.
    static Reaction fetch(const Asked& asked) {
        const auto request = asked.as<wire::FetchRequest>();
        wire::FetchResponse response;
        std::vector<ByteBuffer> kept;
        kept.reserve(10);
        bool any = false;
        for (const auto& topic : request.topics) {
            auto& answered = response.responses.emplace_back();
            answered.topic_id = topic.topic_id;
            for (const auto& partition : topic.partitions) {
                ByteBuffer& bytes = kept.emplace_back();
                if (partition.fetch_offset < 10) {
                    const auto count = static_cast<std::int32_t>(10 - partition.fetch_offset);
                    add_batch(bytes, {.base = partition.fetch_offset, .count = count});
                    any = true;
                }
                answered.partitions.push_back({.partition_index = partition.partition,
                                               .high_watermark = 10,
                                               .last_stable_offset = 10,
                                               .records = wire::Records(bytes.view())});
            }
        }
        Reaction reaction = answer(asked, response);
        reaction.after = any ? 1ms : std::chrono::milliseconds(request.max_wait_ms);
        return reaction;
    }

    /// A group of one member.
    static std::optional<Reaction> react_to_group(const Asked& asked) {
        if (asked.is<wire::JoinGroupRequest>()) {
            const auto request = asked.as<wire::JoinGroupRequest>();
            wire::JoinGroupResponse response;
            response.member_id = "m";
            if (request.member_id.empty()) {
                response.error_code = static_cast<std::int16_t>(ErrorCode::member_id_required);
                return answer(asked, response);
            }
            response.generation_id = 1;
            response.protocol_type = "consumer";
            response.protocol_name = request.protocols.at(0).name;
            response.leader = "m";
            response.members.push_back(
                {.member_id = "m", .metadata = request.protocols.at(0).metadata});
            return answer(asked, response);
        }
        if (asked.is<wire::SyncGroupRequest>()) {
            const auto request = asked.as<wire::SyncGroupRequest>();
            wire::SyncGroupResponse response;
            response.assignment = request.assignments.at(0).assignment;
            return answer(asked, response);
        }
        if (asked.is<wire::HeartbeatRequest>()) {
            return answer(asked, wire::HeartbeatResponse());
        }
        if (asked.is<wire::LeaveGroupRequest>()) {
            return answer(asked, wire::LeaveGroupResponse());
        }
        return std::nullopt;
    }
};

TEST_F(ConsumerCoreTest, ReadsFromWhereTheResetPolicySays) {
    ASSERT_TRUE(core().assign({t0}));
    EXPECT_EQ(polled_something(), "3 4 5 6 7 8 9");
    EXPECT_EQ(polled(300ms), "");
    const auto position = run([this] { return core_->position(t0, core_->now() + 1s); });
    EXPECT_EQ(**position, Offset{10});
    EXPECT_EQ(core().subscription().lag(t0, IsolationLevel::read_uncommitted), 0);
}

TEST_F(ConsumerCoreTest, GoesOnFromCommittedOffsets) {
    config.group_id = "g";
    committed[t0] = 8;
    ASSERT_TRUE(core().assign({t0}));
    EXPECT_EQ(polled_something(), "8 9");
    EXPECT_TRUE(**run([this] { return settled(); }));
    EXPECT_EQ(committed[t0], 10);
}

TEST_F(ConsumerCoreTest, ASeekIsObeyed) {
    ASSERT_TRUE(core().assign({t0}));
    ASSERT_TRUE(core().seek(t0, {.offset = Offset{6}}));
    EXPECT_EQ(polled_something(), "6 7 8 9");
    ASSERT_TRUE(core().seek_to({t0}, {.kind = ResetTarget::Kind::latest}));
    EXPECT_EQ(polled(500ms), "");
    ASSERT_TRUE(core().seek_to({}, {.kind = ResetTarget::Kind::earliest}));
    EXPECT_EQ(polled_something(), "3 4 5 6 7 8 9");
}

TEST_F(ConsumerCoreTest, JoinsReadsHeartbeatsAndLeaves) {
    config.group_id = "g";
    ASSERT_TRUE(core().subscribe({"t"}));
    EXPECT_EQ(polled_something(), "assign t-0 t-1");
    std::string all = polled_something();
    while (all.size() < 27) {
        all += " " + polled_something();
    }
    EXPECT_EQ(all, "3 4 5 6 7 8 9 3 4 5 6 7 8 9");
    EXPECT_EQ(core().identity().member_id, "m");
    EXPECT_EQ(polled(10s), "");
    EXPECT_GE(count<wire::HeartbeatRequest>(), 8U);
    core().leave(false);
    const auto step = core().next_step();
    ASSERT_TRUE(step);
    EXPECT_EQ(step->partitions, (std::vector<TopicPartition>{t0, t1}));
    core().end_step(*step);
    EXPECT_TRUE(**run([this] { return gone(); }));
    EXPECT_EQ(count<wire::LeaveGroupRequest>(), 1U);
}

TEST_F(ConsumerCoreTest, MeasuresWhatItFetchesAndCommits) {
    config.group_id = "g";
    ASSERT_TRUE(core().subscribe({"t"}));
    EXPECT_TRUE(core().metrics().lag.empty()) << "nothing is assigned";
    EXPECT_EQ(core().metrics().lag_max(), std::nullopt);
    EXPECT_EQ(polled_something(), "assign t-0 t-1");
    polled_something();
    polled(500ms);
    EXPECT_TRUE(**run([this] { return settled(); }));
    const ConsumerMetrics told = core().metrics();
    EXPECT_EQ(told.assignments, 1U);
    EXPECT_GE(told.fetch_latency_ms.count, 2U);
    EXPECT_GE(told.fetch_latency_ms.max, 100) << "there was nothing, for fetch.max.wait.ms";
    EXPECT_GT(told.fetch_bytes.max, 61) << "a batch's header, and its records";
    EXPECT_EQ(told.fetches_failed, 0U);
    EXPECT_EQ(told.commit_latency_ms.count, 1U);
    EXPECT_EQ(told.queued_bytes, 0U);
    EXPECT_EQ(told.lag, (std::map<TopicPartition, std::int64_t>{{t0, 0}, {t1, 0}}));
    EXPECT_EQ(told.lag_max(), 0);
}

TEST_F(ConsumerCoreTest, HeartbeatsGoOnWhileTheUserIsBusyAndStopWhenHeHangs) {
    config.group_id = "g";
    config.poll_interval_max = 20s;
    ASSERT_TRUE(core().subscribe({"t"}));
    EXPECT_EQ(polled_something(), "assign t-0 t-1");
    EXPECT_EQ(polled_something().substr(0, 1), "3");
    world_.simulation().run_for(15s);
    EXPECT_GE(count<wire::HeartbeatRequest>(), 12U);
    EXPECT_EQ(count<wire::LeaveGroupRequest>(), 0U);
    world_.simulation().run_for(10s);
    EXPECT_EQ(count<wire::LeaveGroupRequest>(), 1U);
    EXPECT_EQ(polled_something(), "give up t-0 t-1");
    EXPECT_EQ(polled_something(), "assign t-0 t-1");
}

/// Of KIP-848, whose answers tell of an assignment when it is new: whoever repeats the question
/// whose answer was lost never hears of it.
TEST_F(ConsumerCoreTest, AsksForEverythingAfterAnAnswerWasLost) {
    using Heartbeat = wire::ConsumerGroupHeartbeatRequest;
    const auto beats = std::make_shared<int>(0);
    special = [beats](const Asked& asked) -> std::optional<Reaction> {
        if (!asked.is<Heartbeat>()) {
            return std::nullopt;
        }
        const auto request = asked.as<Heartbeat>();
        wire::ConsumerGroupHeartbeatResponse response;
        response.heartbeat_interval_ms = 1000;
        response.member_epoch = ++*beats == 1 ? 1 : 2;
        if (*beats == 2) {  // the one with the assignment
            return Reaction{.bytes = {}, .hang_up = true};
        }
        const bool all_is_said = request.rebalance_timeout_ms >= 0 &&
                                 request.subscribed_topic_names && request.topic_partitions;
        if (*beats == 1) {
            response.assignment.emplace();
        } else if (all_is_said) {
            response.assignment.emplace().topic_partitions.push_back(
                {.topic_id = topic_id("t"), .partitions = {0, 1}});
        }
        return answer(asked, response);
    };
    config.group_id = "g";
    config.group_protocol = GroupProtocol::consumer;
    ASSERT_TRUE(core().subscribe({"t"}));
    EXPECT_EQ(polled_something(), "assign t-0 t-1");
    EXPECT_GE(*beats, 3);
}

TEST_F(ConsumerCoreTest, CommitsByItself) {
    config.group_id = "g";
    config.auto_commit = true;
    config.auto_commit_interval = 2s;
    ASSERT_TRUE(core().assign({t0, t1}));
    EXPECT_EQ(polled_something().substr(0, 1), "3");
    for (int i = 0; i < 5; ++i) {
        polled(1s);
    }
    EXPECT_GE(count<wire::OffsetCommitRequest>(), 1U);
    EXPECT_LE(count<wire::OffsetCommitRequest>(), 5U);
    EXPECT_EQ(committed[t0], 10);
}

TEST_F(ConsumerCoreTest, CommitsThatWaitGoTogether) {
    config.group_id = "g";
    ASSERT_TRUE(core().assign({t0}));
    int told = 0;
    for (std::int64_t i = 0; i < 50; ++i) {
        world_.shard().post([this, i, &told] {
            core_->commit_async(OffsetMap{{t0, {.offset = Offset{i}}}},
                                [&told](const Result<>& done, const OffsetMap& /*offsets*/) {
                                    told += done ? 1 : 0;
                                });
        });
    }
    world_.simulation().run_until([&told] { return told == 50; }, 30s);
    EXPECT_EQ(told, 50);
    EXPECT_EQ(committed[t0], 49);
    EXPECT_LE(count<wire::OffsetCommitRequest>(), 3U);
}

TEST_F(ConsumerCoreTest, TellsOfWhatWasCommittedBeforeWhoeverAskedForIt) {
    config.group_id = "g";
    std::vector<std::string> heard;
    core().on_committed([&heard](const OffsetMap& offsets) {
        for (const auto& [partition, place] : offsets) {
            heard.push_back(fmt::format("{} {}", partition, place.offset));
        }
    });
    ASSERT_TRUE(core().assign({t0}));
    const auto commit = [this, &heard](Offset offset) {
        bool told = false;
        world_.shard().post([this, offset, &heard, &told] {
            core_->commit_async(OffsetMap{{t0, {.offset = offset}}},
                                [&heard, &told](const Result<>& done, const OffsetMap&) {
                                    heard.emplace_back(done ? "done" : "refused");
                                    told = true;
                                });
        });
        world_.simulation().run_until([&told] { return told; }, 60s);
    };
    commit(Offset{5});
    EXPECT_EQ(heard, (std::vector<std::string>{"t-0 5", "done"}));
    special = [](const Asked& asked) -> std::optional<Reaction> {
        if (!asked.is<wire::OffsetCommitRequest>()) {
            return std::nullopt;
        }
        const auto request = asked.as<wire::OffsetCommitRequest>();
        wire::OffsetCommitResponse response;
        for (const auto& topic : request.topics) {
            auto& told = response.topics.emplace_back();
            told.name = topic.name;
            told.topic_id = topic.topic_id;
            for (const auto& partition : topic.partitions) {
                told.partitions.push_back({.partition_index = partition.partition_index,
                                           .error_code = static_cast<std::int16_t>(
                                               ErrorCode::offset_metadata_too_large)});
            }
        }
        return answer(asked, response);
    };
    heard.clear();
    commit(Offset{6});
    EXPECT_EQ(heard, (std::vector<std::string>{"refused"}));
}

TEST_F(ConsumerCoreTest, IsWoken) {
    ASSERT_TRUE(core().assign({t0}));
    EXPECT_EQ(polled_something(), "3 4 5 6 7 8 9");
    core().wake_up();
    EXPECT_THAT(polled(), HasSubstr("wakeup()"));
    EXPECT_EQ(polled(100ms), "");
}

TEST_F(ConsumerCoreTest, TellsOfWhatCannotBeRead) {
    special = [](const Asked& asked) -> std::optional<Reaction> {
        if (!asked.is<wire::FetchRequest>()) {
            return std::nullopt;
        }
        wire::FetchResponse response;
        for (const auto& topic : asked.as<wire::FetchRequest>().topics) {
            response.responses.push_back(
                {.topic_id = topic.topic_id,
                 .partitions = {{.partition_index = 0,
                                 .error_code = static_cast<std::int16_t>(
                                     ErrorCode::topic_authorization_failed)}}});
        }
        return answer(asked, response);
    };
    ASSERT_TRUE(core().assign({t0}));
    EXPECT_THAT(polled_something(), HasSubstr("TOPIC_AUTHORIZATION_FAILED"));
}

TEST_F(ConsumerCoreTest, WhoMayNotJoinHearsWhoSaidSo) {
    config.group_id = "g";
    special = [](const Asked& asked) -> std::optional<Reaction> {
        if (!asked.is<wire::JoinGroupRequest>()) {
            return std::nullopt;
        }
        wire::JoinGroupResponse response;
        response.error_code = static_cast<std::int16_t>(ErrorCode::group_authorization_failed);
        return answer(asked, response);
    };
    ASSERT_TRUE(core().subscribe({"t"}));
    EXPECT_THAT(
        polled_something(),
        AllOf(HasSubstr("group \"g\""), HasSubstr("GROUP_AUTHORIZATION_FAILED (JoinGroup v"),
              HasSubstr(" to broker 1 (kafka-1:9092), answered after "), HasSubstr(" ms)")));
}

std::optional<Reaction> refuse_commits(const Asked& asked) {
    if (!asked.is<wire::OffsetCommitRequest>()) {
        return std::nullopt;
    }
    wire::OffsetCommitResponse response;
    auto& topic = response.topics.emplace_back();
    topic.name = "t";
    topic.partitions.push_back(
        {.partition_index = 0,
         .error_code = static_cast<std::int16_t>(ErrorCode::group_authorization_failed)});
    return answer(asked, response);
}

std::optional<Reaction> lead_nothing(const Asked& asked) {
    if (!asked.is<wire::ListOffsetsRequest>()) {
        return std::nullopt;
    }
    wire::ListOffsetsResponse response;
    auto& topic = response.topics.emplace_back();
    topic.name = "t";
    topic.partitions.push_back(
        {.partition_index = 0,
         .error_code = static_cast<std::int16_t>(ErrorCode::not_leader_or_follower)});
    return answer(asked, response);
}

TEST_F(ConsumerCoreTest, ErrorsSayWhoAnsweredWhatAndAfterHowLong) {
    config.group_id = "g";
    committed[t0] = 8;
    special = refuse_commits;
    ASSERT_TRUE(core().assign({t0}));
    EXPECT_EQ(polled_something(), "8 9");
    const auto refused = run([this] {
        return core_->commit(OffsetMap{{t0, {.offset = Offset{9}}}}, core_->now() + 5s);
    });
    ASSERT_TRUE(refused && !*refused);
    EXPECT_THAT(
        refused->error().message,
        AllOf(HasSubstr("offset 9 of t-0 is not committed for group \"g\": "
                        "GROUP_AUTHORIZATION_FAILED (OffsetCommit v"),
              HasSubstr(" to broker 1 (kafka-1:9092), answered after "), HasSubstr(" ms)")));

    special = lead_nothing;
    const auto lost =
        run([this] { return core_->find_offsets({{t0, latest_timestamp}}, core_->now() + 2s); });
    ASSERT_TRUE(lost && !*lost);
    EXPECT_THAT(lost->error().message,
                AllOf(HasSubstr("the offset of t-0 was not found within 1"), HasSubstr(" ms; "),
                      HasSubstr("NOT_LEADER_OR_FOLLOWER (ListOffsets v"),
                      HasSubstr(" to broker 1 (kafka-1:9092), answered after ")));
    ASSERT_TRUE(core().seek_to({t0}, {.kind = ResetTarget::Kind::latest}));
    const auto unknown = run([this] { return core_->position(t0, core_->now() + 2s); });
    ASSERT_TRUE(unknown && !*unknown);
    EXPECT_THAT(unknown->error().message,
                AllOf(HasSubstr("the position of t-0 is not known after 2000 ms; "),
                      HasSubstr("NOT_LEADER_OR_FOLLOWER (ListOffsets v"),
                      HasSubstr(" to broker 1 (kafka-1:9092))")));
}

}  // namespace
}  // namespace barnabas::client

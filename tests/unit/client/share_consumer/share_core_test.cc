// A share consumer's core against a scripted broker on a simulated machine: what the shell adds to
// the machines, from metadata to records and acknowledgements.
#include "client/share_consumer/share_core.h"

#include "unit/client/cluster/cluster_world.h"
#include "unit/client/consumer/worlds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::client {
namespace {

using ::testing::HasSubstr;
using Acknowledge = wire::ShareAcknowledgeRequest;
using Heartbeat = wire::ShareGroupHeartbeatRequest;

/// A broker with the topic "t" of one partition with three records, and one share consumer.
class ShareCoreTest : public ::testing::Test {
protected:
    ShareCoreTest() {
        Layout layout;
        layout.topics["t"].resize(1);
        world_.topics = layout.answer().topics;
        world_.special = [this](int /*broker*/, const Asked& asked) { return react(asked); };
        config.common.bootstrap = {ClusterWorld::address(1)};
        config.group_id = "g";
        config.fetch_wait_max = 100ms;
        config.explicit_acknowledgement = true;
    }
    ~ShareCoreTest() override {
        if (core_) {
            close();
        }
    }
    template <class Make>
    auto run(Make make) {
        return testing::finish(world_.simulation(), world_.shard(), std::move(make));
    }
    void start() {
        core_ =
            std::make_unique<ShareCore>(Cluster::Ports{.shard = world_.shard(), .log = {}}, config);
        world_.shard().post([this] {
            core_->start();
            core_->subscribe({"t"});
        });
    }
    std::string close() {
        auto closed = run([this] { return core_->close({}, core_->now() + 5s); });
        core_.reset();
        return !closed ? "never" : *closed ? "closed" : closed->error().message;
    }
    /// What next_event() brought: offsets, or a sentence.
    std::string polled(Duration timeout = 10s) {
        auto event =
            run([this, timeout] { return core_->next_event(ShareAsk{}, core_->now() + timeout); });
        if (!event || !*event) {
            return event ? event->error().message : "never";
        }
        std::string text;
        for (const FetchedShare& fetched : (*event)->fetched) {
            for (const AcquiredRange& range : fetched.acquired) {
                text += fmt::format("{}-{}", range.first, range.last);
            }
        }
        return text;
    }
    static std::vector<PartAcks> acks() {
        PartAcks part{
            .broker = BrokerId{1}, .topic_id = topic_id("t"), .partition = tp("t", 0), .acks = {}};
        part.acks.append(Offset{0}, Offset{2}, AckType::accept);
        return {part};
    }
    std::string committed(Duration timeout = 5s) {
        auto outcome =
            run([this, timeout] { return core_->commit(acks(), core_->now() + timeout); });
        if (!outcome || !*outcome) {
            return outcome ? outcome->error().message : "never";
        }
        const auto& error = (*outcome)->at(tp("t", 0));
        return error ? std::string(error_name(error->code)) : "ok";
    }

    ShareConsumerConfig config;
    std::function<std::optional<Reaction>(const Asked&)> special;
    ClusterWorld world_{1, 7};
    ScriptedBroker& broker_ = world_.broker(1);
    std::unique_ptr<ShareCore> core_;

private:
    std::optional<Reaction> react(const Asked& asked) {
        if (special) {
            if (auto reaction = special(asked)) {
                return reaction;
            }
        }
        if (asked.is<Heartbeat>()) {
            const auto request = asked.as<Heartbeat>();
            wire::ShareGroupHeartbeatResponse response;
            response.member_epoch = request.member_epoch < 0 ? -1 : 1;
            response.heartbeat_interval_ms = 1000;
            if (request.member_epoch == 0) {
                response.assignment.emplace().topic_partitions.push_back(
                    {.topic_id = topic_id("t"), .partitions = {0}, .unknown_tags = {}});
            }
            return answer(asked, response);
        }
        if (asked.is<Acknowledge>()) {
            wire::ShareAcknowledgeResponse response;
            for (const auto& topic : asked.as<Acknowledge>().topics) {
                auto& answered = response.responses.emplace_back();
                answered.topic_id = topic.topic_id;
                for (const auto& partition : topic.partitions) {
                    answered.partitions.emplace_back().partition_index = partition.partition_index;
                }
            }
            return answer(asked, response);
        }
        return asked.is<wire::ShareFetchRequest>() ? std::optional(fetch(asked)) : std::nullopt;
    }

    /// The first fetch of all gets the records, the others wait for nothing.
    Reaction fetch(const Asked& asked) {
        const auto request = asked.as<wire::ShareFetchRequest>();
        wire::ShareFetchResponse response;
        response.acquisition_lock_timeout_ms = 30'000;
        ByteBuffer bytes;
        const bool any = !given_;
        if (any) {
            given_ = true;
            add_batch(bytes, {.base = 0, .count = 3});
            auto& topic = response.responses.emplace_back();
            topic.topic_id = topic_id("t");
            auto& data = topic.partitions.emplace_back();
            data.records = wire::Records(bytes.view());
            data.acquired_records.push_back(
                {.first_offset = 0, .last_offset = 2, .delivery_count = 1, .unknown_tags = {}});
        }
        Reaction reaction = answer(asked, response);
        reaction.after = any ? 1ms : std::chrono::milliseconds(request.max_wait_ms);
        return reaction;
    }

    bool given_ = false;
};

TEST_F(ShareCoreTest, JoinsFetchesAcknowledgesAndLeaves) {
    start();
    EXPECT_EQ(polled(), "0-2");
    EXPECT_EQ(core_->lock_timeout(), 30s);
    EXPECT_EQ(committed(), "ok");
    EXPECT_EQ(close(), "closed");
    std::string told;
    for (const Asked& asked : broker_.asked()) {
        if (asked.is<Acknowledge>()) {
            told += fmt::format("acknowledge {} ", asked.as<Acknowledge>().share_session_epoch);
        } else if (asked.is<Heartbeat>() && asked.as<Heartbeat>().member_epoch < 0) {
            told += "leave";
        }
    }
    EXPECT_EQ(told, "acknowledge 1 acknowledge -1 leave");
}

/// Answers tell of an assignment when it is new: whoever repeats the question whose answer was lost
/// never hears of it.
TEST_F(ShareCoreTest, AsksForEverythingAfterAnAnswerWasLost) {
    const auto beats = std::make_shared<int>(0);
    special = [beats](const Asked& asked) -> std::optional<Reaction> {
        if (!asked.is<Heartbeat>() || asked.as<Heartbeat>().member_epoch < 0) {
            return std::nullopt;
        }
        wire::ShareGroupHeartbeatResponse response;
        response.heartbeat_interval_ms = 1000;
        response.member_epoch = ++*beats == 1 ? 1 : 2;
        if (*beats == 2) {  // the one with the assignment
            return Reaction{.bytes = {}, .hang_up = true};
        }
        if (*beats == 1) {
            response.assignment.emplace();
        } else if (asked.as<Heartbeat>().subscribed_topic_names) {
            response.assignment.emplace().topic_partitions.push_back(
                {.topic_id = topic_id("t"), .partitions = {0}, .unknown_tags = {}});
        }
        return answer(asked, response);
    };
    start();
    EXPECT_EQ(polled(), "0-2");
    EXPECT_EQ(*beats, 3);
}

TEST_F(ShareCoreTest, SaysAgainThatItLeaves) {
    start();
    EXPECT_EQ(polled(), "0-2");
    const auto cut = std::make_shared<bool>(false);
    special = [cut](const Asked& asked) -> std::optional<Reaction> {
        const bool leaves = asked.is<Heartbeat>() && asked.as<Heartbeat>().member_epoch < 0;
        return leaves && !std::exchange(*cut, true)
                   ? std::optional(Reaction{.bytes = {}, .hang_up = true})
                   : std::nullopt;
    };
    EXPECT_EQ(close(), "closed");
    EXPECT_EQ(std::ranges::count_if(broker_.asked(),
                                    [](const Asked& asked) {
                                        return asked.is<Heartbeat>() &&
                                               asked.as<Heartbeat>().member_epoch < 0;
                                    }),
              2);
}

TEST_F(ShareCoreTest, SaysSoWhereThereIsNothingToRead) {
    start();
    world_.shard().post([this] { core_->subscribe({}); });
    EXPECT_THAT(polled(), HasSubstr("subscribe() first"));
}

TEST_F(ShareCoreTest, IsWokenUp) {
    start();
    EXPECT_EQ(polled(), "0-2");
    core_->wake_up();
    EXPECT_THAT(polled(), HasSubstr("wakeup()"));
    EXPECT_EQ(polled(1s), "") << "once";
}

TEST_F(ShareCoreTest, FailsForGoodWhereBrokersKnowNoShareGroups) {
    world_.versions[Heartbeat::api_key] = {.first = 1, .last = 0};
    start();
    EXPECT_THAT(polled(), HasSubstr("cannot be a member of share group \"g\""));
    EXPECT_EQ(close(), "closed");
}

TEST_F(ShareCoreTest, SaysWhoRefusedItsMembership) {
    special = [](const Asked& asked) -> std::optional<Reaction> {
        if (!asked.is<Heartbeat>() || asked.as<Heartbeat>().member_epoch < 0) {
            return std::nullopt;
        }
        wire::ShareGroupHeartbeatResponse response;
        response.error_code = static_cast<std::int16_t>(ErrorCode::group_authorization_failed);
        return answer(asked, response);
    };
    start();
    const auto said = polled();
    EXPECT_THAT(said, HasSubstr("GROUP_AUTHORIZATION_FAILED"));
    EXPECT_THAT(said, HasSubstr("(ShareGroupHeartbeat v1 to broker 1 (kafka-1:9092), answered"));
    EXPECT_EQ(close(), "closed");
}

TEST_F(ShareCoreTest, GivesBackWhatAFetchStillBringsWhenItHasUnsubscribed) {
    start();
    EXPECT_EQ(polled(), "0-2");
    EXPECT_EQ(committed(), "ok");
    special = [](const Asked& asked) -> std::optional<Reaction> {
        if (!asked.is<wire::ShareFetchRequest>()) {
            return std::nullopt;
        }
        wire::ShareFetchResponse response;
        auto& topic = response.responses.emplace_back();
        topic.topic_id = topic_id("t");
        topic.partitions.emplace_back().acquired_records.push_back(
            {.first_offset = 3, .last_offset = 4, .delivery_count = 1, .unknown_tags = {}});
        Reaction reaction = answer(asked, response);
        reaction.after = 80ms;
        return reaction;
    };
    EXPECT_EQ(polled(10ms), "");
    const auto left = run([this] {
        EXPECT_TRUE(core_->stop_reading().empty());
        return core_->unsubscribe(core_->now() + 5s);
    });
    EXPECT_TRUE(left && *left);
    EXPECT_TRUE(
        world_.simulation().run_until([this] { return broker_.count<Acknowledge>() == 2; }, 5s));
    const auto released = broker_.asked().back().as<Acknowledge>();
    const auto& batch = released.topics.at(0).partitions.at(0).acknowledgement_batches.at(0);
    EXPECT_EQ(batch.first_offset, 3);
    EXPECT_EQ(batch.last_offset, 4);
    EXPECT_EQ(batch.acknowledge_types,
              std::vector<std::int8_t>{static_cast<std::int8_t>(AckType::release)});
    EXPECT_EQ(broker_.count<wire::ShareFetchRequest>(), 2U) << "nothing more is asked for";
}

TEST_F(ShareCoreTest, GivesUpACommitThatNobodyConfirms) {
    start();
    EXPECT_EQ(polled(), "0-2");
    special = [](const Asked& asked) -> std::optional<Reaction> {
        return asked.is<Acknowledge>() ? std::optional(Reaction{}) : std::nullopt;
    };
    EXPECT_EQ(committed(2s), "REQUEST_TIMED_OUT");
    EXPECT_THAT(close(), HasSubstr("were not ended in time"));
}

TEST_F(ShareCoreTest, FailsWhatWasOnItsWayWhenTheConnectionIsLost) {
    start();
    EXPECT_EQ(polled(), "0-2");
    special = [](const Asked& asked) -> std::optional<Reaction> {
        return asked.is<Acknowledge>() ? std::optional(Reaction{.bytes = {}, .hang_up = true})
                                       : std::nullopt;
    };
    EXPECT_EQ(committed(), "NETWORK_EXCEPTION");
    special = nullptr;
    EXPECT_EQ(committed(), "NETWORK_EXCEPTION") << "the session went with the connection";
}

}  // namespace
}  // namespace barnabas::client

#include "classic_consumer.h"
#include "coordinator/consumer/subscriptions.h"
#include "support/seeds.h"
#include "world.h"

#include <random>
#include <set>

namespace barnabas::coordinator {
namespace {

using namespace testing;

/// A consumer as Kafka's Java client is: it gives up before it takes, and says so with its next
/// heartbeat. After a heartbeat without a reply it says everything again, and goes on with the
/// assignment that it was told last (AbstractMembershipManager, ConsumerHeartbeatRequestManager).
///
/// That leaves a hole in the protocol which no coordinator can close: a member that has not taken
/// over yet says that it owns nothing, the coordinator believes it and takes back what it was told,
/// and if that reply is lost the member takes over nevertheless. It strays then, until it is told
/// with the next reply.
struct Consumer {
    std::string id;
    std::optional<std::string> instance;
    std::vector<std::string> names;
    std::string regex;
    std::int32_t epoch = 0;
    Assignment owned;
    std::optional<Assignment> wanted;  // it still gives up or takes over
    bool says_owned = false;
    bool says_subscription = false;
    bool unsure = false;  // its last request or the reply was lost
    bool denied = false;  // what it wants it said it does not own, and the reply was lost
    bool strays = false;
    bool crashed = false;
};

class Model {
public:
    explicit Model(std::uint64_t seed) : random_(seed) {
        world_.settings.times.assignment_interval = std::chrono::milliseconds(below(3) * 1500);
        if (below(4) == 0) {
            world_.settings.config.migration = MigrationPolicy::upgrade;
        }
        classic_max_ = below(2) * 4;
        consumer_max_ = classic_max_ == 0 ? 8 : 1 + below(4);  // so few that all go now and then
        for (const auto* name : {"a", "ab", "b"}) {
            world_.change_topic(name, static_cast<std::int32_t>(1 + below(6)));
        }
    }

    void step() {
        if (classic_max_ > 0 && below(3) == 0) {
            return step_classic();
        }
        switch (below(12)) {
            case 0:
                return come();
            case 1:
                return go();
            case 2:
                return change_subscription();
            case 3:
                return change_topics();
            case 4:
                return pass(1 + below(20));
            case 5:
                return below(4) == 0 ? restart() : take_over();
            case 6:
            case 7:
                return take_over();
            default:
                if (Consumer* const who = somebody()) {
                    beat(*who, below(8) == 0, below(6) == 0);
                }
        }
    }

    /// No partition is with two, and nobody who is a member owns what the coordinator does not know
    /// of: so no two members own one. But for those who stray.
    void check() const {
        check_classic();
        const ConsumerGroup* const group = world_.group();
        if (group == nullptr) {
            return;
        }
        std::set<std::pair<Uuid, std::int32_t>> held;
        for (const auto& [id, member] : group->members()) {
            for (const auto* holding : {&member.assigned, &member.revoking}) {
                for (const auto& [topic, partitions] : *holding) {
                    for (const HeldPartition& partition : partitions) {
                        EXPECT_TRUE(held.emplace(topic, partition.partition).second)
                            << id << " and another have " << partition.partition;
                        EXPECT_EQ(group->owner_of(topic, partition.partition), &member);
                        EXPECT_LE(partition.epoch, std::max(member.epoch, group->epoch()));
                    }
                }
            }
        }
        for (const Consumer& consumer : consumers_) {
            const ConsumerMember* const member = group->member(consumer.id);
            if (member == nullptr || consumer.epoch == 0 || consumer.strays) {
                continue;
            }
            for (const auto& [topic, partitions] : consumer.owned) {
                for (const std::int32_t partition : partitions) {
                    EXPECT_TRUE(member->holds(topic, partition))
                        << consumer.id << " owns " << text_of(Assignment{{topic, {partition}}});
                }
            }
        }
    }

    /// Of the members of the classic protocol whoever is in the generation that the group knows of
    /// owns only what is its own there: others are told to give everything up.
    void check_classic() const {
        const auto* const classic = world_.table().find_as<ClassicGroup>("g");
        std::set<std::pair<Uuid, std::int32_t>> held;
        for (const ClassicConsumer& consumer : classics_) {
            const ConsumerGroup* const group = world_.group();
            const ConsumerMember* const member =
                group == nullptr ? nullptr : group->member(consumer.id);
            const bool is_in = member != nullptr
                                   ? member->epoch == consumer.generation
                                   : classic != nullptr && classic->find_member(consumer.id) &&
                                         classic->generation() == consumer.generation;
            for (const auto& [topic, partitions] : is_in ? consumer.owned : Assignment{}) {
                for (const std::int32_t partition : partitions) {
                    EXPECT_TRUE(held.emplace(topic, partition).second)
                        << consumer.id << " and another own " << partition;
                    EXPECT_TRUE(member == nullptr || member->holds(topic, partition))
                        << consumer.id << " owns " << text_of(Assignment{{topic, {partition}}});
                }
            }
        }
    }

    /// Without losses and changes everybody has their share in the end.
    void converge() {
        for (ClassicConsumer& consumer : classics_) {
            consumer.subscribe(consumer.names);  // its leader has seen the topics as they are now
        }
        for (int round = 0; round < 60; ++round) {
            for (ClassicConsumer& consumer : classics_) {
                if (!consumer.crashed) {
                    consumer.step(world_);
                    consumer.step(world_);
                    check();
                }
            }
            for (Consumer& consumer : consumers_) {
                if (!consumer.crashed) {
                    take_over(consumer);
                    beat(consumer, false, false);
                    check();
                }
            }
            pass(5);
            check();
        }
        check_converged();
    }

    void check_converged() {
        const ConsumerGroup* const group = world_.group();
        std::size_t live = 0;
        std::map<Uuid, std::set<std::int32_t>> assigned;
        for (const ClassicConsumer& consumer : classics_) {
            if (consumer.crashed) {
                continue;
            }
            ++live;
            EXPECT_TRUE(consumer.is_stable()) << consumer.id;
            for (const auto& [topic, partitions] : consumer.owned) {
                assigned[topic].insert(partitions.begin(), partitions.end());
            }
            if (group != nullptr) {
                const ConsumerMember* const member = group->member(consumer.id);
                ASSERT_NE(member, nullptr) << consumer.id;
                EXPECT_EQ(consumer.generation, group->epoch()) << consumer.id;
                EXPECT_EQ(consumer.owned, group->target_of(consumer.id)) << consumer.id;
            }
        }
        for (const Consumer& consumer : consumers_) {
            if (consumer.crashed) {
                continue;
            }
            ++live;
            ASSERT_NE(group, nullptr);
            const ConsumerMember* const member = group->member(consumer.id);
            ASSERT_NE(member, nullptr) << consumer.id;
            EXPECT_EQ(consumer.epoch, group->epoch()) << consumer.id;
            EXPECT_EQ(consumer.owned, partitions_of(member->assigned)) << consumer.id;
            EXPECT_EQ(consumer.owned, group->target_of(consumer.id)) << consumer.id;
            for (const auto& [topic, partitions] : consumer.owned) {
                assigned[topic].insert(partitions.begin(), partitions.end());
            }
        }
        const Group* const any = world_.table().find("g");
        if (any == nullptr) {
            return;
        }
        EXPECT_EQ(any->member_count(), live);
        EXPECT_EQ(any->state_name(), live == 0 ? "Empty" : "Stable");
        for (const auto* const name : {"a", "ab", "b"}) {
            if (!any->is_subscribed_to(name) || live == 0) {
                continue;
            }
            if (const auto topic = world_.topics.find(name)) {
                EXPECT_EQ(assigned[topic->id].size(), static_cast<std::size_t>(topic->partitions))
                    << name;
            }
        }
    }

    /// How often the group has changed its protocol.
    [[nodiscard]] std::size_t conversions() const {
        return static_cast<std::size_t>(
            std::ranges::count(world_.events, GroupEvent::Kind::converted, &GroupEvent::kind));
    }

    void restart() {
        for (ClassicConsumer& consumer : classics_) {
            consumer.lose_connection();
        }
        const std::string before = world_.state();
        world_.restart(true);
        EXPECT_EQ(world_.state(), before) << "compacted";
        world_.restart(false);
        EXPECT_EQ(world_.state(), before);
    }

private:
    std::uint64_t below(std::uint64_t end) { return random_() % end; }

    Consumer* somebody() {
        std::vector<Consumer*> live;
        for (Consumer& consumer : consumers_) {
            if (!consumer.crashed) {
                live.push_back(&consumer);
            }
        }
        return live.empty() ? nullptr : live[below(live.size())];
    }

    std::vector<std::string> some_names() {
        std::vector<std::string> names;
        for (const auto* name : {"a", "ab", "b", "none"}) {
            if (below(2) == 0) {
                names.emplace_back(name);
            }
        }
        return names;
    }

    void step_classic() {
        std::erase_if(classics_, [this](const ClassicConsumer& consumer) {
            const auto* const classic = world_.table().find_as<ClassicGroup>("g");
            const ConsumerGroup* const group = world_.group();
            return consumer.crashed &&
                   (classic == nullptr || classic->find_member(consumer.id) == nullptr) &&
                   (group == nullptr || group->member(consumer.id) == nullptr);
        });
        const auto what = below(24);
        if (what < 2 && classics_.size() < classic_max_) {
            ClassicConsumer consumer;
            consumer.names = some_names();
            if (below(3) == 0) {
                consumer.instance = fmt::format("c{}", ++ids_);
            }
            classics_.push_back(std::move(consumer));
            return;
        }
        if (classics_.empty()) {
            return;
        }
        ClassicConsumer& consumer = classics_[below(classics_.size())];
        if (consumer.crashed) {
            return;
        }
        if (what == 2) {
            consumer.crashed = true;
            if (below(3) > 0 && !consumer.id.empty()) {
                consumer.leave(world_);
            }
        } else if (what == 3) {
            consumer.subscribe(some_names());
        } else {
            consumer.step(world_, below(12) == 0);
        }
    }

    void subscribe(Consumer& consumer) {
        consumer.names.clear();
        consumer.regex.clear();
        if (below(4) == 0) {
            consumer.regex = below(2) == 0 ? "a.*" : ".*b";
            return;
        }
        consumer.names = some_names();
    }

    void come() {
        if (consumers_.size() >= consumer_max_) {
            return;
        }
        Consumer consumer{.id = fmt::format("m{}", ++ids_)};
        if (below(3) == 0) {
            consumer.instance = fmt::format("i{}", below(3));
            for (const Consumer& other : consumers_) {
                if (other.instance == consumer.instance && !other.crashed) {
                    return;
                }
            }
        }
        subscribe(consumer);
        consumers_.push_back(std::move(consumer));
    }

    void go() {
        Consumer* const who = somebody();
        if (who == nullptr) {
            return;
        }
        who->crashed = true;
        if (below(2) == 0 && who->epoch > 0) {
            auto request = beat_of(who->id, who->instance && below(2) == 0 ? -2 : -1);
            request.instance_id = who->instance;
            world_.beat(request);
            who->epoch = 0;
            who->owned.clear();
        }
        if (who->epoch == 0) {
            std::erase_if(consumers_, [who](const Consumer& other) { return &other == who; });
        }
    }

    void change_subscription() {
        if (Consumer* const who = somebody()) {
            subscribe(*who);
            who->says_subscription = true;
        }
    }

    void change_topics() {
        const std::string name = std::vector<std::string>{"a", "ab", "b"}[below(3)];
        const auto topic = world_.topics.find(name);
        if (!topic) {
            world_.change_topic(name, static_cast<std::int32_t>(1 + below(4)));
        } else if (below(4) == 0 && classic_max_ == 0) {
            // Members of the classic protocol know topics by their names: one that comes after
            // another is the same to them, and no coordinator can tell what they own.
            world_.remove_topic(name);
        } else if (topic->partitions < 12) {
            world_.change_topic(name, topic->partitions + 1);
        }
    }

    void pass(std::uint64_t seconds) {
        world_.pass(std::chrono::seconds(seconds));
        world_.run_timers();
        // Who crashed and was removed is forgotten.
        std::erase_if(consumers_, [this](const Consumer& consumer) {
            return consumer.crashed &&
                   (world_.group() == nullptr || world_.group()->member(consumer.id) == nullptr);
        });
    }

    void take_over() {
        if (Consumer* const who = somebody()) {
            take_over(*who);
        }
    }

    void take_over(Consumer& consumer) {
        if (consumer.wanted) {
            consumer.owned = *std::exchange(consumer.wanted, std::nullopt);
            consumer.says_owned = true;
            consumer.strays = consumer.denied;
        }
    }

    [[nodiscard]] static ConsumerGroupHeartbeatRequest request_of(const Consumer& consumer) {
        const bool full = consumer.epoch == 0 || consumer.unsure;
        auto request = beat_of(consumer.id, consumer.epoch);
        request.instance_id = consumer.instance;
        if (full) {
            request.rebalance_timeout_ms = 30'000;
        }
        if (full || consumer.says_subscription) {
            request.subscribed_topic_names = consumer.names;
            request.subscribed_topic_regex = consumer.regex;
        }
        return full || consumer.says_owned ? owning(request, consumer.owned) : request;
    }

    void beat(Consumer& consumer, bool request_lost, bool reply_lost) {
        if (request_lost) {
            consumer.unsure = true;
            return;
        }
        const auto request = request_of(consumer);
        const auto reply = world_.beat(request);
        if (reply_lost) {
            consumer.unsure = true;
            consumer.denied |= request.topic_partitions && consumer.wanted;
            return;
        }
        consumer.denied = false;
        switch (static_cast<ErrorCode>(reply.error_code)) {
            case ErrorCode::none:
                break;
            case ErrorCode::fenced_member_epoch:
            case ErrorCode::unknown_member_id:
            case ErrorCode::group_id_not_found:
                consumer.epoch = 0;
                consumer.owned.clear();
                consumer.wanted.reset();
                consumer.strays = false;
                return;
            case ErrorCode::unreleased_instance_id:
                return;  // it tries again
            default:
                FAIL() << reply.error_code << " " << reply.error_message.value_or("");
        }
        consumer.epoch = reply.member_epoch;
        consumer.says_owned = consumer.says_subscription = consumer.unsure = false;
        EXPECT_TRUE(!consumer.strays || reply.assignment || consumer.wanted)
            << consumer.id << " is not told";
        if (reply.assignment) {
            auto assignment = assignment_from(reply.assignment->topic_partitions);
            consumer.wanted.reset();
            if (assignment != consumer.owned) {
                consumer.wanted = std::move(assignment);
            } else {
                consumer.says_owned = true;
                consumer.strays = false;
            }
        }
    }

    mutable World world_;
    std::vector<Consumer> consumers_;
    std::vector<ClassicConsumer> classics_;
    std::uint64_t classic_max_ = 0;
    std::uint64_t consumer_max_ = 8;
    std::mt19937_64 random_;
    int ids_ = 0;
};

// Whatever happens, in whatever order, a partition has one owner, everybody converges, and the
// records tell the same state, compacted or not; also while members of the classic protocol come
// and go, and the group changes from one protocol to the other and back.
TEST(ConsumerGroupModel, OneOwnerPerPartitionWhateverHappens) {
    const auto first = barnabas::testing::first_seed(1);
    const auto runs = barnabas::testing::number_of("BARNABAS_RUNS", 800);
    std::size_t conversions = 0;
    for (auto seed = first; seed < first + runs; ++seed) {
        SCOPED_TRACE(fmt::format("seed {}", seed));
        Model model(seed);
        for (int i = 0; i < 300; ++i) {
            model.step();
            model.check();
            if (::testing::Test::HasFailure()) {
                fmt::print("seed {} fails at step {}\n", seed, i);
                return;
            }
        }
        model.converge();
        model.restart();
        if (::testing::Test::HasFailure()) {
            fmt::print("seed {} does not converge\n", seed);
            return;
        }
        conversions += model.conversions();
    }
    fmt::print("{} conversions\n", conversions);
    EXPECT_TRUE(conversions > runs / 2 || runs < 20) << "the model converts nothing";
}

}  // namespace
}  // namespace barnabas::coordinator

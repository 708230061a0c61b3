#include "share_world.h"
#include "support/seeds.h"

#include <random>

namespace barnabas::coordinator {
namespace {

using namespace testing;

/// A share consumer as Kafka's Java client is (ShareHeartbeatRequestManager): it reads what it was
/// told last, and says everything again after a heartbeat without a reply.
struct Consumer {
    std::string id;
    std::vector<std::string> names;
    std::int32_t epoch = 0;
    Assignment reads;
    bool says_subscription = false;
    bool crashed = false;
};

class Model {
public:
    explicit Model(std::uint64_t seed) : random_(seed) {
        world_.share.times.assignment_interval = std::chrono::milliseconds(below(3) * 1500);
        for (const auto* name : {"a", "b", "c"}) {
            world_.change_topic(name, static_cast<std::int32_t>(1 + below(5)));
        }
    }

    void step() {
        switch (below(14)) {
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
                return below(4) == 0 ? restart() : change_share_coordinators();
            case 6:
                return administrate();
            default:
                if (Consumer* const who = somebody()) {
                    beat(*who, below(8) == 0, below(6) == 0);
                }
        }
    }

    /// Only what is initialized is assigned, and only to who subscribes to it.
    void check() const {
        const ShareGroup* const group = world_.share_group();
        if (group == nullptr) {
            return;
        }
        EXPECT_LE(group->assignment_epoch(), group->epoch());
        for (const auto& [id, member] : group->members()) {
            EXPECT_LE(member.epoch, group->epoch()) << id;
            for (const auto& [topic, partitions] : member.assigned) {
                const auto name = world_.topics.name_of(topic);
                if (!name) {
                    continue;  // gone since
                }
                EXPECT_TRUE(std::ranges::binary_search(member.topics, *name)) << id << *name;
                for (const auto partition : partitions) {
                    EXPECT_TRUE((world_.states.contains({topic, partition})))
                        << id << " reads " << *name << "-" << partition << " without a state";
                }
            }
        }
        for (const auto& [topic, known] : group->partitions().initialized) {
            for (const auto partition : known.partitions) {
                EXPECT_TRUE((world_.states.contains({topic, partition})))
                    << known.name << "-" << partition << " has no state";
            }
        }
    }

    /// Without losses and changes everything is initialized and read by somebody in the end.
    void converge() {
        world_.refused.clear();
        world_.share_coordinators_are_down = false;
        for (const auto& request : std::exchange(world_.unanswered, {})) {
            world_.answer(request);
        }
        for (int round = 0; round < 20; ++round) {
            for (Consumer& consumer : consumers_) {
                if (!consumer.crashed) {
                    beat(consumer, false, false);
                    check();
                }
            }
            pass(5);
        }
        check_converged();
    }

    void restart() {
        const std::string before = world_.share_state();
        for (const bool compacted : {true, false}) {
            world_.restart(compacted);
            EXPECT_EQ(world_.share_state(), before) << (compacted ? "compacted" : "");
        }
    }

private:
    std::uint64_t below(std::uint64_t end) { return random_() % end; }

    void check_converged() const {
        const ShareGroup* const group = world_.share_group();
        std::size_t live = 0;
        std::map<Uuid, std::set<std::int32_t>> read;
        for (const Consumer& consumer : consumers_) {
            if (consumer.crashed) {
                continue;
            }
            ++live;
            ASSERT_NE(group, nullptr);
            const ShareMember* const member = group->member(consumer.id);
            ASSERT_NE(member, nullptr) << consumer.id;
            EXPECT_EQ(consumer.epoch, group->epoch()) << consumer.id;
            EXPECT_EQ(consumer.reads, member->assigned) << consumer.id;
            EXPECT_EQ(consumer.reads, group->target_of(consumer.id)) << consumer.id;
            for (const auto& [topic, partitions] : consumer.reads) {
                read[topic].insert(partitions.begin(), partitions.end());
            }
        }
        if (group == nullptr) {
            return;
        }
        EXPECT_EQ(group->member_count(), live);
        EXPECT_EQ(group->state_name(), live == 0 ? "Empty" : "Stable");
        for (const auto& [name, topic] : world_.topics.all()) {
            if (group->is_subscribed_to(name)) {
                EXPECT_EQ(read[topic.id].size(), static_cast<std::size_t>(topic.partitions))
                    << name;
            }
        }
    }

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
        for (const auto* name : {"a", "b", "c", "none"}) {
            if (below(2) == 0) {
                names.emplace_back(name);
            }
        }
        return names.empty() ? std::vector<std::string>{"a"} : names;
    }

    void come() {
        if (consumers_.size() < 8) {
            consumers_.push_back({.id = fmt::format("m{}", ++ids_), .names = some_names()});
        }
    }

    void go() {
        Consumer* const who = somebody();
        if (who == nullptr) {
            return;
        }
        who->crashed = true;
        if (below(2) == 0 && who->epoch > 0) {
            world_.share_beat(share_beat_of(who->id, -1));
        }
    }

    void change_subscription() {
        if (Consumer* const who = somebody()) {
            who->names = some_names();
            who->says_subscription = true;
        }
    }

    void change_topics() {
        const std::string name = std::vector<std::string>{"a", "b", "c"}[below(3)];
        const auto topic = world_.topics.find(name);
        if (!topic) {
            world_.change_topic(name, static_cast<std::int32_t>(1 + below(4)));
        } else if (below(4) == 0) {
            world_.remove_topic(name);
        } else if (topic->partitions < 9) {
            world_.change_topic(name, topic->partitions + 1);
        }
    }

    void change_share_coordinators() {
        world_.refused.clear();
        if (below(2) == 0) {
            for (const auto& [name, topic] : world_.topics.all()) {
                world_.refused.insert({topic.id, static_cast<std::int32_t>(below(3))});
            }
        }
        world_.share_coordinators_are_down = below(3) == 0;
        if (!world_.share_coordinators_are_down) {
            for (const auto& request : std::exchange(world_.unanswered, {})) {
                world_.answer(request);
            }
        }
    }

    void administrate() {
        const ShareGroup* const group = world_.share_group();
        if (group == nullptr || !group->is_empty() || !world_.unanswered.empty()) {
            return;
        }
        switch (below(3)) {
            case 0:
                return alter();
            case 1:
                return forget();
            default:
                return remove();
        }
    }

    void alter() {
        wire::AlterShareGroupOffsetsRequest request;
        request.group_id = "g";
        auto& topic = request.topics.emplace_back();
        topic.topic_name = "a";
        auto& partition = topic.partitions.emplace_back();
        partition.partition_index = static_cast<std::int32_t>(below(4));
        partition.start_offset = 5;
        const auto begun = world_.groups->alter_share_offsets(request, world_.now);
        if (begun.initialize) {
            world_.answer(*begun.initialize);
        }
    }

    void forget() {
        wire::DeleteShareGroupOffsetsRequest request;
        request.group_id = "g";
        request.topics.emplace_back().topic_name = "a";
        const auto begun = world_.groups->remove_share_offsets(request, world_.now);
        if (!begun.remove || below(3) == 0) {
            return;  // the broker stopped in between
        }
        world_.remove_states(*begun.remove);
        std::set<Uuid> topics;
        for (const auto& [id, name] : begun.topics) {
            topics.insert(id);
        }
        EXPECT_TRUE(world_.groups->share_offsets_removed("g", topics, world_.now));
    }

    void remove() {
        const auto begun = world_.groups->begin_removal("g", world_.now);
        ASSERT_TRUE(begun);
        if (*begun) {
            world_.remove_states(**begun);
        }
        if (below(3) == 0) {
            return;  // the broker stopped in between
        }
        ASSERT_TRUE(world_.groups->remove("g", world_.now, world_.told));
        for (const auto& [name, topic] : world_.topics.all()) {
            EXPECT_FALSE((world_.states.contains({topic.id, 0}))) << name << " is forgotten";
        }
    }

    void pass(std::uint64_t seconds) {
        world_.pass(std::chrono::seconds(seconds));
        world_.run_share_timers();
        std::erase_if(consumers_, [this](const Consumer& consumer) {
            return consumer.crashed && (world_.share_group() == nullptr ||
                                        world_.share_group()->member(consumer.id) == nullptr);
        });
    }

    void beat(Consumer& consumer, bool request_lost, bool reply_lost) {
        if (request_lost) {
            consumer.says_subscription = true;
            return;
        }
        auto request = share_beat_of(consumer.id, consumer.epoch);
        if (consumer.epoch == 0 || consumer.says_subscription) {
            request.subscribed_topic_names = consumer.names;
        }
        const auto reply = world_.share_beat(request);
        if (reply_lost) {
            consumer.says_subscription = true;
            return;
        }
        switch (static_cast<ErrorCode>(reply.error_code)) {
            case ErrorCode::none:
                break;
            case ErrorCode::fenced_member_epoch:
            case ErrorCode::unknown_member_id:
            case ErrorCode::group_id_not_found:
                consumer.epoch = 0;
                consumer.reads.clear();
                return;
            default:
                FAIL() << reply.error_code << " " << reply.error_message.value_or("");
        }
        consumer.epoch = reply.member_epoch;
        consumer.says_subscription = false;
        if (reply.assignment) {
            consumer.reads = assignment_from(reply.assignment->topic_partitions);
        }
    }

    ShareWorld world_;
    std::vector<Consumer> consumers_;
    std::mt19937_64 random_;
    int ids_ = 0;
};

// Whatever happens, in whatever order, members read only what has a state, everybody converges,
// every partition that somebody subscribes to is read, and the records tell the same state,
// compacted or not.
TEST(ShareGroupModel, EveryPartitionIsReadWhateverHappens) {
    const auto first = barnabas::testing::first_seed(1);
    const auto runs = barnabas::testing::number_of("BARNABAS_RUNS", 500);
    for (auto seed = first; seed < first + runs; ++seed) {
        SCOPED_TRACE(fmt::format("seed {}", seed));
        Model model(seed);
        for (int i = 0; i < 200; ++i) {
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
    }
}

}  // namespace
}  // namespace barnabas::coordinator

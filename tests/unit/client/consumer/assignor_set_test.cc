#include "client/consumer/assignor_set.h"

#include "unit/client/consumer/worlds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace barnabas::client {
namespace {

using ::testing::HasSubstr;

/// Gives everything to the first member, or, if told to, to everybody.
class Greedy : public PartitionAssignor {
public:
    explicit Greedy(bool to_all = false) : to_all_(to_all) {}
    [[nodiscard]] std::string name() const override { return "greedy"; }
    [[nodiscard]] Assignment assign(const PartitionCounts& counts,
                                    const Members& members) override {
        Assignment all;
        for (const auto& [id, member] : members) {
            Assigned& assigned = all[id];
            if (id != members.begin()->first && !to_all_) {
                continue;
            }
            for (const auto& [topic, count] : counts) {
                for (std::int32_t i = 0; i < count; ++i) {
                    assigned.partitions.push_back(tp(topic, i));
                }
            }
        }
        return all;
    }

private:
    bool to_all_;
};

TEST(AssignorSet, KnowsKafkasByBothNames) {
    struct Row {
        std::vector<std::string> names;
        std::string want;  ///< names, "+" behind cooperative ones; or part of the error
        bool cooperative = false;
    };
    const Row rows[] = {
        {.names = {"range", "cooperative-sticky"}, .want = "range cooperative-sticky+"},
        {.names = {"org.apache.kafka.clients.consumer.StickyAssignor"}, .want = "sticky"},
        {.names = {"org.apache.kafka.clients.consumer.CooperativeStickyAssignor"},
         .want = "cooperative-sticky+",
         .cooperative = true},
        {.names = {"roundrobin", "greedy"}, .want = "roundrobin greedy"},
        {.names = {"rnage"}, .want = "names \"rnage\", which is none of: range, roundrobin"},
        {.names = {"range", "org.apache.kafka.clients.consumer.RangeAssignor"},
         .want = "\"range\" twice"},
        {.names = {}, .want = "names none"},
    };
    for (const Row& row : rows) {
        const auto set = AssignorSet::make(row.names, {std::make_shared<Greedy>()});
        if (!set) {
            EXPECT_THAT(set.error().message, HasSubstr(row.want));
            continue;
        }
        std::string text;
        for (const auto& strategy : set->strategies()) {
            text += (text.empty() ? "" : " ") + strategy.name + (strategy.cooperative ? "+" : "");
        }
        EXPECT_EQ(text, row.want);
        EXPECT_EQ(set->cooperative(), row.cooperative);
    }
}

TEST(AssignorSet, ChecksWhatACustomAssignorSays) {
    const TopicLayouts layouts{{"t", {.partitions = 2, .replica_racks = {}}}};
    PartitionAssignor::Members members;
    members["m1"].topics = {"t"};
    members["m2"].topics = {"t"};
    const auto good = AssignorSet::make({"greedy"}, {std::make_shared<Greedy>()});
    const auto share = good->assign(good->strategies()[0], layouts, members);
    ASSERT_TRUE(share);
    EXPECT_EQ(share->at("m1").partitions.size(), 2U);
    EXPECT_TRUE(share->at("m2").partitions.empty());
    const auto bad = AssignorSet::make({"greedy"}, {std::make_shared<Greedy>(true)});
    const auto refused = bad->assign(bad->strategies()[0], layouts, members);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("gives t-0 to two members"));
}

TEST(AssignorSet, StickyMembersKeepWhatTheyHad) {
    const TopicLayouts layouts{{"t", {.partitions = 4, .replica_racks = {}}}};
    for (const auto* name : {"sticky", "cooperative-sticky"}) {
        const auto set = AssignorSet::make({name}, {});
        PartitionAssignor::Members members;
        for (const auto& [id, first] : {std::pair("m1", 2), std::pair("m2", 0)}) {
            PartitionAssignor::Member member{.topics = {"t"},
                                             .owned = {tp("t", first), tp("t", first + 1)},
                                             .generation = 3,
                                             .user_data = {}};
            member.user_data = set->user_data(set->strategies()[0], member);
            if (!set->cooperative()) {
                member.owned.clear();  // an eager member has given it up
            }
            members[id] = member;
        }
        const auto share = set->assign(set->strategies()[0], layouts, members);
        ASSERT_TRUE(share);
        EXPECT_EQ(share->at("m1").partitions, (std::vector<TopicPartition>{tp("t", 2), tp("t", 3)}))
            << name;
    }
}

}  // namespace
}  // namespace barnabas::client

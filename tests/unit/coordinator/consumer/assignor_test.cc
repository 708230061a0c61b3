#include "coordinator/consumer/assignor.h"

#include "support/seeds.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <set>
#include <string>
#include <utility>

namespace barnabas::coordinator {
namespace {

Uuid topic(std::uint8_t number) {
    Uuid id;
    id.bytes[0] = number;
    return id;
}

struct Who {
    std::string id;
    std::vector<std::uint8_t> topics;
    Assignment current{};
    std::optional<std::string> instance{};
};

/// Owns what an AssignorInput points to.
class Given {
public:
    Given(std::vector<Who> members, const std::map<std::uint8_t, std::int32_t>& partitions)
        : members_(std::move(members)) {
        std::ranges::sort(members_, {}, &Who::id);
        for (const Who& member : members_) {
            auto& topics = topics_.emplace_back();
            for (const std::uint8_t number : member.topics) {
                topics.push_back(topic(number));
                input.partitions[topic(number)] = partitions.at(number);
            }
            std::ranges::sort(topics);
            input.homogeneous = input.homogeneous && topics == topics_.front();
            input.members.push_back({.id = member.id,
                                     .instance_id = member.instance,
                                     .topics = &topics,
                                     .current = &member.current});
        }
    }

    [[nodiscard]] std::string assigned(AssignorKind kind) const {
        std::string text;
        const AssignorOutput output = assign(kind, input);
        for (std::size_t i = 0; i < output.size(); ++i) {
            text += fmt::format("{}{}:", i == 0 ? "" : " ", members_[i].id);
            for (const auto& [id, partitions] : output[i]) {
                for (const std::int32_t partition : partitions) {
                    text += fmt::format(" {}-{}", id.bytes[0], partition);
                }
            }
        }
        return text;
    }

    AssignorInput input;

private:
    std::vector<Who> members_;
    std::deque<std::vector<Uuid>> topics_;
};

TEST(Assignors, AssignAsTheirNamesSay) {
    const Assignment had_all = {{topic(1), {0, 1, 2, 3}}};
    struct Row {
        const char* what;
        AssignorKind kind;
        std::vector<Who> members;
        std::map<std::uint8_t, std::int32_t> partitions;
        std::string want;
    };
    using enum AssignorKind;
    const Row rows[] = {
        {"nobody", uniform, {}, {}, ""},
        {"no topics", uniform, {{"A", {}}}, {}, "A:"},
        {"one", uniform, {{"A", {1}}}, {{1, 3}}, "A: 1-0 1-1 1-2"},
        {"more members than partitions",
         uniform,
         {{"A", {1}}, {"B", {1}}, {"C", {1}}},
         {{1, 2}},
         "A: 1-0 B: 1-1 C:"},
        {"two topics",
         uniform,
         {{"A", {1, 2}}, {"B", {1, 2}}},
         {{1, 3}, {2, 3}},
         "A: 1-0 1-1 1-2 B: 2-0 2-1 2-2"},
        {"a second one comes",
         uniform,
         {{"A", {1}, had_all}, {"B", {1}}},
         {{1, 4}},
         "A: 1-0 1-1 B: 1-2 1-3"},
        {"one leaves",
         uniform,
         {{"A", {1}, {{topic(1), {0, 1}}}}, {"C", {1}, {{topic(1), {4, 5}}}}},
         {{1, 6}},
         "A: 1-0 1-1 1-2 C: 1-3 1-4 1-5"},
        {"who has one more keeps it",
         uniform,
         {{"A", {1}, {{topic(1), {0}}}}, {"B", {1}, {{topic(1), {1, 2}}}}},
         {{1, 3}},
         "A: 1-0 B: 1-1 1-2"},
        {"a topic is gone",
         uniform,
         {{"A", {2}, had_all}, {"B", {2}, {{topic(1), {4}}}}},
         {{2, 2}},
         "A: 2-0 B: 2-1"},
        {"partitions come",
         uniform,
         {{"A", {1}, {{topic(1), {0, 1}}}}, {"B", {1}}},
         {{1, 4}},
         "A: 1-0 1-1 B: 1-2 1-3"},
        {"different topics",
         uniform,
         {{"A", {1}}, {"B", {1, 2}}},
         {{1, 4}, {2, 2}},
         "A: 1-0 1-1 1-2 B: 1-3 2-0 2-1"},
        {"only one subscribes",
         uniform,
         {{"A", {1, 2}}, {"B", {2}}},
         {{1, 6}, {2, 2}},
         "A: 1-0 1-1 1-2 1-3 1-4 1-5 B: 2-0 2-1"},
        {"different topics, sticky",
         uniform,
         {{"A", {1, 2}, {{topic(1), {0, 1, 2}}, {topic(2), {0, 1}}}}, {"B", {2}}},
         {{1, 3}, {2, 2}},
         "A: 1-0 1-1 1-2 B: 2-0 2-1"},
        {"unsubscribed",
         uniform,
         {{"A", {1}, {{topic(1), {0}}, {topic(2), {0, 1}}}}, {"B", {2}}},
         {{1, 2}, {2, 2}},
         "A: 1-0 1-1 B: 2-0 2-1"},
        {"ranges",
         range,
         {{"A", {1, 2}}, {"B", {1, 2}}},
         {{1, 3}, {2, 3}},
         "A: 1-0 1-1 2-0 2-1 B: 1-2 2-2"},
        {"ranges of some",
         range,
         {{"A", {1, 2}}, {"B", {3}}, {"C", {2, 3}}},
         {{1, 3}, {2, 3}, {3, 2}},
         "A: 1-0 1-1 1-2 2-0 2-1 B: 3-0 C: 2-2 3-1"},
        {"ranges for more members than partitions",
         range,
         {{"A", {1}}, {"B", {1}}, {"C", {1}}},
         {{1, 2}},
         "A: 1-0 B: 1-1 C:"},
        {"static members first",
         range,
         {{"A", {1}}, {"B", {1}, {}, "i2"}, {"C", {1}, {}, "i1"}},
         {{1, 4}},
         "A: 1-3 B: 1-2 C: 1-0 1-1"},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.what);
        EXPECT_EQ(Given(row.members, row.partitions).assigned(row.kind), row.want);
    }
}

/// Nobody has less than another who could give, all subscribe alike, by more than one.
void expect_balance(const AssignorInput& input, const AssignorOutput& output) {
    std::size_t least = SIZE_MAX;
    std::size_t most = 0;
    for (const Assignment& assignment : output) {
        least = std::min(least, count_of(assignment));
        most = std::max(most, count_of(assignment));
    }
    if (input.homogeneous) {
        EXPECT_LE(most - least, 1U);
    }
}

// Whatever members, topics and earlier assignments: each partition has one subscriber, groups of
// equal subscriptions are even, and what is balanced does not move.
TEST(Assignors, AnyGroupIsAssignedWholeAndStaysAsItIs) {
    std::mt19937_64 random(barnabas::testing::first_seed(1));
    const auto below = [&random](std::uint64_t end) { return random() % end; };
    for (int round = 0; round < 300; ++round) {
        std::map<std::uint8_t, std::int32_t> partitions;
        const auto topics = 1 + below(5);
        for (std::uint8_t number = 1; number <= topics; ++number) {
            partitions[number] = static_cast<std::int32_t>(1 + below(12));
        }
        const bool alike = below(2) == 0;
        std::vector<Who> members;
        std::map<std::uint8_t, std::set<std::int32_t>> taken;
        for (std::size_t i = 0; i < 1 + below(8); ++i) {
            Who member{.id = fmt::format("m{}", i), .topics = {}};
            for (const auto& [number, count] : partitions) {
                if (alike || below(2) == 0) {
                    member.topics.push_back(number);
                }
                for (std::int32_t partition = 0; partition < count; ++partition) {
                    if (below(4) == 0 && taken[number].insert(partition).second) {
                        member.current[topic(number)].push_back(partition);
                    }
                }
            }
            members.push_back(std::move(member));
        }
        for (const auto kind : {AssignorKind::uniform, AssignorKind::range}) {
            SCOPED_TRACE(fmt::format("round {} {}", round, assignor_name(kind)));
            const Given given(members, partitions);
            const AssignorOutput output = assign(kind, given.input);
            std::map<Uuid, std::set<std::int32_t>> assigned;
            for (std::size_t i = 0; i < output.size(); ++i) {
                for (const auto& [id, list] : output[i]) {
                    EXPECT_TRUE(std::ranges::binary_search(*given.input.members[i].topics, id));
                    for (const std::int32_t partition : list) {
                        EXPECT_TRUE(assigned[id].insert(partition).second);
                    }
                }
            }
            for (const auto& [id, count] : given.input.partitions) {
                EXPECT_EQ(assigned[id].size(), static_cast<std::size_t>(count));
            }
            if (kind == AssignorKind::uniform) {
                expect_balance(given.input, output);
            }
            for (std::size_t i = 0; i < output.size(); ++i) {
                members[i].current = output[i];
            }
            EXPECT_EQ(assign(kind, Given(members, partitions).input), output) << "again";
        }
    }
}

}  // namespace
}  // namespace barnabas::coordinator

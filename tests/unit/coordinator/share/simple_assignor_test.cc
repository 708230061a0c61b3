#include "coordinator/share/simple_assignor.h"

#include "support/seeds.h"
#include "unit/coordinator/consumer/requests.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <random>
#include <utility>

namespace barnabas::coordinator {
namespace {

using testing::text_of;
using testing::uuid;

struct Member {
    std::vector<std::uint8_t> topics;
    Assignment current{};
};

bool subscribes(const Member& member, const Uuid& topic) {
    return std::ranges::find(member.topics, topic.bytes[15]) != member.topics.end();
}

std::vector<Assignment> run(const std::vector<Member>& members, const Assignment& assignable) {
    SimpleInput input;
    input.assignable = assignable;
    std::deque<std::vector<Uuid>> topics;
    for (const Member& member : members) {
        auto& ids = topics.emplace_back();
        for (const auto topic : member.topics) {
            ids.push_back(uuid(topic));
        }
        input.members.push_back({.topics = &ids, .current = &member.current});
    }
    return assign_simple(input);
}

std::string text(const std::vector<Assignment>& output) {
    std::string text;
    for (const auto& one : output) {
        text += fmt::format("{}[{}]", text.empty() ? "" : " ", text_of(one));
    }
    return text;
}

TEST(SimpleAssignor, SharesOut) {
    const Assignment three{{uuid(1), {0, 1, 2}}};
    struct Row {
        const char* what;
        std::vector<Member> members;
        Assignment assignable;
        const char* want;
    };
    const Row rows[] = {
        {"nobody", {}, three, ""},
        {"nothing to assign", {{.topics = {1}}}, {}, "[]"},
        {"one member has all", {{.topics = {1}}}, three, "[1-0 1-1 1-2]"},
        {"each has one",
         {{.topics = {1}}, {.topics = {1}}, {.topics = {1}}},
         three,
         "[1-0] [1-1] [1-2]"},
        {"more members than partitions: they share",
         {{.topics = {1}}, {.topics = {1}}, {.topics = {1}}},
         {{uuid(1), {0}}},
         "[1-0] [1-0] [1-0]"},
        {"two partitions among three: two members each",
         {{.topics = {1}}, {.topics = {1}}, {.topics = {1}}},
         {{uuid(1), {0, 1}}},
         "[1-0 1-1] [1-0] [1-1]"},
        {"who had one keeps it",
         {{.topics = {1}, .current = {{uuid(1), {2}}}},
          {.topics = {1}, .current = {{uuid(1), {0}}}},
          {.topics = {1}}},
         three,
         "[1-2] [1-0] [1-1]"},
        {"a second member takes the half that is too much",
         {{.topics = {1}, .current = {{uuid(1), {0, 1, 2, 3}}}}, {.topics = {1}}},
         {{uuid(1), {0, 1, 2, 3}}},
         "[1-0 1-1] [1-2 1-3]"},
        {"the rest is shared out again when one leaves",
         {{.topics = {1}, .current = {{uuid(1), {2, 3}}}}},
         {{uuid(1), {0, 1, 2, 3}}},
         "[1-0 1-1 1-2 1-3]"},
        {"what may not be assigned any more is given up",
         {{.topics = {1}, .current = {{uuid(1), {0, 1}}, {uuid(9), {0}}}}},
         {{uuid(1), {1}}},
         "[1-1]"},
        {"topics are counted together where all subscribe to the same",
         {{.topics = {1, 2}}, {.topics = {1, 2}}},
         {{uuid(1), {0}}, {uuid(2), {0}}},
         "[1-0] [2-0]"},
        {"and each by itself where they do not",
         {{.topics = {1}}, {.topics = {2}}, {.topics = {1, 2}}},
         {{uuid(1), {0, 1}}, {uuid(2), {0, 1}}},
         "[1-0] [2-0] [1-1 2-1]"},
        {"who subscribes to nothing has nothing",
         {{.topics = {}, .current = {{uuid(1), {0}}}}, {.topics = {1}}},
         {{uuid(1), {0}}},
         "[] [1-0]"},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(text(run(row.members, row.assignable)), row.want) << row.what;
    }
}

// Every partition has a member, no member has one that it does not subscribe to, the numbers of
// members and of partitions are even, and a second run moves next to nothing: only what could not
// be shared out evenly may find a place.
TEST(SimpleAssignor, KeepsItsPromisesWhateverItStartsFrom) {
    const auto first = barnabas::testing::first_seed(1);
    const auto runs = barnabas::testing::number_of("BARNABAS_RUNS", 2000);
    std::size_t kept = 0;
    std::size_t total = 0;
    for (auto seed = first; seed < first + runs; ++seed) {
        SCOPED_TRACE(fmt::format("seed {}", seed));
        std::mt19937_64 random(seed);
        const auto below = [&random](std::uint64_t end) { return random() % end; };
        const bool homogeneous = below(2) == 0;
        const std::uint8_t topics = static_cast<std::uint8_t>(1 + below(3));
        Assignment assignable;
        for (std::uint8_t topic = 1; topic <= topics; ++topic) {
            for (std::int32_t i = 0, end = static_cast<std::int32_t>(1 + below(7)); i < end; ++i) {
                assignable[uuid(topic)].push_back(i);
            }
        }
        std::vector<Member> members(1 + below(9));
        for (Member& member : members) {
            for (std::uint8_t topic = 1; topic <= topics; ++topic) {
                if (homogeneous || below(2) == 0) {
                    member.topics.push_back(topic);
                }
                for (std::int32_t i = 0; i < 8; ++i) {
                    if (below(4) == 0) {
                        member.current[uuid(topic)].push_back(i);
                    }
                }
            }
        }
        const auto output = run(members, assignable);
        ASSERT_EQ(output.size(), members.size());
        std::map<std::pair<Uuid, std::int32_t>, std::size_t> holders;
        std::size_t least = SIZE_MAX;
        std::size_t most = 0;
        for (std::size_t i = 0; i < output.size(); ++i) {
            least = std::min(least, count_of(output[i]));
            most = std::max(most, count_of(output[i]));
            for (const auto& [topic, partitions] : output[i]) {
                EXPECT_TRUE(subscribes(members[i], topic));
                EXPECT_TRUE(std::ranges::is_sorted(partitions));
                for (const auto partition : partitions) {
                    EXPECT_TRUE(contains(assignable, topic, partition));
                    ++holders[{topic, partition}];
                }
            }
        }
        for (const auto& [topic, partitions] : assignable) {
            const auto subscribers = std::ranges::count_if(
                members, [&](const Member& member) { return subscribes(member, topic); });
            for (const auto partition : partitions) {
                EXPECT_EQ((holders[{topic, partition}] > 0), subscribers > 0);
            }
        }
        if (homogeneous) {
            const auto all = count_of(assignable);
            const auto sharing = (members.size() + all - 1) / all;
            EXPECT_LE(most, (sharing * all + members.size() - 1) / members.size());
            EXPECT_GE(least, 1U) << "nobody has nothing";
            for (const auto& [partition, count] : holders) {
                EXPECT_LE(count, sharing);
            }
        }
        auto again = members;
        for (std::size_t i = 0; i < again.size(); ++i) {
            again[i].current = output[i];
        }
        const auto second = run(again, assignable);
        for (std::size_t i = 0; i < second.size(); ++i) {
            for (const auto& [topic, partitions] : second[i]) {
                for (const auto partition : partitions) {
                    kept += contains(output[i], topic, partition) ? 1 : 0;
                    ++total;
                }
            }
        }
        if (::testing::Test::HasFailure()) {
            fmt::print("seed {} fails\n", seed);
            return;
        }
    }
    EXPECT_GE(kept * 100, total * 98) << kept << " of " << total << " stay where they are";
}

}  // namespace
}  // namespace barnabas::coordinator

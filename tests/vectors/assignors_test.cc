#include "client/assignors/range_assignor.h"
#include "client/assignors/round_robin_assignor.h"
#include "client/assignors/sticky_assignor.h"
#include "client/assignors/sticky_user_data.h"
#include "support/vectors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace barnabas::testing {
namespace {

namespace json = boost::json;
using client::Assignment;
using client::GroupMember;
using client::TopicLayouts;

std::string text(const json::value& value) {
    return std::string{value.as_string()};
}

std::optional<std::string> maybe_text(const json::value& value) {
    return value.is_null() ? std::nullopt : std::optional{text(value)};
}

/// [["topic", 0], ...]
std::vector<TopicPartition> partitions_of(const json::value& list) {
    std::vector<TopicPartition> partitions;
    for (const auto& pair : list.as_array()) {
        const auto index = static_cast<std::int32_t>(pair.at(1).as_int64());
        partitions.push_back({.topic = text(pair.at(0)), .partition = PartitionId{index}});
    }
    return partitions;
}

TopicLayouts layouts_of(const json::object& line) {
    TopicLayouts layouts;
    for (const auto& [topic, count] : line.at("partitions").as_object()) {
        layouts[topic].partitions = static_cast<std::int32_t>(count.as_int64());
    }
    if (const auto* racks = line.if_contains("replica_racks")) {
        for (const auto& [topic, partitions] : racks->as_object()) {
            layouts[topic].replica_racks =
                json::value_to<std::vector<std::vector<std::string>>>(partitions);
        }
    }
    return layouts;
}

std::vector<GroupMember> members_of(const json::object& line) {
    std::vector<GroupMember> members;
    for (const auto& member : line.at("members").as_array()) {
        members.push_back(
            {.id = text(member.at("id")),
             .group_instance_id = maybe_text(member.at("group_instance_id")),
             .rack = maybe_text(member.at("rack")),
             .topics = json::value_to<std::vector<std::string>>(member.at("topics")),
             .owned = partitions_of(member.at("owned")),
             .generation = static_cast<std::int32_t>(member.at("generation").as_int64())});
    }
    return members;
}

/// Some lines have topics that nobody subscribes to. A group's leader leaves those out; Java's
/// sticky classes, given them all the same, hand them to members that all subscribe alike. That is
/// the outcome if these members did subscribe to everything.
void subscribe_to_all_if_alike(std::vector<GroupMember>& members, const TopicLayouts& layouts) {
    const auto topics_of = [](const GroupMember& member) {
        return std::set<std::string>{member.topics.begin(), member.topics.end()};
    };
    const auto first = topics_of(members.front());
    if (std::ranges::all_of(members,
                            [&](const auto& member) { return topics_of(member) == first; })) {
        for (auto& member : members) {
            for (const auto& [topic, layout] : layouts) {
                member.topics.push_back(topic);
            }
        }
    }
}

Assignment assign(std::string_view assignor, const TopicLayouts& layouts,
                  std::vector<GroupMember> members) {
    if (assignor == "range") {
        return client::assign_range(layouts, members);
    }
    if (assignor == "roundrobin") {
        return client::assign_round_robin(layouts, members);
    }
    subscribe_to_all_if_alike(members, layouts);
    return assignor == "sticky" ? client::assign_sticky(layouts, members)
                                : client::assign_cooperative_sticky(layouts, members);
}

struct Counts {
    std::int64_t assigned = 0;
    std::int64_t least = 0;
    std::int64_t most = 0;
    std::int64_t kept_from_owned = 0;

    friend bool operator==(const Counts&, const Counts&) = default;
};

Counts count(const Assignment& assignment, const std::vector<GroupMember>& members) {
    Counts counts;
    std::set<std::int64_t> sizes;
    for (const auto& member : members) {
        const auto& partitions = assignment.at(member.id);
        const auto size = static_cast<std::int64_t>(partitions.size());
        sizes.insert(size);
        counts.assigned += size;
        for (const auto& partition : partitions) {
            counts.kept_from_owned += std::ranges::count(member.owned, partition);
        }
    }
    counts.least = *sizes.begin();
    counts.most = *sizes.rbegin();
    return counts;
}

void sort(Assignment& assignment) {
    for (auto& [member, partitions] : assignment) {
        std::ranges::sort(partitions);
    }
}

TEST(VectorsOfAssignors, GiveEveryMemberTheSamePartitions) {
    for (const auto& line : vector_lines("assignors")) {
        SCOPED_TRACE(text(line.at("assignor")) + ": " + text(line.at("kind")));
        const auto members = members_of(line);
        auto ours = assign(text(line.at("assignor")), layouts_of(line), members);
        EXPECT_EQ(count(ours, members),
                  (Counts{line.at("assigned").as_int64(), line.at("least").as_int64(),
                          line.at("most").as_int64(), line.at("kept_from_owned").as_int64()}))
            << json::serialize(line);
        if (line.at("depends_on_map_order").as_bool() ||
            line.at("depends_on_java_hash").as_bool()) {
            continue;
        }
        Assignment theirs;
        for (const auto& [member, partitions] : line.at("assignment").as_object()) {
            theirs[member] = partitions_of(partitions);
        }
        sort(ours);
        sort(theirs);
        EXPECT_EQ(ours, theirs) << json::serialize(line);
    }
}

/// Only the order of the topics is not ours: it hangs on Java's hash map.
void expect_sticky_data(const GroupMember& member, const std::string& hex) {
    const auto data = client::decode_sticky_user_data(bytes_of_hex(hex));
    ASSERT_TRUE(data) << hex;
    EXPECT_EQ(data->generation, member.generation);
    EXPECT_THAT(data->owned, ::testing::UnorderedElementsAreArray(member.owned));
    EXPECT_EQ(hex_of_bytes(client::encode_sticky_user_data(*data).view()), hex);
}

TEST(VectorsOfAssignors, PutTheSameIntoSubscriptions) {
    for (const auto& line : vector_lines("assignors")) {
        const auto members = members_of(line);
        for (std::size_t i = 0; i < members.size(); ++i) {
            const auto hex = maybe_text(line.at("members").as_array()[i].at("user_data_hex"));
            if (!hex) {
                continue;
            }
            if (line.at("assignor") == "sticky") {
                expect_sticky_data(members[i], *hex);
            } else {
                EXPECT_EQ(hex_of_bytes(
                              client::encode_cooperative_user_data(members[i].generation).view()),
                          *hex);
                EXPECT_EQ(client::decode_cooperative_user_data(bytes_of_hex(*hex)).value(),
                          members[i].generation);
            }
        }
    }
}

}  // namespace
}  // namespace barnabas::testing

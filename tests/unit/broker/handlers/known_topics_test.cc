#include "broker/handlers/known_topics.h"

#include "wire/messages/offset_commit.h"
#include "wire/messages/offset_delete.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace barnabas::broker {
namespace {

using wire::OffsetCommitRequest;
using wire::OffsetCommitResponse;

Uuid id(std::uint8_t last) {
    Uuid uuid;
    uuid.bytes[15] = last;
    return uuid;
}

/// "a" with partitions 0 and 1, and "b" with 0.
ClusterImage image_of_two() {
    ClusterImage image;
    const std::pair<std::string, std::size_t> topics[] = {{"a", 2}, {"b", 1}};
    for (const auto& [name, partitions] : topics) {
        auto topic = std::make_shared<TopicImage>();
        topic->name = name;
        topic->id = id(name == "a" ? 1 : 2);
        topic->partitions.resize(partitions);
        image.put_topic(std::move(topic));
    }
    return image;
}

struct Named {
    std::string name;
    Uuid id;
    std::vector<std::int32_t> partitions;
};

OffsetCommitRequest commit_of(const std::vector<Named>& topics) {
    OffsetCommitRequest request;
    for (const auto& named : topics) {
        auto& topic = request.topics.emplace_back();
        topic.name = named.name;
        topic.topic_id = named.id;
        for (const auto partition : named.partitions) {
            topic.partitions.emplace_back().partition_index = partition;
        }
    }
    return request;
}

/// "a[0 1=3]": partitions, and their errors where they have any.
template <class Message>
std::string text_of(const Message& message) {
    std::string text;
    for (const auto& topic : message.topics) {
        text += topic.name.empty() ? "?" : topic.name;
        if constexpr (requires { topic.topic_id; }) {
            text += topic.topic_id.is_zero() ? "" : std::to_string(int{topic.topic_id.bytes[15]});
        }
        text += "[";
        for (const auto& partition : topic.partitions) {
            text += std::to_string(partition.partition_index);
            if constexpr (requires { partition.error_code; }) {
                text += partition.error_code != 0 ? "=" + std::to_string(partition.error_code) : "";
            }
            text += " ";
        }
        text += "]";
    }
    return text;
}

TEST(KnownTopics, WhatIsNotThereIsRefusedAndTheRestIsNamed) {
    struct Row {
        std::vector<Named> asked;
        bool by_id;
        std::string stays;
        std::string refused;
    };
    const Row rows[] = {
        {{{"a", {}, {0, 1}}}, false, "a1[0 1 ]", ""},
        {{{"a", {}, {0, 2, -1}}, {"b", {}, {0}}}, false, "a1[0 ]b2[0 ]", "a1[2=3 -1=3 ]"},
        {{{"c", {}, {0, 1}}}, false, "", "c[0=3 1=3 ]"},
        {{{"", {}, {0}}}, false, "", "?[0=3 ]"},
        {{{"b", {}, {7}}, {"a", {}, {1}}}, false, "a1[1 ]", "b2[7=3 ]"},
        {{{"a", {}, {}}}, false, "", ""},
        {{{"", id(1), {0}}, {"", id(2), {1}}}, true, "a1[0 ]", "b2[1=3 ]"},
        {{{"", id(9), {0, 1}}}, true, "", "?9[0=100 1=100 ]"},
        {{{"", {}, {0}}}, true, "", "?[0=100 ]"},
    };
    const auto image = image_of_two();
    for (const auto& row : rows) {
        auto request = commit_of(row.asked);
        const auto refused = refuse_unknown<OffsetCommitResponse>(image, request, row.by_id);
        EXPECT_EQ(text_of(request), row.stays);
        EXPECT_EQ(text_of(refused), row.refused);
    }
}

TEST(KnownTopics, WhatWasRefusedStandsBesideTheReply) {
    const auto image = image_of_two();
    auto request = commit_of({{"c", {}, {0}}, {"a", {}, {0, 5}}, {"b", {}, {0}}});
    auto refused = refuse_unknown<OffsetCommitResponse>(image, request, false);
    OffsetCommitResponse reply;
    for (const auto& topic : request.topics) {
        auto& answer = add_topic(reply, topic);
        for (const auto& partition : topic.partitions) {
            answer.partitions.emplace_back().partition_index = partition.partition_index;
        }
    }
    add_refused(reply, std::move(refused), false);
    EXPECT_EQ(text_of(reply), "a1[0 5=3 ]b2[0 ]c[0=3 ]");
}

TEST(KnownTopics, OffsetDeleteHasNamesOnly) {
    const auto image = image_of_two();
    wire::OffsetDeleteRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = "a";
    topic.partitions = {{0}, {2}};
    const auto refused = refuse_unknown<wire::OffsetDeleteResponse>(image, request, false);
    EXPECT_EQ(text_of(request), "a[0 ]");
    EXPECT_EQ(text_of(refused), "a[2=3 ]");
}

}  // namespace
}  // namespace barnabas::broker

#include "coordinator/share/records.h"
#include "share_world.h"

#include <gmock/gmock.h>

namespace barnabas::coordinator {
namespace {

using namespace testing;
using ::testing::HasSubstr;

std::string to_hex(ByteView bytes) {
    std::string text;
    for (const std::byte byte : bytes) {
        text += fmt::format("{:02x}", std::to_integer<int>(byte));
    }
    return text;
}

class ShareAdministrationTest : public ::testing::Test {
protected:
    ShareAdministrationTest() {
        world.share.times.assignment_interval = 0ms;
        world.topics.put("a", 2);  // has id 1
        world.topics.put("b", 1);  // has id 2
    }
    void come() {
        world.share_beat(share_join("m", {"a", "b"}));
        world.share_beat(share_beat_of("m", 2));
    }
    void go() { world.share_beat(share_beat_of("m", -1)); }
    [[nodiscard]] std::string partitions() const {
        return ShareWorld::partitions_text(world.share_group()->partitions());
    }
    wire::AlterShareGroupOffsetsResponse alter(const std::string& topic, std::int32_t partition,
                                               std::int64_t offset,
                                               const std::string& group = "g") {
        wire::AlterShareGroupOffsetsRequest request;
        request.group_id = group;
        auto& wanted = request.topics.emplace_back();
        wanted.topic_name = topic;
        auto& one = wanted.partitions.emplace_back();
        one.partition_index = partition;
        one.start_offset = offset;
        auto alteration = world.groups->alter_share_offsets(request, world.now);
        if (alteration.initialize) {
            world.answer(*alteration.initialize);
        }
        return std::move(alteration.reply);
    }
    ShareGroups::OffsetsRemoval forget(const std::string& topic, const std::string& group = "g") {
        wire::DeleteShareGroupOffsetsRequest request;
        request.group_id = group;
        request.topics.emplace_back().topic_name = topic;
        return world.groups->remove_share_offsets(request, world.now);
    }
    void forgotten(const ShareGroups::OffsetsRemoval& removal) {
        std::set<Uuid> topics;
        for (const auto& [id, name] : removal.topics) {
            topics.insert(id);
        }
        world.remove_states(*removal.remove);
        EXPECT_TRUE(world.groups->share_offsets_removed("g", topics, world.now));
    }

    ShareWorld world;
};

TEST_F(ShareAdministrationTest, OffsetsAreAlteredWhileNobodyReads) {
    come();
    EXPECT_EQ(alter("a", 0, 7).error_code, std::to_underlying(ErrorCode::non_empty_group));
    go();
    const auto reply = alter("a", 0, 7);
    EXPECT_EQ(reply.error_code, 0);
    EXPECT_EQ(reply.responses.at(0).partitions.at(0).error_code, 0);
    EXPECT_EQ(reply.responses.at(0).topic_id, uuid(1));
    EXPECT_EQ((world.states[{uuid(1), 0}]), 7);
    EXPECT_EQ((world.states[{uuid(1), 1}]), -1) << "the others stay as they are";
    EXPECT_EQ(partitions(), "initializing initialized a:0,1 b:0 deleting");
}

TEST_F(ShareAdministrationTest, AlteringMakesAGroup) {
    EXPECT_EQ(alter("a", 1, 3, "new").error_code, 0);
    EXPECT_EQ(world.state(), "new:Share:Empty:0");
    EXPECT_EQ(ShareWorld::partitions_text(world.share_group("new")->partitions()),
              "initializing initialized a:1 deleting");
    world.restart(true);
    EXPECT_EQ(world.state(), "new:Share:Empty:0");
}

TEST_F(ShareAdministrationTest, WhatCannotBeAlteredIsSaid) {
    struct Row {
        const char* what;
        const char* topic;
        std::int32_t partition;
        std::int64_t offset;
        ErrorCode want;
        const char* sentence;
    };
    const Row rows[] = {
        {"no topic", "z", 0, 0, ErrorCode::unknown_topic_or_partition, "there is no topic z"},
        {"no partition", "a", 2, 0, ErrorCode::unknown_topic_or_partition, "has 2 partitions"},
        {"below 0", "a", -1, 0, ErrorCode::unknown_topic_or_partition, "has 2 partitions"},
        {"no offset", "a", 0, -2, ErrorCode::invalid_request, "start offset -2"},
    };
    for (const Row& row : rows) {
        const auto reply = alter(row.topic, row.partition, row.offset);
        EXPECT_EQ(reply.error_code, 0) << row.what;
        const auto& partition = reply.responses.at(0).partitions.at(0);
        EXPECT_EQ(partition.error_code, std::to_underlying(row.want)) << row.what;
        EXPECT_THAT(partition.error_message.value_or(""), HasSubstr(row.sentence)) << row.what;
    }
    EXPECT_EQ(world.share_group(), nullptr) << "nothing was done";
    EXPECT_EQ(alter("a", 0, 0, "").error_code, std::to_underlying(ErrorCode::invalid_group_id));
    world.come("classic");
    EXPECT_EQ(alter("a", 0, 0, "classic").error_code,
              std::to_underlying(ErrorCode::group_id_not_found));
}

TEST_F(ShareAdministrationTest, TopicsAreForgotten) {
    EXPECT_EQ(forget("a").reply.error_code, std::to_underlying(ErrorCode::group_id_not_found));
    come();
    EXPECT_EQ(forget("a").reply.error_code, std::to_underlying(ErrorCode::non_empty_group));
    go();
    const auto removal = forget("a");
    EXPECT_EQ(partitions(), "initializing initialized b:0 deleting a");
    ASSERT_TRUE(removal.remove);
    EXPECT_TRUE(removal.reply.responses.empty());
    forgotten(removal);
    EXPECT_EQ(partitions(), "initializing initialized b:0 deleting");
    EXPECT_EQ(world.states.size(), 1U);
    const auto again = forget("a");
    EXPECT_FALSE(again.remove);
    EXPECT_EQ(again.reply.responses.at(0).error_code,
              std::to_underlying(ErrorCode::unknown_topic_or_partition));
    EXPECT_EQ(forget("z").reply.responses.at(0).error_code,
              std::to_underlying(ErrorCode::unknown_topic_or_partition));
    come();
    EXPECT_EQ(partitions(), "initializing initialized a:0,1 b:0 deleting") << "it begins anew";
}

// The share coordinators did not answer: the request may come again, and whoever joins before that
// has the topic back.
TEST_F(ShareAdministrationTest, AnInterruptedRemovalCanBeRepeated) {
    come();
    go();
    EXPECT_TRUE(forget("a").remove);
    const auto again = forget("a");
    ASSERT_TRUE(again.remove);
    EXPECT_EQ(again.remove->topics.at(0).partitions.size(), 2U);
    come();
    EXPECT_EQ(partitions(), "initializing initialized a:0,1 b:0 deleting");
}

// Found by the model (seed 1205): what a removal has left of the topic's other partitions.
TEST_F(ShareAdministrationTest, AlteringForgetsNothingOfAnInterruptedRemoval) {
    come();
    go();
    EXPECT_TRUE(forget("a").remove);
    EXPECT_EQ(alter("a", 1, 5).error_code, 0);
    EXPECT_EQ(partitions(), "initializing a:0 initialized a:1 b:0 deleting");
    world.remove_states(**world.groups->begin_removal("g", world.now));
    EXPECT_TRUE(world.states.empty());
}

TEST_F(ShareAdministrationTest, AGroupGoesWithItsState) {
    come();
    EXPECT_EQ(world.groups->begin_removal("g", world.now).error().code, ErrorCode::non_empty_group);
    go();
    const auto begun = world.groups->begin_removal("g", world.now);
    ASSERT_TRUE(begun && *begun);
    EXPECT_EQ(partitions(), "initializing initialized deleting a b");
    world.remove_states(**begun);
    EXPECT_TRUE(world.states.empty());
    EXPECT_TRUE(world.groups->remove("g", world.now, world.told));
    EXPECT_EQ(world.state(), "");
    EXPECT_EQ(world.groups->next_due(), never);
    for (const bool compacted : {false, true}) {
        world.restart(compacted);
        EXPECT_EQ(world.state(), "") << compacted;
    }
    EXPECT_FALSE(*world.groups->begin_removal("none", world.now)) << "remove() refuses that";
}

TEST_F(ShareAdministrationTest, AnEmptyGroupDoesNotExpire) {
    come();
    go();
    const auto next = world.groups->expire("", world.now, world.told);
    EXPECT_TRUE(next && !*next);
    EXPECT_EQ(world.state(), "g:Share:Empty:0") << "as in Kafka";
}

TEST_F(ShareAdministrationTest, RecordsAreKafkas) {
    ShareMember member;
    member.id = "member-cdb5e115";
    member.rack_id = "eu-west-1b";
    member.client_id = "console-producer";
    member.client_host = "10.0.0.7";
    member.topics = {"a", "t781", "__consumer_offsets"};
    SharePartitions known;
    known.initialized[uuid(1)] = {.name = "a", .partitions = {0, 1}};
    known.deleting[uuid(2)] = "b";
    ShareMember current;
    current.id = "m";
    current.epoch = 2;
    current.previous_epoch = 1;
    current.assigned = {{uuid(1), {0, 1}}};
    const std::string id1 = "00000000000000000000000000000001";
    const std::string id2 = "00000000000000000000000000000002";
    struct Row {
        const char* what;
        Record record;
        std::string key;
        std::string value;
    };
    // Those with names such as "billing" are Kafka's own vectors (coordinator-records).
    const Row rows[] = {
        {"member", share_subscription_record("billing", member),
         "000a000762696c6c696e67000f6d656d6265722d6364623565313135",
         "00000b65752d776573742d316211636f6e736f6c652d70726f64756365720931302e302e302e3704026105743"
         "7"
         "3831135f5f636f6e73756d65725f6f66667365747300"},
        {"group", share_epoch_record("billing", 1234, 408), "000b000762696c6c696e67",
         "0000000004d2000000000000019800"},
        {"target's epoch", share_target_epoch_record("g3", -1, Timestamp{1701649517543}),
         "000c00026733", "0000ffffffff0100080000018c32370be7"},
        {"target", share_target_record("", "member-9776ee92", {{uuid(1), {0, 1}}}),
         "000d0000000f6d656d6265722d3937373665653932", "000002" + id1 + "0300000000000000010000"},
        {"current", share_current_record("g", current), "000e00016700016d",
         "0000000000020000000100"
         "02" +
             id1 + "0300000000000000010000"},
        {"partitions", share_partitions_record("audit-group", known),
         "000f000b61756469742d67726f7570",
         "00000102" + id1 +
             "026103000000000000000100"
             "02" +
             id2 + "02620000"},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(to_hex(row.record.key.view()), row.key) << row.what;
        ASSERT_TRUE(row.record.value) << row.what;
        EXPECT_EQ(to_hex(row.record.value->view()), row.value) << row.what;
    }
}

}  // namespace
}  // namespace barnabas::coordinator

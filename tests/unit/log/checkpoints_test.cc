// The small files: checkpoints, leader epochs, names, identities.
#include "log/checkpoint_text.h"
#include "log/directory_identity.h"
#include "log/file_names.h"
#include "log/leader_epochs.h"

#include <gtest/gtest.h>

namespace barnabas::log {
namespace {

TEST(CheckpointText, IsReadAsItIsWritten) {
    const OffsetCheckpoint offsets{{{"a", PartitionId{0}}, Offset{5}},
                                   {{"b.c", PartitionId{12}}, Offset{1LL << 40}}};
    const auto text = offset_checkpoint_text(offsets);
    EXPECT_EQ(text, "0\n2\na 0 5\nb.c 12 1099511627776\n");
    EXPECT_EQ(parse_offset_checkpoint(text), offsets);
    EXPECT_EQ(parse_offset_checkpoint(""), OffsetCheckpoint{});
}

TEST(CheckpointText, RefusesWhatIsNone) {
    for (const auto* text :
         {"1\n0\n", "0\n", "0\n2\na 0 5\n", "0\n0\na 0 5\n", "0\n1\na 0\n", "0\n1\na x 5\n",
          "0\n1\na 0 5x\n", "0\n1\na -1 5\n", "0\n1\na 4294967296 5\n", "0\n-1\n", "0\n1\na 0 -1\n",
          "0\n1\na 0 9223372036854775807\n"}) {
        EXPECT_FALSE(parse_offset_checkpoint(text)) << text;
    }
}

TEST(FileNames, AreKafkas) {
    EXPECT_EQ(file_name(Offset{42}, log_suffix), "00000000000000000042.log");
    EXPECT_EQ(offset_of_file("00000000000000000042.log", log_suffix), Offset{42});
    for (const auto* name :
         {"42.index", "x.log", ".log", "-1.log", "1e3.log", "99999999999999999999.log"}) {
        EXPECT_EQ(offset_of_file(name, log_suffix), std::nullopt) << name;
    }
    EXPECT_EQ(partition_of_folder("a-b-3"), (TopicPartition{"a-b", PartitionId{3}}));
    for (const auto* name : {"a", "a-", "-3", "a-x", "a-3.0123-delete", "a-3.0123-future",
                             "a-3.0123-stray", "a-99999999999"}) {
        EXPECT_EQ(partition_of_folder(name), std::nullopt) << name;
    }
    EXPECT_EQ(partition_of_stray("a.b-3.0123-stray"), (TopicPartition{"a.b", PartitionId{3}}));
    for (const auto* name : {"a-3", "a-3-stray", "a-3.0123-future", "-stray", "a.0123-stray"}) {
        EXPECT_EQ(partition_of_stray(name), std::nullopt) << name;
    }
}

TEST(DirectoryIdentity, IsReadInBothVersions) {
    const auto zookeeper = parse_identity("#\n#Sun Nov\nbroker.id=1\nversion=0\ncluster.id=abc\n");
    ASSERT_TRUE(zookeeper) << zookeeper.error().message;
    EXPECT_EQ(zookeeper->node, BrokerId{1});
    EXPECT_EQ(zookeeper->cluster_id, "abc");
    const auto id = *Uuid::parse("SjHq8KCtuIbURZ3bOVLFKA");
    EXPECT_EQ(parse_identity(identity_text(BrokerId{3}, "abc", id)),
              (DirectoryIdentity{BrokerId{3}, "abc", id}));
}

struct Epoch {
    int epoch;
    int start;
};
LeaderEpochs epochs_of(std::initializer_list<Epoch> entries) {
    LeaderEpochs epochs;
    for (const auto& [epoch, start] : entries) {
        epochs.assign(LeaderEpoch{epoch}, Offset{start});
    }
    return epochs;
}

TEST(LeaderEpochs, DropWhatContradictsANewOne) {
    const struct {
        Epoch added;
        bool changes;
        const char* text;
    } rows[] = {
        {{2, 20}, true, "0\n3\n0 0\n1 10\n2 20\n"},
        {{1, 15}, false, "0\n2\n0 0\n1 10\n"},   // known
        {{1, 5}, true, "0\n2\n0 0\n1 5\n"},      // known, but begins earlier
        {{2, 10}, true, "0\n2\n0 0\n2 10\n"},    // epoch 1 wrote nothing
        {{3, 0}, true, "0\n1\n3 0\n"},           // nobody wrote anything before
        {{0, 12}, true, "0\n1\n0 12\n"},         // an older leader again
        {{-1, 12}, false, "0\n2\n0 0\n1 10\n"},  // no epoch
    };
    for (const auto& row : rows) {
        auto epochs = epochs_of({{0, 0}, {1, 10}});
        EXPECT_EQ(epochs.assign(LeaderEpoch{row.added.epoch}, Offset{row.added.start}),
                  row.changes);
        EXPECT_EQ(epochs.to_text(), row.text);
        EXPECT_EQ(LeaderEpochs::parse(row.text)->to_text(), row.text);
    }
}

// What a crash brings back of the file may be older than the records are.
TEST(LeaderEpochs, BelieveBatchesMoreThanTheFile) {
    const struct {
        int epoch;
        std::int64_t first;
        std::int64_t last;
        const char* text;
    } rows[] = {
        {0, 5, 9, "0\n4\n0 8\n1 10\n2 20\n4 30\n"},    // the log begins within it
        {1, 10, 15, "0\n4\n0 8\n1 10\n2 20\n4 30\n"},  // as known
        {2, 25, 29, "0\n4\n0 8\n1 10\n2 20\n4 30\n"},
        {4, 40, 49, "0\n4\n0 8\n1 10\n2 20\n4 30\n"},  // between, compaction left nothing
        {0, 5, 7, "0\n4\n0 8\n1 10\n2 20\n4 30\n"},    // before the log's start
        {-1, 15, 16, "0\n4\n0 8\n1 10\n2 20\n4 30\n"},
        {5, 40, 49, "0\n5\n0 8\n1 10\n2 20\n4 30\n5 40\n"},
        {5, 15, 19, "0\n3\n0 8\n1 10\n5 15\n"},
        {4, 20, 24, "0\n3\n0 8\n1 10\n4 20\n"},  // epoch 2 was lost, 4 began earlier
        {4, 25, 34, "0\n4\n0 8\n1 10\n2 20\n4 25\n"},
        {3, 20, 24, "0\n3\n0 8\n1 10\n3 20\n"},
        {1, 20, 24, "0\n2\n0 8\n1 10\n"},  // it still wrote there
        {1, 30, 34, "0\n2\n0 8\n1 30\n"},  // nobody else can have been before it
    };
    for (const auto& row : rows) {
        const auto before = epochs_of({{0, 8}, {1, 10}, {2, 20}, {4, 30}});
        auto epochs = before;
        const bool changed =
            epochs.learn(LeaderEpoch{row.epoch}, Offset{row.first}, Offset{row.last});
        EXPECT_EQ(epochs.to_text(), row.text) << row.epoch << " at " << row.first;
        EXPECT_EQ(changed, epochs.entries() != before.entries());
    }
    LeaderEpochs none;
    EXPECT_TRUE(none.learn(LeaderEpoch{3}, Offset{7}, Offset{9}));
    EXPECT_EQ(none.to_text(), "0\n1\n3 7\n");
}

TEST(LeaderEpochs, AnswerWhereAnEpochEnds) {
    const auto epochs = epochs_of({{2, 10}, {5, 20}, {6, 30}});
    const struct {
        int asked;
        EpochEnd want;
    } rows[] = {
        {-1, {no_epoch, no_offset}},
        {1, {LeaderEpoch{1}, Offset{10}}},  // older than all that is left
        {2, {LeaderEpoch{2}, Offset{20}}},
        {3, {LeaderEpoch{2}, Offset{20}}},  // wrote nothing
        {5, {LeaderEpoch{5}, Offset{30}}},
        {6, {LeaderEpoch{6}, Offset{42}}},  // still writing
        {7, {no_epoch, no_offset}},         // not known here
    };
    for (const auto& row : rows) {
        EXPECT_EQ(epochs.end_of(LeaderEpoch{row.asked}, Offset{42}), row.want) << row.asked;
    }
    EXPECT_EQ(LeaderEpochs().end_of(LeaderEpoch{0}, Offset{42}), EpochEnd{});
    EXPECT_EQ(epochs.of(Offset{9}), no_epoch);
    EXPECT_EQ(epochs.of(Offset{29}), LeaderEpoch{5});
    EXPECT_EQ(epochs.of(Offset{99}), LeaderEpoch{6});
}

TEST(LeaderEpochs, TellHowMuchTwoLogsHaveInCommon) {
    const struct {
        const char* what;
        std::initializer_list<Epoch> mine;
        int end;
        std::initializer_list<Epoch> theirs;
        int their_end;
        int want;
    } rows[] = {
        {"the same", {{2, 0}, {5, 20}}, 42, {{2, 0}, {5, 20}}, 42, 42},
        {"they went on", {{2, 0}}, 10, {{2, 0}, {5, 20}}, 42, 10},
        {"I did", {{2, 0}, {5, 20}}, 42, {{2, 0}}, 10, 10},
        {"they lost the end, and led on",
         {{2, 0}, {5, 20}},
         42,
         {{2, 0}, {5, 20}, {6, 30}},
         50,
         30},
        {"by more than I have", {{2, 0}}, 42, {{2, 0}, {3, 30}, {4, 31}}, 99, 30},
        {"they lost a whole epoch", {{2, 0}, {5, 20}}, 42, {{2, 0}, {6, 15}}, 50, 15},
        {"that began earlier than what came instead",
         {{2, 0}, {5, 20}},
         42,
         {{2, 0}, {6, 30}},
         50,
         20},
        {"two epochs", {{2, 0}, {4, 10}, {5, 20}}, 42, {{2, 0}, {6, 30}}, 50, 10},
        {"and one that I never had", {{2, 0}, {5, 20}}, 42, {{2, 0}, {3, 8}, {6, 30}}, 50, 8},
        {"an epoch without a record is none", {{2, 0}, {5, 42}}, 42, {{2, 0}, {6, 42}}, 50, 42},
        {"compaction took where it begins", {{2, 0}, {5, 25}}, 42, {{2, 0}, {5, 20}}, 42, 42},
        {"nothing", {{2, 0}}, 42, {{5, 0}}, 42, 0},
        {"their log begins later", {{2, 0}, {5, 20}}, 42, {{5, 30}, {6, 40}}, 50, 40},
        {"behind all that I have of it", {{2, 0}}, 25, {{5, 30}}, 42, 25},
        {"they know of no epoch", {{2, 0}, {5, 20}}, 42, {}, 30, 30},
        {"nor I", {}, 42, {{2, 0}}, 30, 30},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(epochs_of(row.mine).common_end(Offset{row.end}, epochs_of(row.theirs),
                                                 Offset{row.their_end}),
                  Offset{row.want})
            << row.what;
    }
}

TEST(LeaderEpochs, FollowTheLogsStartAndEnd) {
    const struct {
        int start;
        const char* text;
    } starts[] = {{0, "0\n3\n0 0\n1 10\n2 20\n"},
                  {5, "0\n3\n0 5\n1 10\n2 20\n"},
                  {10, "0\n2\n1 10\n2 20\n"},
                  {15, "0\n2\n1 15\n2 20\n"},
                  {99, "0\n1\n2 99\n"}};
    for (const auto& row : starts) {
        auto epochs = epochs_of({{0, 0}, {1, 10}, {2, 20}});
        EXPECT_EQ(epochs.start_at(Offset{row.start}), row.start > 0);
        EXPECT_EQ(epochs.to_text(), row.text);
    }
    auto epochs = epochs_of({{0, 0}, {1, 10}, {2, 20}});
    EXPECT_FALSE(epochs.truncate_to(Offset{21}));
    EXPECT_TRUE(epochs.truncate_to(Offset{20}));
    EXPECT_EQ(epochs.latest(), LeaderEpoch{1});
    EXPECT_TRUE(epochs.truncate_to(Offset{0}));
    EXPECT_EQ(epochs.latest(), no_epoch);
}

TEST(LeaderEpochs, RefuseAFileThatIsNone) {
    for (const auto* text : {"0\n1\n0\n", "0\n1\n0 0 0\n", "0\n1\n-2 0\n", "0\n1\n0 -1\n",
                             "0\n1\n99999999999 0\n", "7\n0\n", "0\n1\n0 3"}) {
        EXPECT_FALSE(LeaderEpochs::parse(text)) << text;
    }
    EXPECT_TRUE(LeaderEpochs::parse("")) << "Kafka writes empty ones";
}

// A power failure tears what is not synced: the broker did not start, for "version: " was taken for
// one that it does not know.
TEST(PartitionMetadata, TornIsNotNewer) {
    const auto whole = partition_metadata_text(*Uuid::parse("aJRHiaPnQjK_RVsqayEU9Q"));
    ASSERT_TRUE(parse_partition_metadata(whole).value_or(std::nullopt));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto torn = parse_partition_metadata(whole.substr(0, size));
        ASSERT_TRUE(torn) << size << ": " << torn.error().message;
        EXPECT_FALSE(*torn) << size;
        EXPECT_TRUE(parse_partition_metadata(whole.substr(0, size) + std::string(100, '\0')));
    }
    EXPECT_FALSE(parse_partition_metadata("version: 1\ntopic_id: x"));
}

}  // namespace
}  // namespace barnabas::log

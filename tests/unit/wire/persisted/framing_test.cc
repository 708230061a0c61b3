#include "wire/persisted/framing.h"

#include "wire/persisted/offset_records.h"
#include "wire/persisted/registry.h"
#include "wire/persisted/topic_records.h"

#include <gtest/gtest.h>

#include <vector>

namespace barnabas::wire {
namespace {

TEST(MetadataRecord, IsReadBackThroughItsFrame) {
    TopicRecord topic;
    topic.topic_name = "orders";
    topic.topic_id.bytes.fill(7);
    const auto bytes = encode_metadata_record(topic, 0);
    const auto stored = read_metadata_frame(bytes.view());
    ASSERT_TRUE(stored) << stored.error().message;
    EXPECT_EQ(stored->id, TopicRecord::record_id);
    EXPECT_EQ(find_record(RecordFamily::metadata, stored->id)->name, "TOPIC_RECORD");
    const auto read = decode_stored<TopicRecord>(*stored);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->topic_name, "orders");
    EXPECT_EQ(read->topic_id, topic.topic_id);
}

TEST(MetadataRecord, IsRefusedWhereItsFrameIsWrong) {
    const std::vector<std::vector<std::byte>> wrong = {
        {},
        {std::byte{1}},
        {std::byte{1}, std::byte{2}},
        {std::byte{2}, std::byte{2}, std::byte{0}},                                    // the frame
        {std::byte{1}, std::byte{0x80}, std::byte{0x80}, std::byte{2}, std::byte{0}},  // id 32768
    };
    for (const auto& bytes : wrong) {
        const auto stored = read_metadata_frame(bytes);
        ASSERT_FALSE(stored) << bytes.size();
        EXPECT_EQ(stored.error().code, ErrorCode::corrupt_message);
    }
}

TEST(MetadataRecord, IsRefusedInAVersionThatItDoesNotHave) {
    const auto read = decode_stored<TopicRecord>({.id = TopicRecord::record_id, .version = 9});
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::corrupt_message);
    EXPECT_EQ(read.error().message, "TopicRecord has versions 0 to 0, not 9");
}

TEST(CoordinatorRecord, HasItsIdBeforeTheKeyAndItsVersionBeforeTheValue) {
    OffsetCommitKey key;
    key.group = "g";
    key.topic = "t";
    key.partition = 3;
    const auto key_bytes = encode_coordinator_key(key);
    EXPECT_EQ(as_text(key_bytes.view()),
              std::string_view("\0\1\0\1g\0\1t\0\0\0\3", key_bytes.size()));
    const auto stored_key = read_coordinator_key(key_bytes.view());
    ASSERT_TRUE(stored_key);
    EXPECT_EQ(decode_stored<OffsetCommitKey>(*stored_key)->partition, 3);

    OffsetCommitValue value;
    value.offset = 42;
    const auto value_bytes = encode_versioned(value, 3);
    const auto stored = read_versioned(value_bytes.view(), stored_key->id);
    ASSERT_TRUE(stored);
    EXPECT_EQ(stored->version, 3);
    EXPECT_EQ(decode_stored<OffsetCommitValue>(*stored)->offset, 42);
    EXPECT_FALSE(read_versioned(value_bytes.view().first(1), 1));
    EXPECT_FALSE(read_coordinator_key({}));
}

TEST(Registry, FindsEveryRecordByItsId) {
    constexpr RecordFamily families[] = {RecordFamily::metadata, RecordFamily::remote_log,
                                         RecordFamily::group, RecordFamily::transaction,
                                         RecordFamily::share};
    for (const auto family : families) {
        EXPECT_FALSE(all_records(family).empty());
        for (const auto& record : all_records(family)) {
            EXPECT_EQ(find_record(family, record.id), &record);
        }
        EXPECT_EQ(find_record(family, -1), nullptr);
        EXPECT_EQ(find_record(family, 1'000), nullptr);
    }
}

}  // namespace
}  // namespace barnabas::wire

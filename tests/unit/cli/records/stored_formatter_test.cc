#include "cli/records/stored_formatter.h"

#include "unit/cli/records/one_record.h"
#include "wire/persisted/coordinator_records.h"
#include "wire/persisted/framing.h"
#include "wire/persisted/offset_records.h"

#include <gtest/gtest.h>

#include <string>

namespace barnabas::cli {
namespace {

using wire::RecordFamily;

std::string text_of(const ByteBuffer& bytes) {
    return std::string(as_text(bytes.view()));
}

RecordParts commit() {
    wire::OffsetCommitKey key;
    key.group = "g";
    key.topic = "t";
    key.partition = 3;
    wire::OffsetCommitValue value;
    value.offset = 7;
    value.metadata = "m";
    value.commit_timestamp = 99;
    return {.key = text_of(wire::encode_coordinator_key(key)),
            .value = text_of(wire::encode_versioned(value, 3))};
}

std::string printed(const StoredFormatter& formatter, const RecordParts& parts) {
    std::string out;
    const auto appended = formatter.append(record_of(parts), out);
    return appended ? out : "error: " + appended.error().message;
}

TEST(StoredFormatter, TellsKeyAndValue) {
    const StoredFormatter offsets(RecordFamily::group, {0, 1});
    auto record = commit();
    EXPECT_EQ(printed(offsets, record),
              R"({"key":{"type":1,"data":{"group":"g","topic":"t","partition":3}},)"
              R"("value":{"version":3,"data":{"offset":7,"leaderEpoch":-1,"metadata":"m",)"
              R"("commitTimestamp":99}}})");
    std::string line;
    EXPECT_TRUE(offsets.append_json(record_of(record), line));
    EXPECT_EQ(line, printed(offsets, record) + "\n");
    record.value.reset();
    EXPECT_EQ(printed(offsets, record),
              R"({"key":{"type":1,"data":{"group":"g","topic":"t","partition":3}},"value":null})");
}

TEST(StoredFormatter, PassesOverWhatIsOfAnotherKind) {
    const StoredFormatter groups(RecordFamily::group, {2});
    EXPECT_EQ(printed(groups, commit()), "");
    auto record = commit();
    record.key = "\x7f\x7f";
    EXPECT_EQ(printed(StoredFormatter(RecordFamily::group, {}), record), "");
    record.key.reset();
    EXPECT_EQ(printed(groups, record), "");
    std::string line;
    EXPECT_TRUE(groups.append_json(record_of(record), line));
    EXPECT_EQ(line, "");
}

TEST(StoredFormatter, TellsAllOfAFamily) {
    wire::TransactionLogKey key;
    key.transactional_id = "pay";
    RecordParts record{.key = text_of(wire::encode_coordinator_key(key)), .value = std::nullopt};
    const StoredFormatter formatter(RecordFamily::transaction, {});
    EXPECT_EQ(printed(formatter, record),
              R"({"key":{"type":0,"data":{"transactionalId":"pay"}},"value":null})");
    wire::TransactionLogValue value;
    value.transaction_status = 2;
    record.value = text_of(wire::encode_versioned(value, 0));
    EXPECT_TRUE(printed(formatter, record).contains("\"transactionStatus\":\"PrepareCommit\","));
    value.transaction_status = 99;
    record.value = text_of(wire::encode_versioned(value, 0));
    EXPECT_TRUE(printed(formatter, record).contains("\"transactionStatus\":\"99\","));
}

TEST(StoredFormatter, SaysWhatCannotBeRead) {
    const StoredFormatter offsets(RecordFamily::group, {0, 1});
    const std::string begins = "error: Could not read record at offset 41 due to: ";
    auto record = commit();
    record.key = "x";
    EXPECT_EQ(printed(offsets, record), begins + "Could not read version from key's buffer.");
    record = commit();
    record.value = "x";
    EXPECT_EQ(printed(offsets, record), begins + "Could not read version from value's buffer.");
    record = commit();
    record.value = record.value->substr(0, 6);
    EXPECT_TRUE(printed(offsets, record)
                    .starts_with(begins + "Could not read record with version 3 from value's "
                                          "buffer due to: "));
    record.value = "\x7f\x7f";
    EXPECT_TRUE(
        printed(offsets, record).ends_with("due to: OffsetCommitValue has versions 0 to 4."));
}

}  // namespace
}  // namespace barnabas::cli

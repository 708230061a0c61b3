// What stands in a dump for each kind of record. tests/interop compares all of them with Kafka's.
#include "wire/persisted/record_text.h"

#include "wire/text_bytes.h"

#include <gtest/gtest.h>

namespace barnabas::wire {
namespace {

struct Row {
    const char* what;
    RecordText (*read)(const RecordView& record);
    std::optional<std::string_view> key;  // hex
    std::optional<std::string_view> value;
    std::optional<StoredText> key_text;
    std::optional<StoredText> value_text;
};

RecordText of(RecordFamily family, const RecordView& record) {
    auto text = coordinator_record_text(family, record);
    EXPECT_TRUE(text) << text.error().message;
    return text.value_or(RecordText());
}
RecordText group(const RecordView& record) {
    return of(RecordFamily::group, record);
}
RecordText transaction(const RecordView& record) {
    return of(RecordFamily::transaction, record);
}

StoredText json(std::string text) {
    return {.text = std::move(text), .is_json = true};
}
StoredText plain(std::string text) {
    return {.text = std::move(text), .is_json = false};
}

TEST(RecordText, SaysWhatARecordStores) {
    const auto committed_key =
        json(R"({"type":"1","data":{"group":"g","topic":"t","partition":3}})");
    const Row rows[] = {
        {"an offset", group, "0001000167000174000000 03",
         "0003 0000000000000005 ffffffff 0000 0000000000000007", committed_key,
         json(R"({"version":"3","data":{"offset":5,"leaderEpoch":-1,"metadata":"",)"
              R"("commitTimestamp":7}})")},
        {"an offset that was deleted", group, "000100016700017400000003", std::nullopt,
         committed_key, plain("<DELETE>")},
        {"a kind that is not known", group, "127b00", "00",
         plain("Unknown record type 4731 at offset 42, skipping."), std::nullopt},
        {"a key that is cut", group, "00", "00",
         plain("Error at offset 42, skipping. Could not read version from key's buffer."),
         std::nullopt},
        {"a value that is cut", group, "000100016700017400000003", "00",
         plain("Error at offset 42, skipping. Could not read version from value's buffer."),
         std::nullopt},
        {"a transaction", transaction, "0000000178",
         "0000 0000000000000009 0001 0000ea60 02 ffffffff 0000000000000007 0000000000000008",
         json(R"({"type":"0","data":{"transactionalId":"x"}})"),
         json(R"({"version":"0","data":{"producerId":9,"producerEpoch":1,)"
              R"("transactionTimeoutMs":60000,"transactionStatus":"PrepareCommit",)"
              R"("transactionPartitions":null,"transactionLastUpdateTimestampMs":7,)"
              R"("transactionStartTimestampMs":8}})")},
        {"a transaction in a state that is not known", transaction, "0000000178",
         "0000 0000000000000009 0001 0000ea60 63 ffffffff 0000000000000007 0000000000000008",
         json(R"({"type":"0","data":{"transactionalId":"x"}})"),
         json(R"({"version":"0","data":{"producerId":9,"producerEpoch":1,)"
              R"("transactionTimeoutMs":60000,"transactionStatus":"99",)"
              R"("transactionPartitions":null,"transactionLastUpdateTimestampMs":7,)"
              R"("transactionStartTimestampMs":8}})")},
        {"a feature", metadata_record_text, std::nullopt, "010c00 0a 67726f75702e766572 0001 00",
         std::nullopt,
         json(R"({"type":"FEATURE_LEVEL_RECORD","version":0,"data":{"name":"group.ver",)"
              R"("featureLevel":1}})")},
        {"metadata of a kind that is not known", metadata_record_text, std::nullopt, "017f00",
         std::nullopt, plain("Error at 42, skipping. Unknown metadata id 127")},
        {"metadata without a value", metadata_record_text, std::nullopt, std::nullopt, std::nullopt,
         plain("Error at 42, skipping. It has no value.")},
        {"remote metadata of a kind that is not known", remote_log_record_text, std::nullopt,
         "017f00", std::nullopt, plain("Error at offset 42, skipping. Unknown metadata id 127")},
    };
    for (const auto& row : rows) {
        const auto bytes = [](std::optional<std::string_view> hex) {
            std::string digits(hex.value_or(""));
            std::erase(digits, ' ');
            return *from_hex(digits);
        };
        const auto key = bytes(row.key);
        const auto value = bytes(row.value);
        RecordView record;
        record.offset = Offset{42};
        record.key = row.key ? NullableBytes(key) : std::nullopt;
        record.value = row.value ? NullableBytes(value) : std::nullopt;
        const auto text = row.read(record);
        const auto shown = [](const std::optional<StoredText>& part) {
            return part ? part->text : "(none)";
        };
        EXPECT_EQ(shown(text.key), shown(row.key_text)) << row.what;
        EXPECT_EQ(shown(text.payload), shown(row.value_text)) << row.what;
        EXPECT_TRUE(text.key == row.key_text && text.payload == row.value_text) << row.what;
    }
}

TEST(RecordText, OfACoordinatorNeedsAKey) {
    RecordView record;
    record.offset = Offset{42};
    const auto text = coordinator_record_text(RecordFamily::share, record);
    ASSERT_FALSE(text);
    EXPECT_NE(text.error().message.find("offset 42"), std::string::npos);
    EXPECT_NE(text.error().message.find("missing key"), std::string::npos);
}

TEST(RecordText, OfAControlRecordThatIsCutIsAnError) {
    for (const auto* hex : {"", "0000", "00000000", "0000000200"}) {
        const auto key = *from_hex(hex);
        RecordView record;
        record.key = key;
        EXPECT_FALSE(control_record_text(record)) << hex;
    }
}

}  // namespace
}  // namespace barnabas::wire

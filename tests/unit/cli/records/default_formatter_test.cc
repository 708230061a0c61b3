#include "cli/records/default_formatter.h"

#include "unit/cli/options_of.h"
#include "unit/cli/records/one_record.h"

#include <gtest/gtest.h>

namespace barnabas::cli {
namespace {

std::string printed(const ClientConfig& properties, const RecordParts& parts = {}) {
    const DefaultFormatter formatter(read_layout(properties).layout, false);
    std::string out;
    const auto appended = formatter.append(record_of(parts), out);
    return appended ? out : "error: " + appended.error().message;
}

std::string json(const ClientConfig& properties, const RecordParts& parts = {}) {
    const DefaultFormatter formatter(read_layout(properties).layout, false);
    std::string out;
    const auto appended = formatter.append_json(record_of(parts), out);
    return appended ? out : "error: " + appended.error().message;
}

constexpr auto* integer = "org.apache.kafka.common.serialization.IntegerDeserializer";

TEST(DefaultFormatter, PrintsTheColumnsThatAreAskedFor) {
    const ClientConfig all{{"print.timestamp", "true"}, {"print.partition", "true"},
                           {"print.offset", "true"},    {"print.delivery", "true"},
                           {"print.epoch", "true"},     {"print.headers", "true"},
                           {"print.key", "true"}};
    const RecordParts with_headers{.headers = {{"h1", "x"}, {"h2", std::nullopt}}};
    struct Row {
        ClientConfig properties;
        RecordParts record;
        std::string want;
    };
    const Row rows[] = {
        {{}, {}, "v1\n"},
        {all,
         {},
         "CreateTime:1790600093698\tPartition:2\tOffset:41\tDelivery:NOT_PRESENT\tEpoch:7\t"
         "NO_HEADERS\tk1\tv1\n"},
        {all,
         {.leader_epoch = -1,
          .timestamp_type = TimestampType::none,
          .headers = with_headers.headers,
          .delivery_count = 3},
         "NO_TIMESTAMP\tPartition:2\tOffset:41\tDelivery:3\tEpoch:NOT_PRESENT\th1:x,h2:null\tk1\t"
         "v1\n"},
        {{{"print.timestamp", "true"}},
         {.timestamp_type = TimestampType::log_append_time},
         "LogAppendTime:1790600093698\tv1\n"},
        {{{"print.key", "true"}}, {}, "k1\tv1\n"},
        {{{"print.key", " TRUE "}, {"key.separator", ":"}, {"line.separator", "|"}}, {}, "k1:v1|"},
        {{{"print.key", "true"}, {"print.value", "false"}}, {}, "k1\n"},
        {{{"print.value", "no"}}, {}, ""},
        {{{"print.offset", "true"}, {"print.value", "false"}}, {}, "Offset:41\n"},
        {{{"print.headers", "true"}, {"headers.separator", ";"}},
         with_headers,
         "h1:x;h2:null\tv1\n"},
        {{{"print.key", "true"}, {"null.literal", "<nil>"}},
         {.key = std::nullopt, .value = std::nullopt},
         "<nil>\t<nil>\n"},
        {{}, {.value = ""}, "\n"},
        {{}, {.value = "\xff\xfe"}, "\xff\xfe\n"},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(printed(row.properties, row.record), row.want);
    }
}

TEST(DefaultFormatter, ReadsFieldsWithDeserializers) {
    const std::string number("\0\0\1\0", 4);
    EXPECT_EQ(printed({{"print.key", "true"}, {"key.deserializer", integer}}, {.key = number}),
              "256\tv1\n");
    EXPECT_EQ(printed({{"print.headers", "true"}, {"headers.deserializer", integer}},
                      {.headers = {{"h", number}}}),
              "h:256\tv1\n");
    // What cannot be read leaves nothing of its line.
    EXPECT_EQ(printed({{"print.key", "true"}, {"value.deserializer", integer}}),
              "error: Size of data received by IntegerDeserializer is not 4");
    // The null literal is read in place of null, as Kafka's class does it.
    EXPECT_EQ(printed({{"value.deserializer", integer}, {"null.literal", "four"}},
                      {.value = std::nullopt}),
              "1718580594\n");
    const ClientConfig latin{{"value.deserializer", "StringDeserializer"},
                             {"value.deserializer.value.deserializer.encoding", "ISO-8859-1"}};
    EXPECT_EQ(printed(latin, {.value = "caf\xe9"}), "caf\xc3\xa9\n");
}

TEST(DefaultFormatter, GoesWithoutDeserializersThatThereAreNot) {
    const auto read = read_layout({{"value.deserializer", "com.example.Avro"},
                                   {"key.deserializer", "StringDeserializer"},
                                   {"key.deserializer.deserializer.encoding", "EBCDIC"}});
    EXPECT_FALSE(read.layout.value_deserializer);
    EXPECT_FALSE(read.layout.key_deserializer);
    ASSERT_EQ(read.complaints.size(), 2U);
    EXPECT_TRUE(read.complaints[0].contains("from StringDeserializer: the encoding EBCDIC"));
    EXPECT_TRUE(read.complaints[1].contains("from com.example.Avro: it is none of"));
}

TEST(DefaultFormatter, TellsAllOfARecordAsJson) {
    EXPECT_EQ(json({}),
              R"({"topic":"orders","partition":2,"offset":41,"leaderEpoch":7,)"
              R"("timestamp":1790600093698,"timestampType":"CreateTime","headers":[],"key":"k1",)"
              "\"value\":\"v1\"}\n");
    EXPECT_EQ(json({}, {.leader_epoch = -1,
                        .timestamp_type = TimestampType::none,
                        .key = std::nullopt,
                        .value = "\xff",
                        .headers = {{"h", "x\n"}, {"n", std::nullopt}},
                        .delivery_count = 2}),
              R"({"topic":"orders","partition":2,"offset":41,"deliveryCount":2,)"
              R"("headers":[{"key":"h","value":"x\n"},{"key":"n","value":null}],"key":null,)"
              "\"valueBase64\":\"/w==\"}\n");
    EXPECT_TRUE(json({{"value.deserializer", integer}}, {.value = std::string("\0\0\0\7", 4)})
                    .contains("\"value\":7}"));
    EXPECT_TRUE(json({{"value.deserializer", integer}}, {.value = std::nullopt})
                    .contains("\"value\":null}"));
}

TEST(DefaultFormatter, LogsALineIfItIsTheLoggingOne) {
    const DefaultFormatter quiet({}, false);
    const DefaultFormatter logging({}, true);
    EXPECT_EQ(quiet.log_line(record_of({})), "");
    EXPECT_EQ(logging.log_line(record_of({})), "INFO CreateTime:1790600093698, key:k1, value:v1");
    EXPECT_EQ(
        logging.log_line(record_of(
            {.timestamp_type = TimestampType::none, .key = std::nullopt, .value = std::nullopt})),
        "INFO key:null value:null");
}

TEST(RecordFormatter, IsFoundByItsClass) {
    for (const auto* name :
         {"org.apache.kafka.tools.consumer.DefaultMessageFormatter", "DefaultMessageFormatter",
          "LoggingMessageFormatter", "NoOpMessageFormatter", "OffsetsMessageFormatter",
          "GroupMetadataMessageFormatter", "TransactionLogMessageFormatter",
          "org.apache.kafka.tools.consumer.group.share.ShareGroupStateMessageFormatter"}) {
        EXPECT_TRUE(make_formatter(name, {})) << name;
    }
    for (const auto* name : {"com.example.Mine", "", "org.apache.kafka.tools.consumer.",
                             "org.apache.kafka.tools.consumer.ShareGroupStateMessageFormatter"}) {
        EXPECT_TRUE(sentence(make_formatter(name, {})).contains("built in are Default")) << name;
    }
    const auto none = make_formatter("NoOpMessageFormatter", {});
    std::string out;
    EXPECT_TRUE(none->formatter->append(record_of({}), out));
    EXPECT_TRUE(none->formatter->append_json(record_of({}), out));
    EXPECT_EQ(out, "");
}

}  // namespace
}  // namespace barnabas::cli

#include "cli/cat/escapes.h"
#include "cli/cat/metadata_text.h"
#include "cli/cat/record_format.h"
#include "cli/cat/record_json.h"
#include "unit/cli/options_of.h"

#include <gtest/gtest.h>

namespace barnabas::cli {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

TEST(Escapes, AreKcats) {
    const std::pair<std::string, std::string> rows[] = {
        {R"(a\tb\nc\r)", "a\tb\nc\r"}, {R"(\x41\x4)", "A\x04"},
        {R"(\xff)", "\xff"},           {R"(\x414)", "A4"},
        {R"(\65\066\0)", "A6\0"s},     {R"(\\\q)", R"(\q)"},
        {R"(end\)", R"(end\)"},        {R"(\999)", "999"},
    };
    for (const auto& [text, want] : rows) {
        EXPECT_EQ(unescaped(text), want) << text;
    }
    EXPECT_EQ(unescaped_delimiter(R"(\x54!\x45\x53T)"), "T!EST");
    EXPECT_EQ(unescaped_delimiter(R"(\t\n\n\q\1)"), "\t\n\n\\q\\1");
}

ShownRecord shown() {
    return {.topic = "orders",
            .partition = 3,
            .offset = 42,
            .timestamp = 1700000000000,
            .key = "k1",
            .value = "v\n1",
            .headers = {{"a", "1"}, {"b", std::nullopt}, {"c", ""}}};
}

std::string formatted(const std::string& format, const ShownRecord& record,
                      const RecordTextOptions& options = {}) {
    const auto tokens = parse_record_format(format);
    std::string text;
    const auto done = tokens ? append_record_text(*tokens, record, options, text)
                             : Result<void>(std::unexpected(tokens.error()));
    return done ? text : done.error().message;
}

TEST(RecordFormat, HasALetterForEachPart) {
    const std::pair<std::string, std::string> rows[] = {
        {"", ""},
        {"%t/%p/%o", "orders/3/42"},
        {"%T %K %S", "1700000000000 2 3"},
        {R"(%k=%s\n)", "k1=v\n1\n"},
        {"%R|", "\0\0\0\x03|"s},
        {"%h", "a=1,b=NULL,c="},
        {"100%%", "100%"},
        {"%", "Empty formatter: a letter must follow the last %; %% is a % itself"},
        {"%d", "Unsupported formatter: %d; what there is: %t %p %o %T %k %K %s %S %R %h %%"},
    };
    for (const auto& [format, want] : rows) {
        EXPECT_EQ(formatted(format, shown()), want) << format;
    }
}

TEST(RecordFormat, NullAndEmptyAreAsInKcat) {
    auto record = shown();
    record.key = std::nullopt;
    record.value = "";
    EXPECT_EQ(formatted("[%k][%s]%K %S", record), "[][]-1 0");
    EXPECT_EQ(formatted("[%k][%s]%K %S", record, {.null_text = "NULL"}), "[NULL][NULL]-1 0");
    record.value = std::nullopt;
    EXPECT_EQ(formatted("%S", record), "-1");
    EXPECT_EQ(formatted("%R", record), "\xff\xff\xff\xff");
}

TEST(RecordFormat, PacksAndKeepsWhatStoodBeforeAnError) {
    auto record = shown();
    record.key = std::string_view("\x00\x00\x00\x05", 4);
    const RecordTextOptions options{.key_pack = *PackFormat::parse("key", "i"),
                                    .value_pack = *PackFormat::parse("value", "q")};
    EXPECT_EQ(formatted("%k", record, options), "5");
    std::string text;
    const auto tokens = parse_record_format("%k:%s:%o");
    EXPECT_FALSE(append_record_text(*tokens, record, options, text));
    EXPECT_EQ(text, "5:");
}

TEST(RecordFormat, WithoutFormatKeysComeWithADelimiter) {
    const auto text = [](const std::optional<std::string>& key_delimiter) {
        std::string out;
        EXPECT_TRUE(
            append_record_text(default_record_format(key_delimiter, "\n"), shown(), {}, out));
        return out;
    };
    EXPECT_EQ(text(std::nullopt), "v\n1\n");
    EXPECT_EQ(text("%:"), "k1%:v\n1\n");
    EXPECT_EQ(text(""), "k1v\n1\n");
}

TEST(RecordJson, IsKcatsEnvelope) {
    EXPECT_EQ(record_json(shown(), 1),
              R"({"topic":"orders","partition":3,"offset":42,"tstype":"create","ts":1700000000000,)"
              R"("broker":1,"headers":["a","1","b",null,"c",""],"key":"k1","payload":"v\n1"})");
    ShownRecord bare{.topic = "t", .timestamp_type = TimestampType::none};
    EXPECT_EQ(record_json(bare, -1),
              R"({"topic":"t","partition":0,"offset":0,"broker":-1,"key":null,"payload":null})");
    bare.timestamp_type = TimestampType::log_append_time;
    bare.value = "\xff\x00"sv;
    bare.headers = {{"h", "\xfe"}, {"n", std::nullopt}};
    EXPECT_EQ(record_json(bare, 2),
              R"({"topic":"t","partition":0,"offset":0,"tstype":"logappend","ts":-1,"broker":2,)"
              R"("headers_base64":["h","/g==","n",null],"key":null,"payload_base64":"/wA="})");
}

TEST(RecordJson, IsReadBack) {
    auto record = shown();
    record.value = "\xff\x00 bytes"sv;
    const auto read = parse_record_json(record_json(record, 1));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->topic, "orders");
    EXPECT_EQ(read->partition, 3);
    EXPECT_EQ(read->timestamp, 1700000000000);
    EXPECT_EQ(read->key, "k1");
    EXPECT_EQ(read->value, "\xff\x00 bytes"s);
    const std::vector<ReadRecord::ReadHeader> headers{{"a", "1"}, {"b", std::nullopt}, {"c", ""}};
    EXPECT_EQ(read->headers, headers);
}

TEST(RecordJson, TakesWhatPeopleWrite) {
    const auto read =
        parse_record_json(R"({"value":{"price":1.5,"all":[1,true,null,"x\"y"],"none":{}},)"
                          R"("key":7,"headers":{"a":1}})");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->value, R"({"price":1.5,"all":[1,true,null,"x\"y"],"none":{}})");
    EXPECT_EQ(read->key, "7");
    EXPECT_EQ(read->headers, (std::vector<ReadRecord::ReadHeader>{{"a", "1"}}));
    EXPECT_EQ(parse_record_json(R"({"key":"k"})")->value, std::nullopt);
    EXPECT_EQ(parse_record_json(R"({"key":null,"payload":""})")->value, "");
}

TEST(RecordJson, ComplainsOfTheRest) {
    const std::pair<std::string, std::string> rows[] = {
        {"[]", "no JSON object"},
        {"{}", "there is neither a key nor a payload"},
        {R"({"paylod":"x"})", "a record has no 'paylod'; the nearest name is 'payload'"},
        {R"({"payload":"x","partition":-1})",
         "'partition' is no whole number from 0 to 2147483647: -1"},
        {R"({"payload":"x","ts":1.5})",
         "'ts' is no whole number from 0 to 9223372036854775807: 1.5E0"},
        {R"({"payload":"x","topic":7})", "'topic' is no text: 7"},
        {R"({"payload_base64":"#"})", "'payload_base64' is no base64: \"#\""},
        {R"({"payload":"x","headers":["a"]})",
         "'headers' is neither an object nor a row of names and values: [\"a\"]"},
        {R"({"payload":"x","headers":[1,"a"]})", "1 is no header's name"},
    };
    for (const auto& [line, want] : rows) {
        EXPECT_EQ(sentence(parse_record_json(line)), want) << line;
    }
    EXPECT_TRUE(sentence(parse_record_json("{\"a\":")).starts_with("no JSON object: "));
}

ClusterListing listing() {
    admin::ClusterDescription::Broker broker;
    broker.id = BrokerId(1);
    broker.host = "localhost";
    broker.port = 9092;
    ClusterListing all{.bootstrap = "localhost:9092"};
    all.cluster = {.cluster_id = "c", .controller = broker, .brokers = {broker}};
    admin::TopicDescription topic{.name = "t"};
    topic.partitions.push_back({.partition = PartitionId(0),
                                .leader = broker,
                                .replicas = {broker, {.id = BrokerId(2)}},
                                .isr = {broker}});
    topic.partitions.push_back({.partition = PartitionId(1), .replicas = {{.id = BrokerId(2)}}});
    all.topics.emplace("t", topic);
    all.topics.emplace("u", fail(ErrorCode::unknown_topic_or_partition, "none"));
    return all;
}

TEST(MetadataText, IsKcats) {
    EXPECT_EQ(listing_text(listing()),
              "Metadata for all topics (from broker 1: localhost:9092/1):\n"
              " 1 brokers:\n"
              "  broker 1 at localhost:9092 (controller)\n"
              " 2 topics:\n"
              "  topic \"t\" with 2 partitions:\n"
              "    partition 0, leader 1, replicas: 1,2, isrs: 1\n"
              "    partition 1, leader -1, replicas: 2, isrs: , Broker: Leader not available\n"
              "  topic \"u\" with 0 partitions: Broker: Unknown topic or partition\n");
    auto elsewhere = listing();
    elsewhere.bootstrap = "there:1";
    elsewhere.topic = "t";
    EXPECT_TRUE(listing_text(elsewhere).starts_with(
        "Metadata for t (from broker -1: there:1/bootstrap):\n"));
}

TEST(MetadataText, JsonIsKcats) {
    EXPECT_EQ(
        listing_json(listing()),
        R"({"originating_broker":{"id":1,"name":"localhost:9092/1"},"query":{"topic":"*"},)"
        R"("controllerid":1,"brokers":[{"id":1,"name":"localhost:9092"}],"topics":[{"topic":"t",)"
        R"("partitions":[{"partition":0,"leader":1,"replicas":[{"id":1},{"id":2}],)"
        R"("isrs":[{"id":1}]},{"partition":1,"error":"Broker: Leader not available","leader":-1,)"
        R"("replicas":[{"id":2}],"isrs":[]}]},{"topic":"u",)"
        R"("error":"Broker: Unknown topic or partition","partitions":[]}]})");
}

}  // namespace
}  // namespace barnabas::cli

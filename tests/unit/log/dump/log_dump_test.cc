// What a dump prints of small files. tests/interop compares every kind with what Kafka's tool
// prints; here is what JSON says, and what happens to bytes that cannot be read.
#include "log/dump/log_dump.h"

#include "log/dump/dump_text.h"
#include "log/file_names.h"
#include "runtime/simulated/seeded_random.h"
#include "runtime/simulated/simulated_clock.h"
#include "runtime/simulated/simulated_disk.h"
#include "unit/log/log_batches.h"

#include <gtest/gtest.h>

namespace barnabas::log {
namespace {

class Lines final : public DumpOutput {
public:
    void line(std::string_view text) override { lines.emplace_back(text); }
    void error_line(std::string_view text) override { errors.emplace_back(text); }

    std::vector<std::string> lines;
    std::vector<std::string> errors;
};

class LogDumpTest : public ::testing::Test {
protected:
    LogDumpTest() : random_(1), disk_(clock_, random_) {}

    void write(const std::string& name, std::string_view bytes) {
        ASSERT_TRUE(disk_.create_directories("/t-0"));
        ASSERT_TRUE(disk_.replace_text("/t-0/" + name, bytes));
    }
    Result<void> dump(const DumpOptions& options, DumpSink& sink, const std::string& name) {
        LogDump dump(disk_, options, sink);
        TRY(dump.file({.name = name, .absolute = "/t-0/" + name}));
        dump.finish();
        return {};
    }
    Result<void> as_text(const std::string& name, const DumpOptions& options = {}) {
        DumpText text(output_, options.record_metadata);
        return dump(options, text, name);
    }
    Result<void> as_json(const std::string& name, const DumpOptions& options = {}) {
        DumpJson json(output_, options.record_metadata);
        return dump(options, json, name);
    }

    runtime::SimulatedClock clock_;
    runtime::SeededRandom random_;
    runtime::SimulatedDisk disk_;
    Lines output_;
};

TEST_F(LogDumpTest, PrintsJsonOfBatchesAndRecords) {
    auto batch = testing::make_batch({.value_size = 3, .timestamp = Timestamp{5}});
    wire::assign_offsets(batch.mutable_view(), Offset{7}, LeaderEpoch{2});
    write("00000000000000000007.log", barnabas::as_text(batch.view()));
    ASSERT_TRUE(as_json("00000000000000000007.log", {.contents = true, .deep = true}));
    const auto crc = std::to_string(wire::BatchView(batch.view()).stored_crc());
    EXPECT_EQ(
        output_.lines,
        (std::vector<std::string>{
            R"({"type":"file","file":"00000000000000000007.log"})",
            R"({"type":"log","startOffset":7})",
            R"({"type":"batch","baseOffset":7,"lastOffset":7,"count":1,"baseSequence":-1,)"
            R"("lastSequence":-1,"producerId":-1,"producerEpoch":-1,"partitionLeaderEpoch":2,)"
            R"("isTransactional":false,"isControl":false,"position":0,)"
            R"("timestampType":"CreateTime","maxTimestamp":5,"size":74,"magic":2,)"
            R"("compresscodec":"none","crc":)" +
                crc + R"(,"isvalid":true})",
            R"({"type":"record","offset":7,"timestampType":"CreateTime","timestamp":5,)"
            R"("keySize":3,"valueSize":3,"sequence":-1,"headerKeys":[],"key":"key",)"
            R"("payload":"xxx"})",
            R"({"type":"offsets not consecutive","file":"/t-0/00000000000000000007.log",)"
            R"("offset":-1,"next":7})"}));
    EXPECT_TRUE(output_.errors.empty());
}

struct Row {
    const char* name;
    std::string_view bytes;
    const char* error;  // a part of the sentence; nullptr: none
    std::vector<std::string> lines;
    DumpOptions options;
};

TEST_F(LogDumpTest, TellsWhatCannotBeRead) {
    using namespace std::string_view_literals;
    const Row rows[] = {
        {"00000000000000000000.log", "", nullptr, {"Log starting offset: 0"}, {}},
        {"00000000000000000000.log",
         "short",
         nullptr,
         {"Log starting offset: 0", "Found 5 invalid bytes at the end of 00000000000000000000.log"},
         {}},
        {"00000000000000000000.log",
         "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"sv,
         "14 is the least",
         {"Log starting offset: 0"},
         {}},
        {"nonsense.log", "", "<offset>.log", {}, {}},
        {"1-2.checkpoint", "", "<20 digits>-<10 digits>", {}, {}},
        {"bootstrap.checkpoint", "", nullptr, {"KRaft bootstrap snapshot"}, {}},
        {"00000000000000000007-0000000003.checkpoint",
         "",
         nullptr,
         {"Snapshot end offset: 7, epoch: 3"},
         {}},
        {"notes.txt", "", nullptr, {}, {}},
        {"00000000000000000000.index", "", nullptr, {"00000000000000000000.index is empty."}, {}},
        {"00000000000000000000.index", "12345678", "no batch", {}, {}},
        {"00000000000000000000.index",
         "\xff\xff\xff\xff\0\0\0\0"sv,
         "less than the segment's",
         {},
         {.sanity_only = true}},
        {"00000000000000000000.index",
         "\0\0\0\1\0\0\0\0\0"sv,
         "no multiple of 8",
         {},
         {.sanity_only = true}},
        {"00000000000000000000.timeindex",
         "\0\0\0\0\0\0\0\7\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0"sv,
         "less than the first",
         {},
         {.sanity_only = true}},
        {"00000000000000000000.txnindex",
         "12345678901234567890123456789012345",
         "version 12594",
         {},
         {}},
    };
    write("00000000000000000000.log", "");
    write("00000000000000000000.index", "");
    for (const auto& row : rows) {
        write(row.name, row.bytes);
        output_ = {};
        const auto dumped = as_text(row.name, row.options);
        ASSERT_EQ(dumped.has_value(), row.error == nullptr)
            << row.name << (dumped ? "" : ": " + dumped.error().message);
        if (!dumped) {
            EXPECT_NE(dumped.error().message.find(row.error), std::string::npos)
                << row.name << ": " << dumped.error().message;
        }
        auto lines = row.lines;
        lines.insert(lines.begin(), fmt::format("Dumping {}", row.name));
        EXPECT_EQ(output_.lines, lines);
        write("00000000000000000000.log", "");
        write("00000000000000000000.index", "");
    }
}

TEST(DumpClass, IsFoundByTheNamesThatKafkaHad) {
    EXPECT_EQ(dump_class("org.apache.kafka.tools.api.StringDecoder").value(), DumpClass::string);
    EXPECT_EQ(dump_class("org.apache.kafka.tools.api.LongDecoder").value(),
              DumpClass::long_integer);
    EXPECT_EQ(dump_class("kafka.serializer.DefaultDecoder").value(), DumpClass::bytes);
    for (const auto* name : {"", "StringDecoder", "kafka.serializer.", "com.example.Mine"}) {
        const auto found = dump_class(name);
        ASSERT_FALSE(found) << name;
        EXPECT_NE(found.error().message.find("StringDecoder"), std::string::npos);
    }
}

}  // namespace
}  // namespace barnabas::log

#include "cli/records/log_dirs_command.h"
#include "cli/records/offsets_file.h"
#include "unit/cli/options_of.h"

#include <gtest/gtest.h>

namespace barnabas::cli {
namespace {

TEST(DeleteRecords, FilesAreKafkas) {
    const auto read = parse_offsets_json(
        R"({"partitions":[{"topic":"t","partition":1,"offset":3}],"version":1})");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, (std::map<TopicPartition, Offset>{
                         {{.topic = "t", .partition = PartitionId(1)}, Offset(3)}}));
    EXPECT_TRUE(parse_offsets_json(R"({"partitions":[]})"));
    const std::pair<std::string, std::string> wrong[] = {
        {"nonsense", "The input string is not a valid JSON"},
        {"[]", "The input string is not a valid JSON"},
        {"{}", "Missing partitions field"},
        {R"({"partitions":[],"version":2})", "Not supported version field value 2"},
        {R"({"partitions":[{"topic":"t","partition":1,"offset":3},)"
         R"({"topic":"t","partition":1,"offset":4}]})",
         "Offset json file contains duplicate topic partitions: t-1"},
        {R"({"partitions":[{"topic":"t","partition":1}]})",
         R"(No number as "offset" in {"topic":"t","partition":1})"},
        {R"({"partitions":[7]})", "7 is no partition with an offset"},
        {R"({"partitions":[{"topic":"t","partition":3000000000,"offset":0}]})",
         "3000000000 is no partition"},
    };
    for (const auto& [text, want] : wrong) {
        EXPECT_EQ(sentence(parse_offsets_json(text)), want) << text;
    }
}

TEST(LogDirs, AreOneLineOfJson) {
    admin::LogDirDescription well{.state = {},
                                  .replicas = {{{.topic = "t", .partition = PartitionId(0)},
                                                {.size_bytes = 9, .offset_lag = 1}},
                                               {{.topic = "u", .partition = PartitionId(0)}, {}}},
                                  .total_bytes = {},
                                  .usable_bytes = {}};
    admin::LogDirDescription broken{.state = fail(ErrorCode::kafka_storage_error, "gone"),
                                    .replicas = {},
                                    .total_bytes = {},
                                    .usable_bytes = {}};
    const std::map<BrokerId, LogDirs> brokers{{BrokerId(1), {{"/a", well}, {"/b", broken}}}};
    EXPECT_EQ(log_dirs_json(brokers, {"t"}),
              R"({"brokers":[{"broker":1,"logDirs":[{"partitions":[{"partition":"t-0","size":9,)"
              R"("offsetLag":1,"isFuture":false}],"error":null,"logDir":"/a"},)"
              R"({"partitions":[],"error":"org.apache.kafka.common.errors.KafkaStorageException",)"
              R"("logDir":"/b"}]}],"version":1})");
    EXPECT_NE(log_dirs_json(brokers, {}).find("u-0"), std::string::npos);
}

}  // namespace
}  // namespace barnabas::cli

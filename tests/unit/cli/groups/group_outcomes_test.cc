#include "cli/groups/group_outcomes.h"

#include "unit/cli/recording_console.h"

#include <gtest/gtest.h>

namespace barnabas::cli {
namespace {

TEST(GroupOutcomes, OffsetsAreObjectsALine) {
    const admin::Outcomes<TopicPartition> outcomes{
        {{.topic = "t", .partition = PartitionId(0)}, {}},
        {{.topic = "t", .partition = PartitionId(1)}, fail(ErrorCode::request_timed_out, "late")},
        {{.topic = "u", .partition = PartitionId(-1)},
         fail(ErrorCode::unknown_topic_or_partition, "no")},
    };
    EXPECT_EQ(deleted_offsets_json("g", outcomes),
              R"({"group":"g","topic":"t","partition":0,"deleted":true}
{"group":"g","topic":"t","partition":1,"deleted":false,"error":"REQUEST_TIMED_OUT","message":"late"}
{"group":"g","topic":"u","deleted":false,"error":"UNKNOWN_TOPIC_OR_PARTITION","message":"no"}
)");
}

TEST(GroupOutcomes, TopicsAreObjectsALine) {
    const admin::Outcomes<std::string> outcomes{
        {"t", {}}, {"u", fail(ErrorCode::unknown_topic_or_partition, "no")}};
    EXPECT_EQ(deleted_topics_json("g", outcomes),
              R"({"group":"g","topic":"t","deleted":true}
{"group":"g","topic":"u","deleted":false,"error":"UNKNOWN_TOPIC_OR_PARTITION","message":"no"}
)");
}

TEST(GroupOutcomes, AFailedRunEndsAsKafkasToolsDoAndBadlyInJson) {
    struct Row {
        ErrorCode code;
        bool json;
        int status;
        const char* output;
        const char* errors;
    };
    const char* said = "\nError: Executing share group command failed due to why\n";
    const Row rows[] = {
        {ErrorCode::invalid_request, false, 1, "", "why\n"},
        {ErrorCode::invalid_request, true, 1, "", "why\n"},
        {ErrorCode::request_timed_out, false, 0, said, ""},
        {ErrorCode::request_timed_out, true, 1, "",
         "Executing share group command failed due to why\n"},
    };
    for (const auto& row : rows) {
        RecordingConsole console;
        const Error error{.code = row.code, .message = "why"};
        EXPECT_EQ(end_badly(error, "share", row.json, console), row.status);
        EXPECT_EQ(console.output, row.output);
        EXPECT_EQ(console.errors, row.errors);
    }
}

}  // namespace
}  // namespace barnabas::cli

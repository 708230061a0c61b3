#include "cli/reassign/assignment.h"

#include "unit/cli/options_of.h"
#include "unit/cli/reassign/builders.h"

#include <gtest/gtest.h>

#include <utility>

namespace barnabas::cli {
namespace {

TEST(Reassignment, FilesAreKafkas) {
    const auto read = parse_reassignment(
        R"({"partitions":[{"topic":"t","partition":1,"replicas":[2,1],"log_dirs":["any","/b"]},)"
        R"({"topic":"t","partition":0,"replicas":[1]},)"
        R"({"topic":"t","partition":1,"replicas":[]}],"version":1,"more":true})");
    ASSERT_TRUE(read) << read.error().message;
    ASSERT_EQ(read->partitions.size(), 3U) << "as often as it says it";
    EXPECT_EQ(read->partitions[0], std::pair(part("t", 1), on({2, 1})));
    EXPECT_EQ(read->partitions[1], std::pair(part("t", 0), on({1})));
    EXPECT_EQ(read->log_dirs, (ReplicaDirs{{{"t", PartitionId{1}, BrokerId{1}}, "/b"}}));
    EXPECT_EQ(read->by_partition(), (Assignment{{part("t", 0), on({1})}, {part("t", 1), {}}}));
    EXPECT_TRUE(parse_reassignment("{}")->partitions.empty());
}

TEST(Reassignment, WrongFilesAreRefusedInKafkasWords) {
    const std::pair<std::string, std::string> rows[] = {
        {"nonsense", "The input string is not a valid JSON"},
        {"[]", "Expected JSON object, received []"},
        {R"({"version":2})", "Not supported version field value 2"},
        {R"({"version":"1"})", "Expected `Integer` value, received \"1\""},
        {R"({"partitions":{}})", "Expected JSON array, received {}"},
        {R"({"partitions":[7]})", "Expected JSON object, received 7"},
        {R"({"partitions":[{}]})", "No such field exists: `topic`"},
        {R"({"partitions":[{"topic":1}]})", "Expected `String` value, received 1"},
        {R"({"partitions":[{"topic":"t"}]})", "No such field exists: `partition`"},
        {R"({"partitions":[{"topic":"t","partition":3000000000}]})",
         "Expected `Integer` value, received 3000000000"},
        {R"({"partitions":[{"topic":"t","partition":0}]})", "No such field exists: `replicas`"},
        {R"({"partitions":[{"topic":"t","partition":0,"replicas":1}]})",
         "Expected `JSON array` value, received 1"},
        {R"({"partitions":[{"topic":"t","partition":0,"replicas":["1"]}]})",
         "Expected `Integer` value, received \"1\""},
        {R"({"partitions":[{"topic":"t","partition":0,"replicas":[1],"log_dirs":["a","b"]}]})",
         "Size of replicas list [1] is different from size of log dirs list [a, b] for partition "
         "t-0"},
    };
    for (const auto& [text, want] : rows) {
        EXPECT_EQ(sentence(parse_reassignment(text)), want) << text;
    }
}

TEST(Reassignment, NothingMayStandTwiceThatIsToBeDone) {
    struct Row {
        std::vector<std::pair<TopicPartition, Replicas>> partitions;
        std::string want;
    };
    const Row rows[] = {
        {{{part("t", 0), on({1})}, {part("t", 1), on({2, 1})}}, ""},
        {{}, "Partition reassignment list cannot be empty"},
        {{{part("t", 0), {}}}, "Partition replica list cannot be empty"},
        {{{part("t", 0), on({1})}, {part("t", 0), on({1})}},
         "Partition reassignment contains duplicate topic partitions: t-0"},
        {{{part("t", 0), on({1, 1, 2, 2})}, {part("t", 1), on({3, 3})}},
         "Partition replica lists may not contain duplicate entries: t-0 contains multiple entries "
         "for 1,2. t-1 contains multiple entries for 3"},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(sentence(check_executable({.partitions = row.partitions, .log_dirs = {}})),
                  row.want);
    }
}

TEST(Reassignment, TopicsAndBrokersToMoveToStandOnce) {
    EXPECT_EQ(*parse_topics_to_move(R"({"topics":[{"topic":"b"},{"topic":"a"}]})"),
              (std::vector<std::string>{"b", "a"}));
    EXPECT_TRUE(parse_topics_to_move("{}")->empty());
    EXPECT_EQ(
        sentence(parse_topics_to_move(R"({"topics":[{"topic":"a"},{"topic":"a"}],"version":1})")),
        "List of topics to reassign contains duplicate entries: [a]");
    EXPECT_EQ(sentence(parse_topics_to_move(R"({"version":7})")),
              "Not supported version field value 7");
    EXPECT_EQ(*parse_broker_list("2,1"), on({2, 1}));
    EXPECT_EQ(*parse_broker_list("1,,"), on({1}));
    EXPECT_EQ(sentence(parse_broker_list("1,2,1")), "Broker list contains duplicate entries: [1]");
    EXPECT_EQ(sentence(parse_broker_list("1, 2")), "For input string: \" 2\"");
    EXPECT_EQ(sentence(parse_broker_list("")), "For input string: \"\"");
    EXPECT_EQ(sentence(parse_broker_list("1,,2")), "For input string: \"\"");
}

TEST(Reassignment, IsWrittenAsItIsRead) {
    const Assignment assignment{{part("t", 10), on({1, 2})}, {part("t", 2), on({3})}};
    const auto text = reassignment_json(assignment);
    EXPECT_EQ(text, R"({"version":1,"partitions":[)"
                    R"({"topic":"t","partition":2,"replicas":[3],"log_dirs":["any"]},)"
                    R"({"topic":"t","partition":10,"replicas":[1,2],"log_dirs":["any","any"]}]})");
    EXPECT_EQ(parse_reassignment(text)->by_partition(), assignment);
    EXPECT_EQ(reassignment_json({}), R"({"version":1,"partitions":[]})");
    EXPECT_EQ(reassignment_json({{part("t", 2), on({3, 1})}}, {{replica("t", 2, 1), "/b"}}),
              R"({"version":1,"partitions":[)"
              R"({"topic":"t","partition":2,"replicas":[3,1],"log_dirs":["any","/b"]}]})");
}

TEST(Reassignment, ReplicasComeByBroker) {
    const ReplicaDirs dirs{{{"a", PartitionId{0}, BrokerId{2}}, "/x"},
                           {{"b", PartitionId{0}, BrokerId{1}}, "/x"},
                           {{"a", PartitionId{1}, BrokerId{1}}, "/x"}};
    std::vector<std::string> names;
    for (const auto& replica : by_broker(dirs)) {
        names.push_back(replica_name(replica));
    }
    EXPECT_EQ(names, (std::vector<std::string>{"a-1-1", "b-0-1", "a-0-2"}));
}

}  // namespace
}  // namespace barnabas::cli

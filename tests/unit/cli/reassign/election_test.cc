#include "cli/reassign/election.h"

#include "cli/reassign/election_command.h"
#include "unit/cli/options_of.h"
#include "unit/cli/reassign/builders.h"

#include <gtest/gtest.h>

#include <utility>

namespace barnabas::cli {
namespace {

TEST(Election, OptionsGoTogetherAsKafkas) {
    const std::string scope =
        "One and only one of the following options is required: topic, all-topic-partitions, "
        "path-to-json-file";
    const std::string begin = "--bootstrap-server b --election-type preferred ";
    const std::pair<std::string, std::string> rows[] = {
        {begin + "--all-topic-partitions", ""},
        {begin + "--topic t --partition 0", ""},
        {begin + "--path-to-json-file f --command-config c", ""},
        {begin + "--path-to-json-file f --admin.config c", ""},
        {"--topic t", "Missing required option(s): bootstrap-server, election-type"},
        {"--bootstrap-server b --topic t", "Missing required option(s): election-type"},
        {begin, scope},
        {begin + "--topic t --all-topic-partitions", scope},
        {begin + "--topic t", "Missing required option(s): partition"},
        {begin + "--all-topic-partitions --partition 1",
         "Option partition is only allowed if topic is used"},
        {begin + "--topic t --partition x", "Cannot parse argument 'x' of option partition"},
    };
    for (const auto& [line, want] : rows) {
        EXPECT_EQ(complaint(leader_election_syntax, line, &check_election), want) << line;
    }
}

TEST(Election, HasTwoTypes) {
    EXPECT_EQ(*parse_election_type("preferred"), admin::ElectionType::preferred);
    EXPECT_EQ(*parse_election_type("UnClean"), admin::ElectionType::unclean);
    EXPECT_EQ(sentence(parse_election_type("best")),
              "Cannot parse argument 'best' of option election-type");
}

TEST(Election, FilesAreKafkas) {
    EXPECT_EQ(*parse_election_file(
                  R"({"partitions":[{"topic":"t","partition":1},{"topic":"a","partition":0}]})"),
              (std::set{part("t", 1), part("a", 0)}));
    EXPECT_TRUE(parse_election_file(R"({"partitions":[]})")->empty());
    const std::pair<std::string, std::string> wrong[] = {
        {"nonsense", "Replica election data is empty"},
        {"{}", "Replica election data is missing \"partitions\" field"},
        {R"({"partitions":[{"topic":"t"}]})", "No such field exists: `partition`"},
        {R"({"partitions":[{"topic":"t","partition":"1"}]})",
         "Expected `Integer` value, received \"1\""},
        {R"({"partitions":[{"topic":"t","partition":1},{"topic":"t","partition":1}]})",
         "Replica election data contains duplicate partitions: [t-1]"},
    };
    for (const auto& [text, want] : wrong) {
        EXPECT_EQ(sentence(parse_election_file(text)), want) << text;
    }
}

TEST(Election, IsReportedByWhatBecameOfIt) {
    const admin::Outcomes<TopicPartition> outcomes{
        {part("t", 0), {}},
        {part("t", 1), {}},
        {part("t", 2), fail(ErrorCode::election_not_needed, "it leads")},
        {part("u", 0), fail(ErrorCode::unknown_topic_or_partition, "No such topic as u")}};
    const auto report = election_report(admin::ElectionType::preferred, outcomes);
    EXPECT_EQ(report.text,
              "Successfully completed leader election (PREFERRED) for partitions t-0, t-1\n"
              "Valid replica already elected for partitions t-2\n"
              "Error completing leader election (PREFERRED) for partition: u-0: "
              "org.apache.kafka.common.errors.UnknownTopicOrPartitionException: No such topic as "
              "u\n");
    EXPECT_EQ(report.failed, 1U);
    EXPECT_EQ(report.json,
              R"({"topic":"t","partition":0,"elected":true})"
              "\n"
              R"({"topic":"t","partition":1,"elected":true})"
              "\n"
              R"({"topic":"t","partition":2,"elected":false,"needed":false})"
              "\n"
              R"({"topic":"u","partition":0,"elected":false,"error":"UNKNOWN_TOPIC_OR_PARTITION",)"
              R"("message":"No such topic as u"})"
              "\n");
    const auto nothing = election_report(admin::ElectionType::unclean, {});
    EXPECT_EQ(nothing.text + nothing.json, "");
    EXPECT_EQ(nothing.failed, 0U);
}

}  // namespace
}  // namespace barnabas::cli

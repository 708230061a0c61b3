#include "cli/groups/consumer_groups_command.h"
#include "cli/groups/consumer_groups_options.h"
#include "cli/groups/consumer_groups_text.h"
#include "cli/groups/group_outcomes.h"
#include "unit/cli/options_of.h"

#include <gtest/gtest.h>

namespace barnabas::cli {
namespace {

TEST(ConsumerGroups, OptionsGoTogetherAsInKafka) {
    const std::string to = "--bootstrap-server h:1 ";
    const std::pair<std::string, std::string> rows[] = {
        {to + "--list", ""},
        {"--list", "Missing required argument \"[bootstrap-server]\""},
        {"--validate-regex a.*", ""},
        {to + "--group g",
         "Option \"[group]\" can't be used with option \"[list]\""},  // replaced below
        {to + "--describe", "Option [describe] takes one of these options: [group], [all-groups]"},
        {to + "--describe --group g --members --state",
         "Option [describe] takes at most one of these options: [members], [offsets], [state]"},
        {to + "--describe --group g --state empty",
         "Option [describe] does not take a value for [state]"},
        {to + "--delete --group g --topic t",
         "The consumer does not support topic-specific offset deletion from a consumer group."},
        {to + "--delete-offsets --group g",
         "Option [delete-offsets] takes the following options: [group], [topic]"},
        {to + "--reset-offsets --group g --all-topics --to-earliest --dry-run --execute",
         "Option [reset-offsets] only accepts one of [execute] and [dry-run]"},
        {to + "--reset-offsets --group g --all-topics --to-earliest --to-latest",
         "Option \"[to-earliest]\" can't be used with option \"[to-latest]\""},
        {to + "--reset-offsets --to-earliest --all-topics",
         "Option [reset-offsets] takes one of these options: [group], [all-groups]"},
        {to + "--describe --group g --all-groups",
         "Option \"[group]\" can't be used with option \"[all-groups]\""},
        {to + "--list --describe --all-groups",
         "Command must include exactly one action: --list, --describe, --delete, --reset-offsets, "
         "--delete-offsets, --validate-regex"},
        {to + "--list --members",
         "Option(s) [members] are unavailable given other options on the command line"},
    };
    for (const auto& [line, want] : rows) {
        const auto said = complaint(consumer_groups_syntax, line, check_consumer_groups);
        if (line == to + "--group g") {
            EXPECT_TRUE(said.starts_with("Command must include exactly one action")) << said;
        } else {
            EXPECT_EQ(said, want) << line;
        }
    }
}

TEST(ConsumerGroups, StatesAndTypesAreRead) {
    using enum admin::GroupState;
    EXPECT_EQ(parse_group_states("Stable, empty", {stable, empty}).value(),
              (std::set<admin::GroupState>{stable, empty}));
    EXPECT_TRUE(parse_group_states("", {stable})->empty());
    EXPECT_TRUE(parse_group_states("odd", {stable})
                    .error()
                    .message.starts_with("Invalid state list 'odd'. Valid states are: "));
    EXPECT_EQ(parse_consumer_group_types("Classic,consumer").value(),
              (std::set<admin::GroupType>{admin::GroupType::classic, admin::GroupType::consumer}));
    EXPECT_FALSE(parse_consumer_group_types("share"));
}

PartitionProgress progress() {
    return {.group = "g",
            .partition = {.topic = "orders", .partition = PartitionId(0)},
            .committed = Offset(5),
            .log_end = Offset(12)};
}

TEST(ConsumerGroups, LagNeedsBothEnds) {
    auto row = progress();
    EXPECT_EQ(row.lag(), 7);
    row.log_end.reset();
    EXPECT_EQ(row.lag(), std::nullopt);
    row = progress();
    row.committed = no_offset;
    EXPECT_EQ(row.lag(), std::nullopt);
}

TEST(ConsumerGroups, OffsetsAreATable) {
    EXPECT_EQ(progress_table({progress()}, false),
              "\n"
              "GROUP           TOPIC           PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG      "
              "       CONSUMER-ID     HOST            CLIENT-ID\n"
              "g               orders          0          5               12              7        "
              "       -               -               -\n");
    EXPECT_NE(progress_table({progress()}, true).find("PARTITION  LEADER-EPOCH    CURRENT-OFFSET"),
              std::string::npos);
}

admin::ConsumerGroupDescription group_of_one() {
    admin::MemberDescription member{
        .member_id = "m",
        .group_instance_id = {},
        .rack_id = {},
        .client_id = "c",
        .host = "/127.0.0.1",
        .assignment = {{.topic = "t", .partition = PartitionId(10)},
                       {.topic = "t", .partition = PartitionId(2)}},
        .target_assignment = {},
        .member_epoch = {},
        .upgraded = {},
        .subscribed_topics = {},
        .subscribed_regex = {},
    };
    admin::ConsumerGroupDescription group;
    group.group_id = "g";
    group.members = {member};
    group.partition_assignor = "range";
    group.state = admin::GroupState::stable;
    group.coordinator = admin::Node{.id = BrokerId(1), .host = "localhost", .port = 9092};
    return group;
}

TEST(ConsumerGroups, MembersAreATable) {
    EXPECT_EQ(members_table(group_of_one(), false),
              "\n"
              "GROUP           CONSUMER-ID     HOST            CLIENT-ID       #PARTITIONS     \n"
              "g               m               /127.0.0.1      c               2               \n");
    EXPECT_EQ(assignment_text(group_of_one().members.front().assignment), "t:2,10");
    auto group = group_of_one();
    group.members.front().group_instance_id = "i";
    EXPECT_NE(members_table(group, false).find("GROUP-INSTANCE-ID HOST"), std::string::npos);
    EXPECT_NE(members_table(group, true).find("TARGET-ASSIGNMENT   "), std::string::npos);
    EXPECT_EQ(members_table(group, true).find("UPGRADED"), std::string::npos);
    auto other = group.members.front();
    group.members.front().upgraded = false;
    other.upgraded = true;
    group.members.push_back(other);
    EXPECT_NE(members_table(group, true).find("UPGRADED"), std::string::npos);
}

TEST(ConsumerGroups, StatesAreATable) {
    EXPECT_EQ(state_table(group_of_one(), false),
              "\n"
              "GROUP           COORDINATOR (ID)          ASSIGNMENT-STRATEGY  STATE                "
              "#MEMBERS\n"
              "g               localhost:9092  (1)       range                Stable               "
              "1\n");
    EXPECT_NE(state_table(group_of_one(), true).find("GROUP-EPOCH     TARGET-ASSIGNMENT-EPOCH   "),
              std::string::npos);
}

TEST(ConsumerGroups, ListingsAreATable) {
    const std::vector<admin::GroupListing> groups{{.id = "g",
                                                   .protocol = "consumer",
                                                   .type = admin::GroupType::classic,
                                                   .state = admin::GroupState::empty}};
    EXPECT_EQ(listings_table(groups, true, true),
              "GROUP                     TYPE                 STATE               \n"
              "g                         Classic              Empty               \n");
    EXPECT_EQ(listings_table({}, false, true), "GROUP                     STATE               \n");
}

TEST(ConsumerGroups, RemarksDependOnTheState) {
    EXPECT_EQ(group_remark("g", admin::GroupState::empty, 1).error,
              "\nConsumer group 'g' has no active members.\n");
    EXPECT_TRUE(group_remark("g", admin::GroupState::empty, 1).show);
    EXPECT_FALSE(group_remark("g", admin::GroupState::empty, 0).show);
    EXPECT_EQ(group_remark("g", admin::GroupState::dead, 1).output,
              "\nError: Consumer group 'g' does not exist.\n");
    EXPECT_FALSE(group_remark("g", admin::GroupState::dead, 1).show);
    EXPECT_EQ(group_remark("g", admin::GroupState::reconciling, 1).error,
              "\nWarning: Consumer group 'g' is rebalancing.\n");
    EXPECT_EQ(group_remark("g", admin::GroupState::stable, 1).error, "");
}

TEST(ConsumerGroups, OutcomesAreTold) {
    admin::Outcomes<std::string> outcomes;
    outcomes.emplace("a", Result<void>());
    EXPECT_EQ(deleted_groups_text(outcomes, "consumer"),
              "Deletion of requested consumer groups ('a') was successful.\n");
    outcomes.emplace("b", fail(ErrorCode::non_empty_group, "The group is not empty."));
    EXPECT_EQ(deleted_groups_text(outcomes, "consumer"),
              "\nError: Deletion of some consumer groups failed:\n"
              "* Group 'b' could not be deleted due to: "
              "org.apache.kafka.common.errors.GroupNotEmptyException: The group is not empty.\n"
              "\nThese consumer groups were deleted successfully: 'a'\n");
    admin::Outcomes<TopicPartition> offsets;
    offsets.emplace(TopicPartition{.topic = "t", .partition = PartitionId(-1)}, Result<void>());
    EXPECT_EQ(deleted_offsets_table(offsets),
              "\nTOPIC           PARTITION  STATUS         \n"
              "t               -          Successful     \n");
    admin::Outcomes<std::string> topics;
    topics.emplace("t", fail(ErrorCode::unknown_topic_or_partition, "gone"));
    EXPECT_EQ(deleted_topics_table(topics),
              "\nTOPIC           STATUS\nt               Error: gone\n");
}

}  // namespace
}  // namespace barnabas::cli

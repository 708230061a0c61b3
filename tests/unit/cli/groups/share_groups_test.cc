#include "cli/groups/share_groups_command.h"
#include "unit/cli/options_of.h"

#include <gtest/gtest.h>

namespace barnabas::cli {
namespace {

TEST(ShareGroups, OptionsGoTogetherAsInKafka) {
    const std::string to = "--bootstrap-server h:1 ";
    const std::pair<std::string, std::string> rows[] = {
        {to + "--list", ""},
        {to + "--list --delete",
         "Command must include exactly one action: --list, --describe, --delete, --reset-offsets, "
         "--delete-offsets."},
        {to + "--delete", "Option [delete] takes the options [group] or [all-groups]."},
        {to + "--delete --group g --all-groups",
         "Option [delete] takes either [group] or [all-groups], not both."},
        {to + "--reset-offsets --group g --topic t --to-earliest",
         "Option [reset-offsets] takes the option: [execute] or [dry-run]"},
        {to + "--reset-offsets --group g --topic t --to-earliest --execute", ""},
        {to + "--reset-offsets --topic t --to-earliest --execute",
         "Option [reset-offsets] takes the option: [group]"},
        {to + "--delete-offsets --group g",
         "Option [delete-offsets] takes the following options: [group], [topic]"},
    };
    for (const auto& [line, want] : rows) {
        EXPECT_EQ(complaint(share_groups_syntax, line, check_share_groups), want) << line;
    }
}

TEST(ShareGroups, OffsetsAreATable) {
    const ShareOffsets offsets{
        {{.topic = "t", .partition = PartitionId(0)},
         admin::SharePartitionOffset{
             .start_offset = Offset(5), .leader_epoch = LeaderEpoch(1), .lag = 3}},
        {{.topic = "t", .partition = PartitionId(1)}, std::nullopt},
    };
    EXPECT_EQ(share_offsets_table("g", offsets, false),
              "\nGROUP           TOPIC           PARTITION  START-OFFSET  LAG\n"
              "g               t               0          5             3\n"
              "g               t               1          -             -\n");
    EXPECT_EQ(share_offsets_table("g", offsets, true),
              "\nGROUP           TOPIC           PARTITION  LEADER-EPOCH  START-OFFSET  LAG\n"
              "g               t               0          1             5             3\n"
              "g               t               1          -             -             -\n");
}

admin::ShareGroupDescription workers() {
    admin::ShareGroupDescription group;
    group.group_id = "workers";
    group.state = admin::GroupState::stable;
    group.coordinator = admin::Node{.id = BrokerId(1), .host = "h", .port = 9092};
    group.group_epoch = 4;
    group.target_assignment_epoch = 3;
    group.members = {{.member_id = "m",
                      .client_id = "c",
                      .host = "/h",
                      .rack_id = {},
                      .member_epoch = 2,
                      .subscribed_topics = {},
                      .assignment = {{.topic = "t", .partition = PartitionId(0)}}}};
    return group;
}

TEST(ShareGroups, MembersAndStatesAreTables) {
    EXPECT_EQ(share_members_table(workers(), false),
              "\nGROUP           CONSUMER-ID     HOST            CLIENT-ID       #PARTITIONS  "
              "ASSIGNMENT\n"
              "workers         m               /h              c               1            t:0\n");
    EXPECT_EQ(share_state_table(workers(), false),
              "\nGROUP           COORDINATOR (ID)          STATE           #MEMBERS\n"
              "workers         h:9092  (1)               Stable          1\n");
    EXPECT_EQ(share_state_table(workers(), true),
              "\nGROUP           COORDINATOR (ID)          STATE           GROUP-EPOCH  "
              "ASSIGNMENT-EPOCH  #MEMBERS\n"
              "workers         h:9092  (1)               Stable          4            3            "
              "     1\n");
    EXPECT_EQ(share_listings_table({{.id = "workers",
                                     .protocol = "share",
                                     .type = {},
                                     .state = admin::GroupState::empty}}),
              "GROUP           STATE\nworkers         Empty\n");
}

}  // namespace
}  // namespace barnabas::cli

#include "cli/groups/groups_command.h"

#include "unit/cli/options_of.h"

#include <gtest/gtest.h>

namespace barnabas::cli {
namespace {

using admin::GroupListing;
using admin::GroupType;

const GroupListing of_classic{.id = "billing", .protocol = "consumer", .type = GroupType::classic};
const GroupListing of_nobody{.id = "simple", .protocol = "", .type = GroupType::classic};
const GroupListing of_workers{
    .id = "a-group-of-connectors", .protocol = "connect", .type = GroupType::classic};
const GroupListing of_848{.id = "new", .protocol = "consumer", .type = GroupType::consumer};
const GroupListing of_share{.id = "jobs", .protocol = "share", .type = GroupType::share};

TEST(Groups, AreRefusedInKafkasWords) {
    struct Row {
        std::string line;
        std::string want;
    };
    const std::string to = "--bootstrap-server b:1 ";
    const Row rows[] = {
        {to + "--list", ""},
        {to + "--list --group-type Share --protocol share", ""},
        {"--list", "Missing required option(s) [bootstrap-server]"},
        {to + "--consumer", "Command must include exactly one action: --list."},
        {to + "--list --group-type odd", "--group-type must be a valid group type."},
        {to + "--list --consumer --share",
         "Option \"[consumer]\" can't be used with option "
         "\"[share]\""},
        {to + "--list --streams --protocol p",
         "Option \"[streams]\" can't be used with option "
         "\"[protocol]\""},
    };
    for (const auto& [line, want] : rows) {
        EXPECT_EQ(complaint(groups_syntax, line, check_groups), want) << line;
    }
}

TEST(Groups, AreThoseThatAreAskedFor) {
    struct Row {
        std::string line;
        std::vector<std::string> want;
    };
    const Row rows[] = {
        {"--list", {"billing", "simple", "a-group-of-connectors", "new", "jobs"}},
        {"--list --consumer", {"billing", "simple", "new"}},
        {"--list --share", {"jobs"}},
        {"--list --streams", {}},
        {"--list --group-type classic", {"billing", "simple", "a-group-of-connectors"}},
        {"--list --group-type CLASSIC --protocol connect", {"a-group-of-connectors"}},
        {"--list --protocol consumer", {"billing", "new"}},
    };
    for (const auto& [line, want] : rows) {
        const auto given = *parsed(groups_syntax, line);
        std::vector<std::string> found;
        for (const auto& group : {of_classic, of_nobody, of_workers, of_848, of_share}) {
            if (is_wanted_group(given, group)) {
                found.push_back(group.id);
            }
        }
        EXPECT_EQ(found, want) << line;
    }
}

TEST(Groups, StandInColumnsOfOneWidth) {
    EXPECT_EQ(groups_table({of_share}),
              "GROUP                TYPE                 PROTOCOL            \n"
              "jobs                 Share                share                \n");
    EXPECT_EQ(groups_table({of_workers}),
              "GROUP                 TYPE                  PROTOCOL             \n"
              "a-group-of-connectors Classic               connect               \n");
}

}  // namespace
}  // namespace barnabas::cli

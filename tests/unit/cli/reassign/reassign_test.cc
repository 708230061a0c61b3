#include "cli/reassign/reassign_command.h"
#include "cli/reassign/reassign_options.h"
#include "cli/reassign/reassign_report.h"
#include "unit/cli/options_of.h"
#include "unit/cli/reassign/builders.h"
#include "unit/cli/recording_console.h"

#include <gtest/gtest.h>

#include <utility>

namespace barnabas::cli {
namespace {

TEST(ReassignOptions, GoTogetherAsKafkas) {
    const std::string one_action =
        "Command must include exactly one action: --generate, --execute, --verify, --cancel, "
        "--list";
    const std::pair<std::string, std::string> rows[] = {
        {"--list --bootstrap-server b", ""},
        {"--list --bootstrap-server b --command-config c --json", ""},
        {"--generate --topics-to-move-json-file f --broker-list 1 --bootstrap-server b "
         "--disable-rack-aware",
         ""},
        {"--execute --reassignment-json-file f --bootstrap-server b --additional "
         "--disallow-replication-factor-change --throttle 1 "
         "--replica-alter-log-dirs-throttle 2 --timeout 3",
         ""},
        {"--verify --reassignment-json-file f --bootstrap-server b --preserve-throttles", ""},
        {"--cancel --reassignment-json-file f --bootstrap-server b --preserve-throttles "
         "--timeout 3",
         ""},
        {"--bootstrap-server b", one_action},
        {"--list --verify --bootstrap-server b", one_action},
        {"--list", "Please specify either --bootstrap-server or --bootstrap-controller"},
        {"--list --bootstrap-server b --bootstrap-controller c",
         "Please don't specify both --bootstrap-server and --bootstrap-controller"},
        {"--verify --bootstrap-server b", "Missing required argument \"[reassignment-json-file]\""},
        {"--generate --bootstrap-server b --broker-list 1",
         "Missing required argument \"[topics-to-move-json-file]\""},
        {"--generate --bootstrap-server b --topics-to-move-json-file f",
         "Missing required argument \"[broker-list]\""},
        {"--list --bootstrap-server b --throttle 1",
         "Option \"[throttle]\" can't be used with action \"[list]\""},
        {"--verify --bootstrap-server b --reassignment-json-file f --timeout 1",
         "Option \"[timeout]\" can't be used with action \"[verify]\""},
        {"--verify --bootstrap-controller b --reassignment-json-file f",
         "Option \"[bootstrap-controller]\" can't be used with action \"[verify]\""},
        {"--list --bootstrap-controller b",
         "--bootstrap-controller: Barnabas has no controllers apart from its brokers; use "
         "--bootstrap-server"},
        {"--execute --throttle x", "Cannot parse argument 'x' of option throttle"},
    };
    for (const auto& [line, want] : rows) {
        EXPECT_EQ(complaint(reassign_partitions_syntax, line, &reassign_action), want) << line;
    }
}

TEST(ReassignStates, AreOfWhatIsUnderWayAndOfWhatIsThere) {
    const WantedReassignment wanted{.partitions = {{part("t", 0), on({1})},
                                                   {part("t", 1), on({1})},
                                                   {part("t", 2), on({1, 2})},
                                                   {part("t", 3), on({1})}},
                                    .log_dirs = {}};
    const Reassignments under_way{
        {part("t", 2),
         {.replicas = on({1, 2}), .adding_replicas = on({2}), .removing_replicas = {}}}};
    const Assignment there{{part("t", 0), on({1})}, {part("t", 1), on({2, 3})}};
    const auto states = reassignment_states(wanted, under_way, there);
    EXPECT_EQ(
        states_text(states),
        "Status of partition reassignment:\n"
        "Reassignment of partition t-0 is completed.\n"
        "There is no active reassignment of partition t-1, but replica set is 2,3 rather than "
        "1.\n"
        "Reassignment of partition t-2 is still in progress.\n"
        "There is no active reassignment of partition t-3, but replica set is  rather than "
        "1.");
    EXPECT_EQ(states_json(states),
              R"({"topic":"t","partition":0,"replicas":[1],"targetReplicas":[1],)"
              R"("inProgress":false,"completed":true})"
              "\n"
              R"({"topic":"t","partition":1,"replicas":[2,3],"targetReplicas":[1],)"
              R"("inProgress":false,"completed":false})"
              "\n"
              R"({"topic":"t","partition":2,"replicas":[1,2],"targetReplicas":[1,2],)"
              R"("inProgress":true,"completed":false})"
              "\n"
              R"({"topic":"t","partition":3,"replicas":[],"targetReplicas":[1],"inProgress":false,)"
              R"("completed":false})");
    EXPECT_EQ(states_text({}), "Status of partition reassignment:");
}

TEST(ReassignStates, ReplicasMoveFromDirectoryToDirectory) {
    using Kind = LogDirMoveState::Kind;
    const admin::ReplicaLogDirInfo::Place a{.log_dir = "/a"};
    const admin::ReplicaLogDirInfo::Place b{.log_dir = "/b"};
    struct Row {
        admin::ReplicaLogDirInfo info;
        Kind want;
        bool done;
        std::string text;
    };
    const Row rows[] = {
        {{.current = {}, .future = {}},
         Kind::no_log_dir,
         false,
         "Partition t-0 is not found in any live log dir on broker 1. There is likely an offline "
         "log directory on the broker."},
        {{.current = a, .future = b},
         Kind::active,
         false,
         "Reassignment of replica t-0-1 is still in progress."},
        {{.current = b, .future = a},
         Kind::active,
         false,
         "Partition t-0 on broker 1 is being moved to log dir /a instead of /b."},
        {{.current = a, .future = {}},
         Kind::cancelled,
         true,
         "Partition t-0 on broker 1 is not being moved from log dir /a to /b."},
        {{.current = b, .future = {}},
         Kind::completed,
         true,
         "Reassignment of replica t-0-1 completed successfully."},
    };
    for (const auto& row : rows) {
        const auto state = log_dir_move_state(row.info, "/b");
        EXPECT_EQ(state.kind, row.want) << row.text;
        EXPECT_EQ(state.done(), row.done) << row.text;
        EXPECT_EQ(moves_text({{replica("t", 0, 1), state}}), row.text);
        const auto active = active_moves({{replica("t", 0, 1), state}});
        EXPECT_EQ(active.size(), row.want == Kind::active ? 1U : 0U);
    }
    const auto away = log_dir_move_state(rows[2].info, "/b");
    EXPECT_EQ(active_moves({{replica("t", 0, 1), away}}).begin()->second, "/b")
        << "cancelling moves it back to where it still is";
    EXPECT_EQ(moves_json({{replica("t", 0, 1), log_dir_move_state(rows[1].info, "/b")}}),
              R"({"topic":"t","partition":0,"broker":1,"targetLogDir":"/b","state":"in-progress",)"
              R"("currentLogDir":"/a","futureLogDir":"/b"})");
    EXPECT_EQ(moves_text({}), "");
}

TEST(ReassignReport, ListsWhatIsUnderWay) {
    EXPECT_EQ(reassignments_text({}), "No partition reassignments found.");
    EXPECT_EQ(reassignments_json({}), "");
    const Reassignments two{
        {part("t", 0),
         {.replicas = on({1, 2, 3}), .adding_replicas = on({2, 3}), .removing_replicas = on({1})}},
        {part("u", 1), {.replicas = on({1}), .adding_replicas = {}, .removing_replicas = {}}}};
    EXPECT_EQ(reassignments_text(two),
              "Current partition reassignments:\n"
              "t-0: replicas: 1,2,3. adding: 2,3. removing: 1.\n"
              "u-1: replicas: 1.");
    EXPECT_EQ(
        reassignments_json(two),
        R"({"topic":"t","partition":0,"replicas":[1,2,3],"addingReplicas":[2,3],)"
        R"("removingReplicas":[1]})"
        "\n"
        R"({"topic":"u","partition":1,"replicas":[1],"addingReplicas":[],"removingReplicas":[]})");
}

struct Said {
    std::string text;
    std::string json;
};

/// What `say` makes a report say, as text and as JSON.
template <class Say>
Said said(Say say) {
    RecordingConsole text;
    RecordingConsole json;
    ReassignReport plain(text, false);
    ReassignReport structured(json, true);
    say(plain);
    say(structured);
    return {.text = text.output + text.errors, .json = json.output + json.errors};
}

TEST(ReassignReport, SaysAsKafkasToolWhatWasDone) {
    const Assignment one{{part("t", 0), on({1})}};
    const Assignment two{{part("t", 0), on({1})}, {part("t", 1), on({1})}};
    const auto started = said([&](ReassignReport& report) {
        report.started(one);
        report.started(two);
        report.started(replica("t", 0, 1), "/b");
        report.throttle("inter-broker", 5);
    });
    EXPECT_EQ(started.text,
              "Successfully started partition reassignment for t-0\n"
              "Successfully started partition reassignments for t-0,t-1\n"
              "Successfully started moving log directory to /b for replica t-0 with broker 1 \n"
              "The inter-broker throttle limit was set to 5 B/s\n");
    EXPECT_EQ(started.json,
              R"({"topic":"t","partition":0,"started":true})"
              "\n"
              R"({"topic":"t","partition":0,"started":true})"
              "\n"
              R"({"topic":"t","partition":1,"started":true})"
              "\n"
              R"({"topic":"t","partition":0,"broker":1,"targetLogDir":"/b","started":true})"
              "\n"
              R"({"throttle":"inter-broker","bytesPerSecond":5})"
              "\n");
    const auto before =
        said([&](ReassignReport& report) { report.before(one, {{replica("t", 0, 1), "/a"}}); });
    EXPECT_EQ(before.text,
              "Current partition replica assignment\n\n"
              R"({"version":1,"partitions":[{"topic":"t","partition":0,"replicas":[1],)"
              R"("log_dirs":["/a"]}]})"
              "\n\nSave this to use as the --reassignment-json-file option during rollback\n");
    const auto proposal = said([&](ReassignReport& report) { report.proposal({}, {}, {}); });
    EXPECT_EQ(proposal.text,
              "Current partition replica assignment\n{\"version\":1,\"partitions\":[]}\n\n"
              "Proposed partition reassignment configuration\n"
              "{\"version\":1,\"partitions\":[]}\n");
    EXPECT_EQ(proposal.json, R"({"current":{"version":1,"partitions":[]},"proposed":{"version":1,)"
                             R"("partitions":[]}})"
                             "\n");
}

TEST(ReassignReport, SaysAsKafkasToolWhatWasNotDone) {
    const std::map<TopicPartition, Error> errors{
        {part("t", 1), {ErrorCode::invalid_replica_assignment, "why"}}};
    const auto failed = said([&](ReassignReport& report) {
        report.failed("Error reassigning partition(s):", errors);
        report.refuse("Error: no");
    });
    EXPECT_EQ(failed.text, "Error reassigning partition(s):\nt-1: why\nError: no\n");
    EXPECT_EQ(failed.json,
              R"({"topic":"t","partition":1,"error":"INVALID_REPLICA_ASSIGNMENT","message":"why"})"
              "\nError: no\n");
    const auto cleared = said([&](ReassignReport& report) {
        report.clearing_brokers({BrokerId{1}});
        report.clearing_topics({"t", "u"});
        report.cleared();
        report.cancelled({{part("t", 0), {}}});
    });
    EXPECT_EQ(cleared.text,
              "Clearing broker-level throttles on broker 1\n"
              "Clearing topic-level throttles on topics t,u\n"
              "Successfully cancelled partition reassignment for: t-0\n");
    EXPECT_EQ(cleared.json,
              "{\"throttlesCleared\":true}\n"
              R"({"topic":"t","partition":0,"cancelled":true})"
              "\n");
}

}  // namespace
}  // namespace barnabas::cli

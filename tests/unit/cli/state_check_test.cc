// What cluster.db and the folders of a log directory say of each other.
#include "cli/state_check.h"

#include <gtest/gtest.h>

namespace barnabas::cli {
namespace {

const TopicId topic_id = *Uuid::parse("aJRHiaPnQjK_RVsqayEU9Q");
const TopicId older_id = *Uuid::parse("fivGdC5LQZWIK9qk-7ot_g");

/// Topic t with three partitions: two of broker 1, one of broker 2.
metadata::ClusterState cluster() {
    metadata::ClusterState state;
    state.cluster_id = "c";
    auto& topic = state.topics["t"];
    topic.node.id = topic_id;
    for (const int broker : {1, 1, 2}) {
        topic.node.partitions.push_back({.replicas = {BrokerId{broker}}});
    }
    return state;
}

struct StateRow {
    const char* what;
    log::FoundFolders folders;
    std::vector<std::string> found;  // "kind path: the sentence's beginning"
    const char* cluster_id = "c";
    bool deleted = false;
};

log::FoundFolders folders_of(std::vector<std::pair<std::string, std::optional<TopicId>>> given) {
    log::FoundFolders folders;
    for (const auto& [name, id] : given) {
        const auto dash = name.rfind('-');
        folders.emplace(TopicPartition{name.substr(0, dash), PartitionId{name.back() - '0'}}, id);
    }
    return folders;
}

TEST(StateCheck, ComparesTheClusterWithTheFolders) {
    const StateRow rows[] = {
        {"all are there", folders_of({{"t-0", topic_id}, {"t-1", topic_id}}), {}},
        {"one does not say whose it is",
         folders_of({{"t-0", std::nullopt}, {"t-1", topic_id}}),
         {}},
        {"those of nobody",
         folders_of({{"t-0", topic_id}, {"t-1", topic_id}, {"t-3", topic_id}, {"u-0", topic_id}}),
         {"note /d/t-3: is in no topic of the cluster", "note /d/u-0: is in no topic"}},
        {"one of an older topic",
         folders_of({{"t-0", older_id}, {"t-1", topic_id}}),
         {"other-topic /d/t-0: is of another topic of that name (fivGdC5LQZWIK9qk-7ot_g, and the "
          "cluster's is aJRHiaPnQjK_RVsqayEU9Q)"}},
        {"one is missing",
         folders_of({{"t-0", topic_id}}),
         {"note /d/cluster.db: has 1 partitions without a folder here, the first is t-1"}},
        {"none is there",
         {},
         {"note /d/cluster.db: has 2 partitions without a folder here, the first is t-0"}},
        {"the topic is being deleted", {}, {}, "c", true},
        {"of another cluster",
         folders_of({{"u-0", topic_id}}),
         {"broken-cluster-state /d/cluster.db: is of cluster c, and meta.properties is of x"},
         "x"},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.what);
        auto state = cluster();
        state.topics["t"].being_deleted = row.deleted;
        log::DirectoryReport report;
        report.identity = {.node = BrokerId{1}, .cluster_id = row.cluster_id, .directory_id = {}};
        report.folders = row.folders;
        const auto found = compare_state(state, "/d", report);
        ASSERT_EQ(found.size(), row.found.size());
        for (std::size_t i = 0; i < found.size(); ++i) {
            const auto said = fmt::format("{} {}: {}", log::problem_name(found[i].kind),
                                          found[i].path.string(), found[i].sentence);
            EXPECT_EQ(said.substr(0, row.found[i].size()), row.found[i]);
            EXPECT_FALSE(found[i].mend) << "who has its records decides";
        }
    }
}

}  // namespace
}  // namespace barnabas::cli

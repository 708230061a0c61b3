#include "cli/state_check.h"

#include "cli/metadata/state_copy.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace barnabas::cli {
namespace {

constexpr std::string_view state_name = "cluster.db";

log::Problem broken(const runtime::Path& directory, std::string_view why) {
    return {
        .kind = log::ProblemKind::broken_state,
        .path = directory / state_name,
        .sentence = fmt::format("{}; topics and configurations are in it: take it, with {}-wal, "
                                "from a copy of the directory",
                                why, state_name)};
}

Result<metadata::ClusterState> state_in(metadata::Store& store) {
    std::optional<Result<metadata::ClusterState>> state;
    metadata::load_cluster_state(
        store, [&state](Result<metadata::ClusterState> loaded) { state = std::move(loaded); });
    return state ? std::move(*state)
                 : fail(ErrorCode::unknown_server_error, "the store did not answer");
}

/// What the cluster's topics say of a partition's folder; nothing: that it is in order.
std::optional<log::Problem> judge_folder(const metadata::ClusterState& state,
                                         const runtime::Path& directory,
                                         const TopicPartition& partition,
                                         const std::optional<TopicId>& id) {
    const auto path = directory / fmt::format("{}", partition);
    const auto topic = state.topics.find(partition.topic);
    const auto number = static_cast<std::size_t>(partition.partition.get());
    if (topic == state.topics.end() || number >= topic->second.node.partitions.size()) {
        return log::Problem{.kind = log::ProblemKind::note,
                            .path = path,
                            .sentence = "is in no topic of the cluster; a broker leaves it alone"};
    }
    const auto& known = topic->second.node.id;
    if (!id || *id == known) {
        return std::nullopt;
    }
    return log::Problem{.kind = log::ProblemKind::other_topic,
                        .path = path,
                        .sentence = fmt::format("is of another topic of that name ({}, and the "
                                                "cluster's is {}): a broker does not serve it",
                                                *id, known)};
}

/// The partitions of the directory's broker that have no folder there.
std::vector<TopicPartition> without_folder(const metadata::ClusterState& state,
                                           const log::DirectoryReport& report) {
    std::vector<TopicPartition> found;
    for (const auto& [name, topic] : state.topics) {
        for (std::size_t i = 0; i < topic.node.partitions.size() && !topic.being_deleted; ++i) {
            TopicPartition partition{name, PartitionId{static_cast<std::int32_t>(i)}};
            const auto& replicas = topic.node.partitions[i].replicas;
            const bool ours = !report.identity.node ||
                              std::ranges::find(replicas, *report.identity.node) != replicas.end();
            if (ours && !report.folders.contains(partition)) {
                found.push_back(std::move(partition));
            }
        }
    }
    return found;
}

}  // namespace

log::Problems compare_state(const metadata::ClusterState& state, const runtime::Path& directory,
                            const log::DirectoryReport& report) {
    log::Problems found;
    const auto& cluster = report.identity.cluster_id;
    if (cluster && !state.cluster_id.empty() && *cluster != state.cluster_id) {
        found.push_back(broken(directory, fmt::format("is of cluster {}, and meta.properties is of "
                                                      "{}",
                                                      state.cluster_id, *cluster)));
        return found;
    }
    for (const auto& [partition, id] : report.folders) {
        if (auto problem = judge_folder(state, directory, partition, id)) {
            found.push_back(std::move(*problem));
        }
    }
    const auto missing = without_folder(state, report);
    if (!missing.empty()) {
        found.push_back(
            {.kind = log::ProblemKind::note,
             .path = directory / state_name,
             .sentence = fmt::format("has {} partitions without a folder here, the first is {}: "
                                     "they are in another directory of log.dirs, or a broker "
                                     "begins them anew, empty",
                                     missing.size(), missing.front())});
    }
    return found;
}

log::Problems check_state(runtime::Disk& disk, const runtime::Path& directory,
                          const log::DirectoryReport& report) {
    if (!disk.exists(directory / state_name)) {
        return {};
    }
    const auto checked = StateCopy::take_and_check(disk, directory);
    if (!checked) {
        return {broken(directory, fmt::format("cannot be read: {}", checked.error().message))};
    }
    if (!checked->complaints.empty()) {
        return {broken(directory, fmt::format("is damaged: {}", checked->complaints.front()))};
    }
    const auto state = state_in(checked->copy->store());
    return state ? compare_state(*state, directory, report)
                 : log::Problems{
                       broken(directory, fmt::format("cannot be read: {}", state.error().message))};
}

}  // namespace barnabas::cli

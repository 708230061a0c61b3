#include "cli/reassign/reassign_command.h"

#include "cli/common/admin_session.h"
#include "cli/common/client_properties.h"
#include "cli/common/quiet_clients.h"
#include "cli/reassign/reassign_cluster.h"
#include "cli/reassign/reassign_options.h"
#include "cli/reassign/reassign_report.h"
#include "runtime/real/real_clock.h"
#include "runtime/real/real_random.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace barnabas::cli {
namespace {

constexpr int reassign_done = 0;
constexpr int reassign_failed = 1;
constexpr std::int64_t move_timeout_ms = 10'000;
constexpr std::string_view existing_reassignment =
    "Cannot execute because there is an existing partition assignment.  Use --additional to "
    "override this and create a new partition assignment in addition to the existing one. The "
    "--additional flag can also be used to change the throttle by resubmitting the current "
    "reassignment.";
constexpr Duration between_tries = std::chrono::milliseconds(100);

void wait_between_tries() {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable().wait_for(lock, between_tries);
}

std::set<std::string> topics_of(const WantedReassignment& wanted) {
    std::set<std::string> topics;
    for (const auto& [partition, replicas] : wanted.partitions) {
        topics.insert(partition.topic);
    }
    return topics;
}

std::map<std::string, Assignment> split_by_topic(const Assignment& assignment) {
    std::map<std::string, Assignment> topics;
    for (const auto& [partition, replicas] : assignment) {
        topics[partition.topic].emplace(partition, replicas);
    }
    return topics;
}

/// Where the partitions of each topic could be: as many replicas as its first partition has.
Result<Assignment> propose(const Assignment& current, const std::vector<PlacementBroker>& brokers,
                           runtime::Random& random) {
    Assignment proposed;
    for (const auto& [topic, partitions] : split_by_topic(current)) {
        PlacementStart start;
        if (!brokers.empty()) {
            start = {.first = random.below(brokers.size()), .shift = random.below(brokers.size())};
        }
        TRY_ASSIGN(auto placed, place_replicas(brokers, partitions.size(),
                                               partitions.begin()->second.size(), start));
        for (std::size_t i = 0; i < placed.size(); ++i) {
            const PartitionId number{static_cast<std::int32_t>(i)};
            proposed.emplace(TopicPartition{.topic = topic, .partition = number},
                             std::move(placed[i]));
        }
    }
    return proposed;
}

/// One run of the command. What it answers is the exit status; errors are told behind "Error: ".
class ReassignRun {
public:
    ReassignRun(const ParsedOptions& options, Console& console, Admin admin)
        : options_(options), report_(console, options.json()), cluster_(std::move(admin)) {}

    Result<int> run(std::string_view action) {
        if (action == "verify") {
            return verify();
        }
        if (action == "generate") {
            return generate();
        }
        if (action == "execute") {
            return execute();
        }
        return action == "cancel" ? cancel() : list();
    }

private:
    Result<int> list() {
        TRY_ASSIGN(const auto under_way, cluster_.reassignments());
        report_.reassignments(under_way);
        return reassign_done;
    }

    Result<int> generate() {
        TRY_ASSIGN(const auto text, file("topics-to-move-json-file"));
        TRY_ASSIGN(const auto wanted, parse_broker_list(*options_.text("broker-list")));
        TRY_ASSIGN(const auto topics, parse_topics_to_move(text));
        TRY_ASSIGN(const auto current,
                   cluster_.assignment_of_topics({topics.begin(), topics.end()}));
        TRY_ASSIGN(const auto brokers, cluster_.brokers());
        TRY_ASSIGN(const auto log_dirs, cluster_.log_dirs(current, brokers));
        TRY_ASSIGN(const auto targets,
                   placement_brokers(brokers, wanted, !options_.has("disable-rack-aware")));
        runtime::RealRandom random;
        TRY_ASSIGN(const auto proposed, propose(current, targets, random));
        report_.proposal(current, log_dirs, proposed);
        return reassign_done;
    }

    Result<int> execute() {
        TRY_ASSIGN(const auto wanted, read_reassignment());
        TRY(check_executable(wanted));
        TRY_ASSIGN(const auto under_way, cluster_.reassignments());
        if (!options_.has("additional") && !under_way.empty()) {
            return refused(existing_reassignment);
        }
        const auto proposed = wanted.by_partition();
        TRY_ASSIGN(const auto brokers, cluster_.brokers());
        TRY(check_brokers(proposed, brokers));
        TRY_ASSIGN(const auto current, cluster_.assignment_of(proposed));
        TRY_ASSIGN(const auto log_dirs, cluster_.log_dirs(current, brokers));
        report_.before(current, log_dirs);
        TRY(set_throttles(wanted, moves_of(under_way, proposed, current)));
        std::map<TopicPartition, admin::NewPartitionReassignment> changes;
        for (const auto& [partition, replicas] : proposed) {
            changes.emplace(partition, replicas);
        }
        TRY_ASSIGN(const auto errors,
                   cluster_.reassign(std::move(changes),
                                     !options_.has("disallow-replication-factor-change")));
        if (!errors.empty()) {
            report_.failed("Error reassigning partition(s):", errors);
            return reassign_failed;
        }
        report_.started(proposed);
        return wanted.log_dirs.empty() ? Result<int>(reassign_done)
                                       : move_replicas(wanted.log_dirs);
    }

    /// Brokers that nobody has are an error before anything is changed.
    static Result<void> check_brokers(const Assignment& proposed,
                                      const ReassignCluster::Brokers& brokers) {
        std::set<BrokerId> named;
        for (const auto& [partition, replicas] : proposed) {
            named.insert(replicas.begin(), replicas.end());
        }
        for (const auto id : named) {
            if (std::ranges::find(brokers, id, &admin::Node::id) == brokers.end()) {
                return fail(ErrorCode::broker_not_available, "Unknown broker id {}", id);
            }
        }
        return {};
    }

    Result<void> set_throttles(const WantedReassignment& wanted, const PartitionMoves& moves) {
        const auto between_brokers = options_.number("throttle").value_or(-1);
        const auto between_dirs = options_.number("replica-alter-log-dirs-throttle").value_or(-1);
        if (between_brokers >= 0 || between_dirs >= 0) {
            report_.tell(
                "Warning: You must run --verify periodically, until the reassignment completes, to "
                "ensure the throttle is removed.\n");
        }
        if (between_brokers >= 0) {
            TRY(cluster_.change_configs(topic_throttles(moves)));
            TRY(cluster_.change_configs(broker_throttles(moves, between_brokers)));
            report_.throttle("inter-broker", between_brokers);
        }
        if (between_dirs >= 0) {
            std::set<BrokerId> brokers;
            for (const auto& [replica, directory] : wanted.log_dirs) {
                brokers.insert(replica.broker);
            }
            TRY(cluster_.change_configs(log_dir_throttles(brokers, between_dirs)));
            report_.throttle("replica-alter-dir", between_dirs);
        }
        return {};
    }

    /// A replica that is new to its broker can only be moved when it is there: tries again until
    /// the timeout.
    Result<int> move_replicas(ReplicaDirs pending) {
        const runtime::RealClock clock;
        const Time deadline =
            clock.now() + milliseconds(options_.number("timeout").value_or(move_timeout_ms));
        while (true) {
            TRY_ASSIGN(const auto moving, cluster_.move_log_dirs(pending));
            for (const auto& replica : by_broker(pending)) {
                if (moving.contains(replica)) {
                    report_.started(replica, pending.at(replica));
                }
            }
            std::erase_if(pending, [&](const auto& one) { return moving.contains(one.first); });
            if (pending.empty()) {
                return reassign_done;
            }
            if (clock.now() >= deadline) {
                std::vector<std::string> names;
                for (const auto& replica : by_broker(pending)) {
                    names.push_back(replica_name(replica));
                }
                return refused(
                    fmt::format("Timed out before log directory {} could be started for: {}",
                                plural("move", pending.size()), fmt::join(names, ",")));
            }
            wait_between_tries();
        }
    }

    Result<int> verify() {
        TRY_ASSIGN(const auto wanted, read_reassignment());
        TRY_ASSIGN(const auto under_way, cluster_.reassignments());
        std::set<std::string> topics;
        for (const auto& [partition, replicas] : wanted.partitions) {
            if (!under_way.contains(partition)) {
                topics.insert(partition.topic);
            }
        }
        TRY_ASSIGN(const auto there, cluster_.assignment_of_those_there(topics));
        report_.states(reassignment_states(wanted, under_way, there));
        TRY_ASSIGN(const auto moves, cluster_.log_dir_moves(wanted.log_dirs));
        report_.moves(moves);
        const bool all_done = under_way.empty() && std::ranges::all_of(moves, [](const auto& one) {
                                  return one.second.done();
                              });
        if (all_done && !options_.has("preserve-throttles")) {
            TRY(clear_throttles(wanted));
        }
        return reassign_done;
    }

    Result<int> cancel() {
        TRY_ASSIGN(const auto wanted, read_reassignment());
        std::set<TopicPartition> partitions;
        for (const auto& [partition, replicas] : wanted.partitions) {
            partitions.insert(partition);
        }
        TRY_ASSIGN(const auto under_way, cluster_.reassignments(std::move(partitions)));
        if (under_way.empty()) {
            report_.tell("None of the specified partition reassignments are active.\n");
        } else {
            std::map<TopicPartition, admin::NewPartitionReassignment> changes;
            for (const auto& [partition, reassignment] : under_way) {
                changes.emplace(partition, std::nullopt);
            }
            TRY_ASSIGN(const auto errors, cluster_.reassign(std::move(changes)));
            if (!errors.empty()) {
                report_.failed(fmt::format("Error cancelling {} for:",
                                           plural("partition reassignment", errors.size())),
                               errors);
                return reassign_failed;
            }
            report_.cancelled(under_way);
        }
        TRY_ASSIGN(const auto moves, cluster_.log_dir_moves(wanted.log_dirs));
        const auto back = active_moves(moves);
        int status = reassign_done;
        if (back.empty()) {
            report_.tell("None of the specified partition moves are active.");
        } else {
            TRY_ASSIGN(status, move_replicas(back));
        }
        if (status == reassign_done && !options_.has("preserve-throttles")) {
            TRY(clear_throttles(wanted));
        }
        return status;
    }

    /// All of them: nobody knows which brokers took part in what is done.
    Result<void> clear_throttles(const WantedReassignment& wanted) {
        TRY_ASSIGN(const auto there, cluster_.brokers());
        std::set<BrokerId> brokers;
        for (const auto& broker : there) {
            brokers.insert(broker.id);
        }
        for (const auto& [partition, replicas] : wanted.partitions) {
            brokers.insert(replicas.begin(), replicas.end());
        }
        report_.clearing_brokers(brokers);
        TRY(cluster_.change_configs(without_broker_throttles(brokers)));
        const auto topics = topics_of(wanted);
        report_.clearing_topics(topics);
        TRY(cluster_.change_configs(without_topic_throttles(topics)));
        report_.cleared();
        return {};
    }

    int refused(std::string_view sentence) {
        report_.refuse(sentence);
        return reassign_failed;
    }

    Result<std::string> file(std::string_view option) const {
        return read_file(*options_.text(option));
    }

    Result<WantedReassignment> read_reassignment() const {
        TRY_ASSIGN(const auto text, file("reassignment-json-file"));
        return parse_reassignment(text);
    }

    const ParsedOptions& options_;
    ReassignReport report_;
    ReassignCluster cluster_;
};

Result<Admin> reassign_admin(const ParsedOptions& options) {
    TRY_ASSIGN(auto config,
               client_properties({.file = options.text("command-config"),
                                  .bootstrap = options.text("bootstrap-server").value_or(""),
                                  .profile = options.profile(),
                                  .defaults = {{"client.id", "reassign-partitions-tool"}}}));
    return quiet_admin(std::move(config));
}

}  // namespace

int run_reassign_partitions(const ParsedOptions& options, Console& console) {
    const auto action = reassign_action(options);
    if (!action) {
        console.error_line(action.error().message);
        return reassign_failed;
    }
    auto admin = reassign_admin(options);
    const auto status = admin ? ReassignRun(options, console, std::move(*admin)).run(*action)
                              : Result<int>(std::unexpected(admin.error()));
    if (!status) {
        ReassignReport(console, options.json())
            .refuse(fmt::format("Error: {}", status.error().message));
        return reassign_failed;
    }
    return *status;
}

}  // namespace barnabas::cli

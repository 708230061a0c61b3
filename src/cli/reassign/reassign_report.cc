#include "cli/reassign/reassign_report.h"

#include "base/json_text.h"

#include <vector>

namespace barnabas::cli {
namespace {

template <class Map>
std::string partitions_text(const Map& partitions) {
    std::vector<std::string> texts;
    for (const auto& one : partitions) {
        texts.push_back(fmt::format("{}", one.first));
    }
    return fmt::format("{}", fmt::join(texts, ","));
}

template <class Map>
std::string each_done_json(const Map& partitions, std::string_view member) {
    std::vector<std::string> texts;
    for (const auto& one : partitions) {
        texts.push_back(partition_done_json(one.first, member));
    }
    return fmt::format("{}", fmt::join(texts, "\n"));
}

}  // namespace

std::string plural(std::string_view word, std::size_t count) {
    return fmt::format("{}{}", word, count == 1 ? "" : "s");
}

void ReassignReport::json_lines(std::string_view text) {
    if (!text.empty()) {
        line(text);
    }
}

void ReassignReport::tell(std::string_view text) {
    if (!json_) {
        console_.write(text);
    }
}

void ReassignReport::refuse(std::string_view sentence) {
    if (json_) {
        console_.error_line(sentence);
    } else {
        line(sentence);
    }
}

void ReassignReport::reassignments(const Reassignments& under_way) {
    if (json_) {
        json_lines(reassignments_json(under_way));
    } else {
        line(reassignments_text(under_way));
    }
}

void ReassignReport::proposal(const Assignment& current, const ReplicaDirs& log_dirs,
                              const Assignment& proposed) {
    const auto now = reassignment_json(current, log_dirs);
    const auto then = reassignment_json(proposed);
    if (json_) {
        line(JsonLine().add_json("current", now).add_json("proposed", then).text());
        return;
    }
    console_.print("Current partition replica assignment\n{}\n\n", now);
    console_.print("Proposed partition reassignment configuration\n{}\n", then);
}

void ReassignReport::states(const ReassignmentStates& states) {
    if (json_) {
        json_lines(states_json(states));
    } else {
        line(states_text(states));
    }
}

void ReassignReport::moves(const LogDirMoveStates& states) {
    if (json_) {
        json_lines(moves_json(states));
    } else {
        line(moves_text(states));
    }
}

void ReassignReport::before(const Assignment& current, const ReplicaDirs& log_dirs) {
    line(json_ ? JsonLine().add_json("current", reassignment_json(current, log_dirs)).text()
               : rollback_text(current, log_dirs));
}

void ReassignReport::throttle(std::string_view what, std::int64_t bytes_per_second) {
    line(json_ ? JsonLine().add("throttle", what).add("bytesPerSecond", bytes_per_second).text()
               : fmt::format("The {} throttle limit was set to {} B/s", what, bytes_per_second));
}

void ReassignReport::started(const Assignment& partitions) {
    line(json_ ? each_done_json(partitions, "started")
               : fmt::format("Successfully started {} for {}",
                             plural("partition reassignment", partitions.size()),
                             partitions_text(partitions)));
}

void ReassignReport::started(const admin::TopicPartitionReplica& replica,
                             const std::string& directory) {
    if (json_) {
        line(JsonLine()
                 .add("topic", replica.topic)
                 .add("partition", replica.partition.get())
                 .add("broker", replica.broker.get())
                 .add("targetLogDir", directory)
                 .add("started", true)
                 .text());
        return;
    }
    // The blank at the end is Kafka's.
    console_.print(
        "Successfully started moving log directory to {} for replica {}-{} with broker {} \n",
        directory, replica.topic, replica.partition, replica.broker);
}

void ReassignReport::failed(std::string_view heading,
                            const std::map<TopicPartition, Error>& errors) {
    tell(fmt::format("{}\n", heading));
    for (const auto& [partition, error] : errors) {
        line(json_ ? partition_failed_json(partition, error)
                   : fmt::format("{}: {}", partition, error.message));
    }
}

void ReassignReport::cancelled(const Reassignments& reassignments) {
    line(json_ ? each_done_json(reassignments, "cancelled")
               : fmt::format("Successfully cancelled {} for: {}",
                             plural("partition reassignment", reassignments.size()),
                             partitions_text(reassignments)));
}

void ReassignReport::clearing_brokers(const std::set<BrokerId>& brokers) {
    tell(fmt::format("Clearing broker-level throttles on {} {}\n", plural("broker", brokers.size()),
                     fmt::join(brokers, ",")));
}

void ReassignReport::clearing_topics(const std::set<std::string>& topics) {
    tell(fmt::format("Clearing topic-level throttles on {} {}\n", plural("topic", topics.size()),
                     fmt::join(topics, ",")));
}

void ReassignReport::cleared() {
    if (json_) {
        line(JsonLine().add("throttlesCleared", true).text());
    }
}

}  // namespace barnabas::cli

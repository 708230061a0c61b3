#pragma once

#include "cli/framework/console.h"
#include "cli/reassign/reassign_text.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace barnabas::cli {

/// What reassign-partitions says, as Kafka's tool or in JSON, an object a line. Kafka's says it all
/// on standard output, what went wrong too; beside JSON that is on the error output.
class ReassignReport {
public:
    ReassignReport(Console& console, bool json) : console_(console), json_(json) {}

    void reassignments(const Reassignments& under_way);
    /// `log_dirs`: where the current replicas are.
    void proposal(const Assignment& current, const ReplicaDirs& log_dirs,
                  const Assignment& proposed);
    void states(const ReassignmentStates& states);
    void moves(const LogDirMoveStates& states);

    /// What is there before something begins.
    void before(const Assignment& current, const ReplicaDirs& log_dirs);
    /// `what`: "inter-broker", "replica-alter-dir".
    void throttle(std::string_view what, std::int64_t bytes_per_second);
    void started(const Assignment& partitions);
    void started(const admin::TopicPartitionReplica& replica, const std::string& directory);
    void failed(std::string_view heading, const std::map<TopicPartition, Error>& errors);
    void cancelled(const Reassignments& reassignments);
    void clearing_brokers(const std::set<BrokerId>& brokers);
    void clearing_topics(const std::set<std::string>& topics);
    void cleared();

    /// As it stands, and not beside JSON.
    void tell(std::string_view text);
    /// A sentence about what could not be done.
    void refuse(std::string_view sentence);

private:
    void line(std::string_view text) { console_.line(text); }
    /// JSON of nothing is no line.
    void json_lines(std::string_view text);

    Console& console_;
    bool json_;
};

/// "partition" and "partitions".
[[nodiscard]] std::string plural(std::string_view word, std::size_t count);

}  // namespace barnabas::cli

#pragma once

#include "base/result.h"
#include "cli/framework/console.h"
#include "cli/framework/option_parser.h"
#include "cli/groups/offset_csv.h"
#include <barnabas/admin.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::cli {

using Partitions = std::set<TopicPartition>;
/// What a group has committed or begins with; partitions without an offset are not there.
using CurrentOffsets = std::map<TopicPartition, Offset>;

/// A topic of --topic: all of its partitions, or some of them ("topic:0,1").
struct TopicScope {
    std::string topic;
    std::optional<std::vector<PartitionId>> partitions{};
};
/// invalid_request in Kafka's words.
[[nodiscard]] Result<TopicScope> parse_topic_scope(const std::string& text);

/// What several of them name: partitions, and whole topics.
struct NamedTopics {
    Partitions partitions;
    std::set<std::string> whole;
};
[[nodiscard]] Result<NamedTopics> parse_topic_scopes(const std::vector<std::string>& texts);

/// Finds where groups are to begin: what --reset-offsets of consumer and share groups share
/// (org.apache.kafka.tools.GroupOffsetsResetter). `admin`, `options` and `console` outlive it.
class OffsetReset {
public:
    OffsetReset(Admin& admin, const ParsedOptions& options, Console& console, Duration timeout)
        : admin_(admin), options_(options), console_(console), timeout_(timeout) {}

    /// The partitions that the --topic options name.
    Result<Partitions> named_partitions();

    /// Where each of `partitions` is to begin, by the scenario option that is given; `current` is
    /// what --shift-by and --to-current count from. Offsets outside of a log become its ends, with
    /// a warning. invalid_request: the command line asks for nonsense.
    Result<PartitionOffsets> plan(const std::string& group, const Partitions& partitions,
                                  const CurrentOffsets& current);

    /// unknown_topic_or_partition or leader_not_available, naming those that are not there.
    Result<void> check_partitions(const Partitions& partitions);

private:
    Result<std::map<TopicPartition, Offset>> offsets_at(const Partitions& partitions,
                                                        admin::OffsetSpec spec);
    Result<PartitionOffsets> at_time(const Partitions& partitions, Timestamp time);
    Result<PartitionOffsets> shifted(const Partitions& partitions, const CurrentOffsets& current,
                                     std::int64_t by);
    Result<PartitionOffsets> to_current(const Partitions& partitions,
                                        const CurrentOffsets& current);
    Result<PartitionOffsets> from_file(const std::string& group);
    Result<PartitionOffsets> within_logs(PartitionOffsets wanted);
    /// With --json what is printed is JSON alone.
    void say(std::string_view sentence);

    Admin& admin_;
    const ParsedOptions& options_;
    Console& console_;
    Duration timeout_;
};

/// An offset moved into [start, end], and the warning if it had to be.
struct OffsetInLog {
    Offset offset;
    std::optional<std::string> warning{};
};
[[nodiscard]] OffsetInLog offset_in_log(const TopicPartition& partition, Offset wanted,
                                        Offset start, Offset end);

/// "GROUP TOPIC PARTITION NEW-OFFSET", as Kafka's tools print a plan.
[[nodiscard]] std::string reset_table(const GroupOffsets& offsets);
/// The same as JSON, a line each.
[[nodiscard]] std::string reset_json(const GroupOffsets& offsets);

}  // namespace barnabas::cli

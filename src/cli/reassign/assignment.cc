#include "cli/reassign/assignment.h"

#include "base/json_text.h"
#include "cli/framework/option_parser.h"
#include "cli/reassign/json_values.h"

#include <algorithm>
#include <ranges>
#include <set>
#include <tuple>

namespace barnabas::cli {
namespace {

constexpr std::string_view any_log_dir = "any";

/// What stands more than once, in order.
template <class Range>
auto duplicates(const Range& items) {
    using T = std::ranges::range_value_t<Range>;
    std::set<T> seen;
    std::set<T> twice;
    for (const auto& item : items) {
        if (!seen.insert(item).second) {
            twice.insert(item);
        }
    }
    return twice;
}

Replicas ids_of(const std::vector<std::int32_t>& numbers) {
    Replicas brokers;
    for (const auto number : numbers) {
        brokers.emplace_back(number);
    }
    return brokers;
}

Result<void> read_partition(const boost::json::value& value, WantedReassignment& wanted) {
    TRY_ASSIGN(const auto* fields, json_object(value));
    TRY_ASSIGN(const auto* topic_field, json_member(*fields, "topic"));
    TRY_ASSIGN(const auto topic, json_text(*topic_field));
    TRY_ASSIGN(const auto* number_field, json_member(*fields, "partition"));
    TRY_ASSIGN(const auto number, json_int(*number_field));
    TRY_ASSIGN(const auto* replicas_field, json_member(*fields, "replicas"));
    TRY_ASSIGN(const auto replicas, json_ints(*replicas_field));
    std::vector<std::string> dirs(replicas.size(), std::string(any_log_dir));
    if (const auto* dirs_field = find_json_member(*fields, "log_dirs")) {
        TRY_ASSIGN(dirs, json_texts(*dirs_field));
    }
    const TopicPartition partition{.topic = topic, .partition = PartitionId{number}};
    if (replicas.size() != dirs.size()) {
        return fail(ErrorCode::invalid_request,
                    "Size of replicas list [{}] is different from size of log dirs list [{}] for "
                    "partition {}",
                    fmt::join(replicas, ", "), fmt::join(dirs, ", "), partition);
    }
    for (std::size_t i = 0; i < dirs.size(); ++i) {
        if (dirs[i] != any_log_dir) {
            wanted.log_dirs.insert_or_assign(
                {.topic = topic, .partition = partition.partition, .broker = BrokerId{replicas[i]}},
                dirs[i]);
        }
    }
    wanted.partitions.emplace_back(partition, ids_of(replicas));
    return {};
}

std::string assigned_json(const TopicPartition& partition, const Replicas& replicas,
                          const ReplicaDirs& log_dirs) {
    std::vector<std::string> dirs;
    for (const auto broker : replicas) {
        const auto found = log_dirs.find(
            {.topic = partition.topic, .partition = partition.partition, .broker = broker});
        auto& dir = dirs.emplace_back();
        append_json_string(dir, found == log_dirs.end() ? any_log_dir : found->second);
    }
    return JsonLine()
        .add("topic", partition.topic)
        .add("partition", partition.partition.get())
        .add_json("replicas", fmt::format("[{}]", fmt::join(replicas, ",")))
        .add_json("log_dirs", fmt::format("[{}]", fmt::join(dirs, ",")))
        .text();
}

}  // namespace

Assignment WantedReassignment::by_partition() const {
    Assignment assignment;
    for (const auto& [partition, replicas] : partitions) {
        assignment.insert_or_assign(partition, replicas);
    }
    return assignment;
}

Result<WantedReassignment> parse_reassignment(std::string_view text) {
    TRY_ASSIGN(const auto root, parse_json(text));
    TRY_ASSIGN(const auto* file, json_object(root));
    TRY(check_json_version(*file));
    WantedReassignment wanted;
    if (const auto* field = find_json_member(*file, "partitions")) {
        TRY_ASSIGN(const auto* partitions, json_array(*field));
        for (const auto& partition : *partitions) {
            TRY(read_partition(partition, wanted));
        }
    }
    return wanted;
}

Result<void> check_executable(const WantedReassignment& wanted) {
    if (wanted.partitions.empty()) {
        return fail(ErrorCode::invalid_request, "Partition reassignment list cannot be empty");
    }
    if (std::ranges::any_of(wanted.partitions,
                            [](const auto& one) { return one.second.empty(); })) {
        return fail(ErrorCode::invalid_request, "Partition replica list cannot be empty");
    }
    if (const auto twice = duplicates(wanted.partitions | std::views::keys); !twice.empty()) {
        return fail(ErrorCode::invalid_request,
                    "Partition reassignment contains duplicate topic partitions: {}",
                    fmt::join(twice, ","));
    }
    std::vector<std::string> found;
    for (const auto& [partition, replicas] : wanted.partitions) {
        if (const auto twice = duplicates(replicas); !twice.empty()) {
            found.push_back(fmt::format("{} contains multiple entries for {}", partition,
                                        fmt::join(twice, ",")));
        }
    }
    if (!found.empty()) {
        return fail(ErrorCode::invalid_request,
                    "Partition replica lists may not contain duplicate entries: {}",
                    fmt::join(found, ". "));
    }
    return {};
}

Result<std::vector<std::string>> parse_topics_to_move(std::string_view text) {
    TRY_ASSIGN(const auto root, parse_json(text));
    TRY_ASSIGN(const auto* file, json_object(root));
    TRY(check_json_version(*file));
    std::vector<std::string> names;
    if (const auto* field = find_json_member(*file, "topics")) {
        TRY_ASSIGN(const auto* topics, json_array(*field));
        for (const auto& topic : *topics) {
            TRY_ASSIGN(const auto* fields, json_object(topic));
            TRY_ASSIGN(const auto* name, json_member(*fields, "topic"));
            TRY_ASSIGN(auto read, json_text(*name));
            names.push_back(std::move(read));
        }
    }
    if (const auto twice = duplicates(names); !twice.empty()) {
        return fail(ErrorCode::invalid_request,
                    "List of topics to reassign contains duplicate entries: [{}]",
                    fmt::join(twice, ", "));
    }
    return names;
}

Result<std::vector<BrokerId>> parse_broker_list(std::string_view text) {
    std::vector<std::string> words;
    for (const auto word : std::views::split(text, ',')) {
        words.emplace_back(word.begin(), word.end());
    }
    while (words.size() > 1 && words.back().empty()) {
        words.pop_back();  // Java's split() does not see them
    }
    if (words.empty()) {
        words.emplace_back();
    }
    std::vector<BrokerId> brokers;
    for (const auto& word : words) {
        const auto id = parse_int32(word);
        if (!id) {
            return fail(ErrorCode::invalid_request, "For input string: \"{}\"", word);
        }
        brokers.emplace_back(*id);
    }
    if (const auto twice = duplicates(brokers); !twice.empty()) {
        return fail(ErrorCode::invalid_request, "Broker list contains duplicate entries: [{}]",
                    fmt::join(twice, ", "));
    }
    return brokers;
}

std::string reassignment_json(const Assignment& assignment, const ReplicaDirs& log_dirs) {
    std::vector<std::string> partitions;
    for (const auto& [partition, replicas] : assignment) {
        partitions.push_back(assigned_json(partition, replicas, log_dirs));
    }
    return JsonLine()
        .add("version", 1)
        .add_json("partitions", fmt::format("[{}]", fmt::join(partitions, ",")))
        .text();
}

std::string replica_name(const admin::TopicPartitionReplica& replica) {
    return fmt::format("{}-{}-{}", replica.topic, replica.partition, replica.broker);
}

std::vector<admin::TopicPartitionReplica> by_broker(const ReplicaDirs& replicas) {
    std::vector<admin::TopicPartitionReplica> sorted;
    for (const auto& [replica, directory] : replicas) {
        sorted.push_back(replica);
    }
    std::ranges::sort(sorted, {}, [](const admin::TopicPartitionReplica& replica) {
        return std::tie(replica.broker, replica.topic, replica.partition);
    });
    return sorted;
}

}  // namespace barnabas::cli

#include "cli/topics/topics_command.h"

#include "base/json_text.h"
#include "base/topic_name.h"
#include "cli/common/admin_session.h"
#include "cli/common/old_names.h"
#include "cli/common/topic_filter.h"
#include "cli/topics/topics_options.h"
#include "cli/topics/topics_text.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace barnabas::cli {
namespace {

constexpr int done = 0;
constexpr int failed = 1;

/// One run of the command. What it answers is the exit status; errors are what the cluster says.
class TopicsRun {
public:
    TopicsRun(const ParsedOptions& options, Console& console, Admin admin)
        : options_(options), console_(console), admin_(std::move(admin)) {}

    Result<int> run() {
        if (options_.has("create")) {
            return create();
        }
        if (options_.has("alter")) {
            return alter();
        }
        if (options_.has("list")) {
            return list();
        }
        return options_.has("describe") ? describe() : remove();
    }

private:
    using Names = std::set<std::string>;

    void tell(std::string_view warning) { tell_warning(warning, options_.json(), console_); }

    Result<int> create() {
        if (has_collision_chars(options_.text("topic").value_or(""))) {
            tell(
                "WARNING: Due to limitations in metric names, topics with a period ('.') or "
                "underscore ('_') could collide. To avoid issues it is best to use either, but not "
                "both.");
        }
        TRY_ASSIGN(const auto topic, new_topic(options_));
        TRY_ASSIGN(const auto outcomes,
                   admin_.create_topics({topic}, {.retry_on_quota_violation = false}).get());
        const auto made = admin::all(outcomes);
        if (!made && made.error().code == ErrorCode::topic_already_exists &&
            options_.has("if-not-exists")) {
            return done;
        }
        TRY(made);
        if (options_.json()) {
            console_.line(JsonLine().add("created", topic.name).text());
        } else {
            console_.print("Created topic {}.\n", topic.name);
        }
        return done;
    }

    Result<int> list() {
        TRY_ASSIGN(const auto names, matching_topics());
        if (options_.json()) {
            for (const auto& name : names) {
                console_.line(JsonLine().add("topic", name).text());
            }
        } else {
            console_.print("{}\n", fmt::join(names, "\n"));
        }
        return done;
    }

    Result<int> alter() {
        TRY_ASSIGN(const auto names, matching_topics());
        if (names.empty()) {
            return nothing_found();
        }
        const auto total = static_cast<std::int32_t>(*options_.number("partitions"));
        std::map<std::string, admin::NewPartitions> changes;
        if (const auto text = options_.text("replica-assignment"); text && !text->empty()) {
            TRY_ASSIGN(const auto assignment, parse_replica_assignment(*text));
            TRY_ASSIGN(const auto topics, admin_.describe_topics(names).get());
            for (const auto& [name, topic] : topics) {
                if (!topic) {
                    return std::unexpected(topic.error());
                }
                std::vector<std::vector<BrokerId>> added;
                for (const auto& [partition, brokers] : assignment) {
                    if (std::cmp_greater_equal(partition.get(), topic->partitions.size())) {
                        added.push_back(brokers);
                    }
                }
                changes.emplace(name, admin::NewPartitions{.total_count = total,
                                                           .assignments = std::move(added)});
            }
        } else {
            for (const auto& name : names) {
                changes.emplace(name, admin::NewPartitions{.total_count = total});
            }
        }
        TRY_ASSIGN(const auto outcomes,
                   admin_.create_partitions(changes, {.retry_on_quota_violation = false}).get());
        TRY(admin::all(outcomes));
        return done;
    }

    Result<int> remove() {
        TRY_ASSIGN(const auto names, matching_topics());
        if (names.empty()) {
            return nothing_found();
        }
        TRY_ASSIGN(const auto outcomes,
                   admin_.delete_topics(names, {.retry_on_quota_violation = false}).get());
        TRY(admin::all(outcomes));
        return done;
    }

    /// The topics that --topic names, or all.
    Result<Names> matching_topics() {
        const bool internal = !options_.has("exclude-internal");
        TRY_ASSIGN(const auto topics, admin_.list_topics({.list_internal = internal}).get());
        std::optional<TopicFilter> filter;
        if (const auto expression = options_.text("topic")) {
            TRY_ASSIGN(filter, TopicFilter::parse(*expression));
        }
        Names names;
        for (const auto& [name, listing] : topics) {
            if ((!filter || filter->matches(name)) && (internal || !is_internal_topic(name))) {
                names.insert(name);
            }
        }
        return names;
    }

    Result<int> nothing_found() {
        const auto topic = options_.text("topic").value_or("");
        if (topic.empty() || options_.has("if-exists")) {
            return done;
        }
        return fail(ErrorCode::unknown_topic_or_partition, "Topic '{}' does not exist as expected",
                    topic);
    }

    Result<int> describe() {
        if (options_.has("topic") && options_.has("topic-id") && options_.has("if-exists")) {
            tell(
                "Only topic id will be used when both --topic and --topic-id are specified and "
                "topicId is not Uuid.ZERO_UUID");
        }
        std::vector<DescribedTopic> found;
        if (const auto text = options_.text("topic-id")) {
            const auto id = Uuid::parse(*text);
            if (!id) {
                return fail(ErrorCode::invalid_request,
                            "'{}' is no topic id; one has 22 characters of URL-safe base64", *text);
            }
            if (!id->is_zero()) {
                return describe_by_id(*id);
            }
        }
        TRY_ASSIGN(const auto names, matching_topics());
        if (names.empty()) {
            return nothing_found();
        }
        admin::DescribeTopicsOptions limits;
        if (const auto most = options_.number("partition-size-limit-per-response")) {
            limits.partitions_per_response_max = static_cast<std::int32_t>(*most);
        }
        TRY_ASSIGN(auto topics, admin_.describe_topics(names, limits).get());
        for (auto& [name, topic] : topics) {
            TRY_ASSIGN(auto description, std::move(topic));
            found.push_back({.topic = std::move(description), .config = {}});
        }
        return show(std::move(found));
    }

    Result<int> describe_by_id(const TopicId& id) {
        TRY_ASSIGN(auto topics, admin_.describe_topics_by_id({id}).get());
        auto topic = std::move(topics.begin()->second);
        if (!topic && topic.error().code == ErrorCode::unknown_topic_id) {
            if (options_.has("if-exists")) {
                return done;
            }
            return fail(ErrorCode::unknown_topic_id, "TopicId '{}' does not exist as expected", id);
        }
        TRY_ASSIGN(auto description, std::move(topic));
        std::vector<DescribedTopic> found;
        found.push_back({.topic = std::move(description), .config = {}});
        return show(std::move(found));
    }

    /// The questions go out together: none waits for another's answer.
    Result<int> show(std::vector<DescribedTopic> found) {
        std::set<admin::ConfigResource> resources;
        std::set<TopicPartition> partitions;
        for (const auto& described : found) {
            resources.insert(
                {.type = admin::ConfigResourceType::topic, .name = described.topic.name});
            for (const auto& partition : described.topic.partitions) {
                partitions.insert(
                    {.topic = described.topic.name, .partition = partition.partition});
            }
        }
        auto configs = admin_.describe_configs(std::move(resources));
        auto moves = admin_.list_partition_reassignments(std::move(partitions));
        std::optional<Future<admin::ClusterDescription>> cluster;
        if (options_.has("unavailable-partitions")) {
            cluster = admin_.describe_cluster();
        }
        TRY_ASSIGN(const auto config_outcomes, configs.get());
        TRY(take_moves(moves.get(), found));
        if (cluster) {
            TRY_ASSIGN(const auto description, cluster->get());
            for (const auto& broker : description.brokers) {
                live_.insert(broker.id);
            }
        }
        for (auto& described : found) {
            const auto config = config_outcomes.find(
                {.type = admin::ConfigResourceType::topic, .name = described.topic.name});
            if (config != config_outcomes.end()) {
                TRY_ASSIGN(described.config, config->second);
            }
            print(described);
        }
        return done;
    }

    /// A cluster that cannot say, or not to us, has none under way.
    static Result<void> take_moves(
        Result<std::map<TopicPartition, admin::PartitionReassignment>> moves,
        std::vector<DescribedTopic>& found) {
        if (!moves) {
            const auto code = moves.error().code;
            if (code == ErrorCode::unsupported_version ||
                code == ErrorCode::cluster_authorization_failed) {
                return {};
            }
            return fail(std::move(moves));
        }
        for (auto& described : found) {
            for (const auto& partition : described.topic.partitions) {
                const auto move =
                    moves->find({.topic = described.topic.name, .partition = partition.partition});
                if (move != moves->end()) {
                    described.reassignments.emplace(partition.partition, move->second);
                }
            }
        }
        return {};
    }

    void print(const DescribedTopic& described) {
        const bool overrides_alone = options_.has("topics-with-overrides");
        if (!reports_partitions() && (!overrides_alone || described.has_overrides())) {
            console_.line(options_.json() ? topic_json(described) : topic_line(described));
        }
        if (overrides_alone) {
            return;
        }
        for (const auto& partition : described.topic.partitions) {
            if (is_wanted(described, partition)) {
                console_.line(options_.json() ? partition_json(described, partition)
                                              : partition_line(described, partition));
            }
        }
    }

    [[nodiscard]] bool reports_partitions() const {
        return options_.has("under-replicated-partitions") ||
               options_.has("unavailable-partitions") || options_.has("under-min-isr-partitions") ||
               options_.has("at-min-isr-partitions");
    }

    [[nodiscard]] bool is_wanted(const DescribedTopic& described,
                                 const admin::PartitionDescription& partition) const {
        const auto isr = partition.isr.size();
        if (!reports_partitions()) {
            return true;
        }
        return (options_.has("under-replicated-partitions") &&
                described.replication_factor(partition) > isr) ||
               (options_.has("unavailable-partitions") &&
                (!partition.leader || !live_.contains(partition.leader->id))) ||
               (options_.has("under-min-isr-partitions") &&
                (!partition.leader || isr < described.min_isr())) ||
               (options_.has("at-min-isr-partitions") && isr == described.min_isr());
    }

    const ParsedOptions& options_;
    Console& console_;
    Admin admin_;
    std::set<BrokerId> live_;
};

}  // namespace

int run_topics(const ParsedOptions& options, Console& console) {
    const auto checked = check_topics(options);
    if (!checked) {
        console.error_line(checked.error().message);
        return failed;
    }
    if (options.has("delete-config")) {
        console.error_line(
            "delete-config option is no longer supported and deprecated since version 4.0. The "
            "config will be fully removed in future releases.");
    }
    auto admin = admin_client(options);
    const auto status = admin ? TopicsRun(options, console, std::move(*admin)).run()
                              : Result<int>(std::unexpected(admin.error()));
    if (!status) {
        const auto sentence =
            fmt::format("Error while executing topic command : {}", status.error().message);
        tell_warning(sentence, options.json(), console);
        return failed;
    }
    return *status;
}

}  // namespace barnabas::cli

#include "cli/topics/topics_options.h"

#include "cli/topics/topics_command.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <ranges>
#include <set>
#include <utility>
#include <vector>

namespace barnabas::cli {
namespace {

constexpr std::array options{
    bootstrap_server_option,
    command_config_option,
    Option{.name = "list", .help = "List topics."},
    Option{.name = "create", .help = "Create a topic."},
    Option{.name = "delete", .help = "Delete topics."},
    Option{.name = "alter",
           .help = "Add partitions (configurations are altered by barnabas configs)."},
    Option{.name = "describe", .help = "Tell partitions, replicas and configurations of topics."},
    Option{.name = "topic",
           .argument = Argument::required,
           .argument_name = "TOPIC",
           .help = "Which topics: a regular expression; the very name where one is created."},
    Option{.name = "topic-id",
           .argument = Argument::required,
           .argument_name = "ID",
           .help = "Which topic to describe, by its id."},
    Option{.name = "config",
           .argument = Argument::required,
           .argument_name = "NAME=VALUE",
           .help = "A configuration of the topic that is created; may be repeated.",
           .repeatable = true},
    Option{.name = "delete-config",
           .argument = Argument::required,
           .argument_name = "NAME",
           .help = "Of no effect since Kafka 4.0.",
           .repeatable = true},
    Option{.name = "partitions",
           .argument = Argument::required,
           .kind = ArgumentKind::int32,
           .argument_name = "NUMBER",
           .help =
               "How many partitions the topic shall have. More partitions for a topic with keys "
               "send keys elsewhere than before."},
    Option{.name = "replication-factor",
           .argument = Argument::required,
           .kind = ArgumentKind::int32,
           .argument_name = "NUMBER",
           .help = "How many replicas each partition shall have."},
    Option{.name = "replica-assignment",
           .argument = Argument::required,
           .argument_name = "B:B,B:B,...",
           .help = "The brokers of each partition, the preferred leader first."},
    Option{.name = "under-replicated-partitions",
           .help = "Describe partitions alone that have fewer in-sync replicas than replicas."},
    Option{.name = "unavailable-partitions",
           .help = "Describe partitions alone that have no live leader."},
    Option{.name = "under-min-isr-partitions",
           .help = "Describe partitions alone that have fewer in-sync replicas than asked for."},
    Option{.name = "at-min-isr-partitions",
           .help = "Describe partitions alone that have just as many in-sync replicas as asked "
                   "for."},
    Option{.name = "topics-with-overrides",
           .help = "Describe topics alone that have configurations of their own."},
    Option{.name = "if-exists", .help = "A topic that is not there is no error."},
    Option{.name = "if-not-exists", .help = "A topic that is there already is no error."},
    Option{.name = "exclude-internal", .help = "Without Kafka's own topics."},
    Option{.name = "partition-size-limit-per-response",
           .argument = Argument::required,
           .kind = ArgumentKind::int32,
           .argument_name = "NUMBER",
           .help = "How many partitions one answer may describe."},
};

constexpr std::array<std::string_view, 4> examples{
    "topics --bootstrap-server localhost:9092 --list",
    "topics --bootstrap-server localhost:9092 --create --topic orders --partitions 6 --config "
    "retention.ms=86400000",
    "topics --bootstrap-server localhost:9092 --describe --topic 'orders.*' --json",
    "topics --bootstrap-server localhost:9092 --delete --topic orders --if-exists",
};

constexpr std::string_view configs_elsewhere =
    " (To alter topic configurations, the kafka-configs tool can be used.)";

Result<void> check_required(const ParsedOptions& given) {
    if (!given.has("bootstrap-server")) {
        return fail(ErrorCode::invalid_request, "--bootstrap-server must be specified");
    }
    const bool named = given.has("topic") || given.has("topic-id");
    if (given.has("describe") && given.has("if-exists") && !named) {
        return fail(ErrorCode::invalid_request,
                    "--topic or --topic-id is required to describe a topic");
    }
    if (!given.has("list") && !given.has("describe")) {
        TRY(require_options(given, {"topic"}));
    }
    if (given.has("alter")) {
        if (given.has("config")) {
            return fail(ErrorCode::invalid_request,
                        "Option combination \"[[bootstrap-server], [config]]\" can't be used with "
                        "option \"[alter]\"{}",
                        configs_elsewhere);
        }
        TRY(require_options(given, {"partitions"}));
    }
    return {};
}

Result<void> check_reports(const ParsedOptions& given) {
    constexpr std::array reports{"under-replicated-partitions", "under-min-isr-partitions",
                                 "at-min-isr-partitions", "unavailable-partitions"};
    for (const auto* report : reports) {
        TRY(refuse_together(given, report,
                            {"alter", "create", "list", "delete", "topics-with-overrides"}));
    }
    TRY(refuse_together(given, "topics-with-overrides", {"alter", "create", "list", "delete"}));
    return {};
}

}  // namespace

const Syntax topics_syntax{.options = options, .examples = examples};

Result<void> check_topics(const ParsedOptions& given) {
    constexpr std::array actions{"create", "list", "alter", "describe", "delete"};
    if (std::ranges::count_if(actions, [&](auto name) { return given.has(name); }) != 1) {
        return fail(ErrorCode::invalid_request,
                    "Command must include exactly one action: --list, --describe, --create, "
                    "--alter or --delete");
    }
    TRY(check_required(given));
    TRY(refuse_together(given, "config", {"list", "describe", "delete"}));
    TRY(refuse_together(given, "partitions", {"list", "describe", "delete"}));
    TRY(refuse_together(given, "replication-factor", {"alter", "list", "describe", "delete"}));
    TRY(refuse_together(given, "replica-assignment", {"list", "describe", "delete"}));
    if (given.has("create")) {
        TRY(refuse_together(given, "replica-assignment", {"partitions", "replication-factor"}));
    }
    TRY(check_reports(given));
    TRY(refuse_together(given, "if-exists", {"create", "list"}));
    TRY(refuse_together(given, "if-not-exists", {"alter", "list", "describe", "delete"}));
    TRY(refuse_together(given, "exclude-internal", {"alter", "create", "delete"}));
    return {};
}

Result<std::map<PartitionId, std::vector<BrokerId>>> parse_replica_assignment(
    const std::string& text) {
    std::map<PartitionId, std::vector<BrokerId>> assignment;
    std::int32_t partition = 0;
    for (const auto part : std::views::split(text, ',')) {
        std::vector<BrokerId> brokers;
        std::set<BrokerId> seen;
        for (const auto word : std::views::split(part, ':')) {
            std::string id(word.begin(), word.end());
            std::erase(id, ' ');
            const auto broker = parse_int32(id);
            if (!broker) {
                return fail(ErrorCode::invalid_request, "For input string: \"{}\"", id);
            }
            if (!seen.insert(BrokerId(*broker)).second) {
                return fail(ErrorCode::invalid_replica_assignment,
                            "Partition replica lists may not contain duplicate entries: {}",
                            *broker);
            }
            brokers.emplace_back(*broker);
        }
        if (!assignment.empty() && assignment.begin()->second.size() != brokers.size()) {
            return fail(ErrorCode::invalid_replica_assignment,
                        "Partition {} has different replication factor: [{}]", partition,
                        fmt::join(brokers, ", "));
        }
        assignment.emplace(PartitionId(partition++), std::move(brokers));
    }
    return assignment;
}

Result<admin::NewTopic> new_topic(const ParsedOptions& given) {
    admin::NewTopic topic{.name = given.text("topic").value_or("")};
    for (const auto& config : given.texts("config")) {
        const auto equals = config.find('=');
        if (equals == std::string::npos || equals + 1 == config.size()) {
            return fail(ErrorCode::invalid_request,
                        "requirement failed: Invalid topic config: all configs to be added must be "
                        "in the format \"key=val\".");
        }
        const auto trimmed = [](std::string_view part) {
            const auto from = std::min(part.find_first_not_of(" \t"), part.size());
            part.remove_prefix(from);
            return std::string(part.substr(0, part.find_last_not_of(" \t") + 1));
        };
        topic.configs.insert_or_assign(trimmed(std::string_view(config).substr(0, equals)),
                                       trimmed(std::string_view(config).substr(equals + 1)));
    }
    if (const auto factor = given.number("replication-factor")) {
        if (*factor < 1 || *factor > std::numeric_limits<std::int16_t>::max()) {
            return fail(ErrorCode::invalid_request,
                        "The replication factor must be between 1 and {} inclusive",
                        std::numeric_limits<std::int16_t>::max());
        }
        topic.replication_factor = static_cast<std::int16_t>(*factor);
    }
    if (const auto partitions = given.number("partitions")) {
        if (*partitions < 1) {
            return fail(ErrorCode::invalid_request, "The partitions must be greater than 0");
        }
        topic.partitions = static_cast<std::int32_t>(*partitions);
    }
    if (const auto assignment = given.text("replica-assignment"); assignment && *assignment != "") {
        TRY_ASSIGN(topic.assignments, parse_replica_assignment(*assignment));
    }
    return topic;
}

}  // namespace barnabas::cli

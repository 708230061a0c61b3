#include "cli/offsets/get_offsets_command.h"

#include "base/json_text.h"
#include "cli/common/admin_session.h"
#include "cli/common/topic_filter.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <ranges>
#include <set>
#include <utility>

namespace barnabas::cli {
namespace {

constexpr std::array options{
    bootstrap_server_option,
    command_config_option,
    Option{.name = "topic",
           .argument = Argument::required,
           .argument_name = "TOPIC",
           .help = "Which topics: a regular expression."},
    Option{.name = "partitions",
           .argument = Argument::required,
           .argument_name = "P,...",
           .help = "Which partitions of them."},
    Option{.name = "topic-partitions",
           .argument = Argument::required,
           .argument_name = "RULE,...",
           .help = "Which partitions instead: TOPIC:3, TOPIC:0-3 (without 3), TOPIC:5-, TOPIC:-3, "
                   "TOPIC or :2, where TOPIC is a regular expression."},
    Option{.name = "time",
           .argument = Argument::required,
           .argument_name = "TIME",
           .help = "latest (-1, the default), earliest (-2), max-timestamp (-3), earliest-local "
                   "(-4), latest-tiered (-5), earliest-pending-upload (-6), or milliseconds since "
                   "1970: the first record that is not older."},
    Option{.name = "exclude-internal-topics", .help = "Without Kafka's own topics."},
};

constexpr std::array<std::string_view, 3> examples{
    "get-offsets --bootstrap-server localhost:9092 --topic orders",
    "get-offsets --bootstrap-server localhost:9092 --topic-partitions orders:0-3 --time earliest",
    "get-offsets --bootstrap-server localhost:9092 --time 1767225600000",
};

constexpr std::array<std::pair<std::string_view, admin::OffsetSpec>, 6> words{{
    {"latest", admin::OffsetSpec::latest()},
    {"earliest", admin::OffsetSpec::earliest()},
    {"max-timestamp", admin::OffsetSpec::max_timestamp()},
    {"earliest-local", admin::OffsetSpec::earliest_local()},
    {"latest-tiered", admin::OffsetSpec::latest_tiered()},
    {"earliest-pending-upload", admin::OffsetSpec::earliest_pending_upload()},
}};

/// Which partitions were asked for.
class PartitionFilter {
public:
    static Result<PartitionFilter> of(const ParsedOptions& given) {
        PartitionFilter filter;
        if (const auto rules = given.text("topic-partitions")) {
            if (given.has("topic") || given.has("partitions")) {
                return fail(ErrorCode::invalid_request,
                            "--topic-partitions cannot be used with --topic or --partitions");
            }
            for (const auto& text : split_commas(*rules)) {
                TRY_ASSIGN(const auto rule, parse_topic_partition_rule(text));
                TRY_ASSIGN(auto topics, TopicFilter::parse(rule.topic));
                filter.rules_.push_back({.topics = std::move(topics), .range = rule.partitions});
            }
            return filter;
        }
        TRY_ASSIGN(auto topics, TopicFilter::parse(given.text("topic").value_or(".*")));
        filter.rules_.push_back({.topics = std::move(topics), .range = {}});
        const auto partitions = given.text("partitions").value_or("");
        for (const auto& text : split_commas(partitions)) {
            const auto partition = parse_int32(text);
            if (!partition) {
                return fail(ErrorCode::invalid_request,
                            "--partitions expects a comma separated list of numeric partition ids, "
                            "but received: {}",
                            partitions);
            }
            filter.partitions_.insert(PartitionId(*partition));
        }
        return filter;
    }

    [[nodiscard]] bool has(const std::string& topic) const {
        return std::ranges::any_of(rules_,
                                   [&](const Rule& rule) { return rule.topics.matches(topic); });
    }
    [[nodiscard]] bool has(const TopicPartition& asked) const {
        return (partitions_.empty() || partitions_.contains(asked.partition)) &&
               std::ranges::any_of(rules_, [&](const Rule& rule) {
                   return rule.range.has(asked.partition) && rule.topics.matches(asked.topic);
               });
    }

private:
    struct Rule {
        TopicFilter topics;
        PartitionRange range;
    };
    std::vector<Rule> rules_;
    std::set<PartitionId> partitions_;  // none: all
};

Result<std::vector<TopicPartition>> partitions_of(Admin& admin, const ParsedOptions& given,
                                                  const PartitionFilter& filter) {
    TRY_ASSIGN(const auto listings,
               admin.list_topics({.list_internal = !given.has("exclude-internal-topics")}).get());
    std::set<std::string> names;
    for (const auto& [name, listing] : listings) {
        if (filter.has(name)) {
            names.insert(name);
        }
    }
    std::vector<TopicPartition> found;
    if (!names.empty()) {
        TRY_ASSIGN(auto topics, admin.describe_topics(names).get());
        for (auto& [name, topic] : topics) {
            TRY_ASSIGN(const auto description, std::move(topic));
            for (const auto& partition : description.partitions) {
                const TopicPartition one{.topic = name, .partition = partition.partition};
                if (filter.has(one)) {
                    found.push_back(one);
                }
            }
        }
    }
    if (found.empty()) {
        return fail(ErrorCode::unknown_topic_or_partition,
                    "Could not match any topic-partitions with the specified filters");
    }
    // Kafka's tool sorts "topic-10" before "topic-2".
    std::ranges::sort(found, {}, [](const TopicPartition& tp) { return fmt::format("{}", tp); });
    return found;
}

void print(const TopicPartition& partition, const admin::ListedOffset& listed, bool json,
           Console& console) {
    if (json) {
        console.line(JsonLine()
                         .add("topic", partition.topic)
                         .add("partition", partition.partition.get())
                         .add("offset", listed.offset.get())
                         .add("timestamp", listed.timestamp.get())
                         .text());
    } else {
        console.print("{}:{}:{}\n", partition.topic, partition.partition, listed.offset);
    }
}

Result<void> get_offsets(const ParsedOptions& given, Console& console) {
    TRY_ASSIGN(const auto filter, PartitionFilter::of(given));
    TRY_ASSIGN(const auto spec, parse_offset_spec(given.text("time").value_or("latest")));
    TRY_ASSIGN(auto admin, admin_client(given));
    TRY_ASSIGN(const auto partitions, partitions_of(admin, given, filter));
    std::map<TopicPartition, admin::OffsetSpec> asked;
    for (const auto& partition : partitions) {
        asked.emplace(partition, spec);
    }
    TRY_ASSIGN(const auto outcomes, admin.list_offsets(std::move(asked)).get());
    for (const auto& partition : partitions) {
        const auto& outcome = outcomes.at(partition);
        if (!outcome) {
            console.error_line(
                fmt::format("Skip getting offsets for topic-partition {} due to error: {}",
                            partition, outcome.error().message));
        } else if (outcome->offset != no_offset) {
            print(partition, *outcome, given.json(), console);
        }
    }
    return {};
}

}  // namespace

const Syntax get_offsets_syntax{
    .options = options, .examples = examples, .complaint = "Error occurred: "};

Result<admin::OffsetSpec> parse_offset_spec(std::string_view text) {
    for (const auto& [word, spec] : words) {
        if (text == word || text == std::to_string(spec.wire_value())) {
            return spec;
        }
    }
    const auto number = parse_integer(text, std::numeric_limits<std::int64_t>::min(),
                                      std::numeric_limits<std::int64_t>::max());
    if (!number) {
        return fail(ErrorCode::invalid_request,
                    "Malformed time argument {}. Please use -1 or latest / -2 or earliest / -3 or "
                    "max-timestamp / -4 or earliest-local / -5 or latest-tiered / -6 or "
                    "earliest-pending-upload, or a specified long format timestamp",
                    text);
    }
    return admin::OffsetSpec::for_timestamp(Timestamp(*number));
}

Result<TopicPartitionRule> parse_topic_partition_rule(std::string_view text) {
    const auto colon = text.find(':');
    TopicPartitionRule rule{.topic = std::string(text.substr(0, colon)), .partitions = {}};
    if (rule.topic.empty()) {
        rule.topic = ".*";
    }
    if (colon == std::string_view::npos) {
        return rule;
    }
    const auto range = text.substr(colon + 1);
    const auto dash = range.find('-');
    const auto number = [](std::string_view digits) {
        return parse_integer(digits, 0, std::numeric_limits<std::int32_t>::max());
    };
    const auto from = range.substr(0, dash);
    const auto to = dash == std::string_view::npos ? "" : range.substr(dash + 1);
    if ((!from.empty() && !number(from)) || (!to.empty() && !number(to))) {
        return fail(ErrorCode::invalid_request, "Invalid rule specification: {}", text);
    }
    if (!from.empty()) {
        rule.partitions.begin = *number(from);
    }
    if (!to.empty()) {
        rule.partitions.end = *number(to);
    } else if (!from.empty() && dash == std::string_view::npos) {
        rule.partitions.end = rule.partitions.begin + 1;
    }
    return rule;
}

int run_get_offsets(const ParsedOptions& given, Console& console) {
    if (const auto checked = require_options(given, {"bootstrap-server"}); !checked) {
        console.error_line(checked.error().message);
        return 1;
    }
    if (const auto got = get_offsets(given, console); !got) {
        console.error_line(fmt::format("Error occurred: {}", got.error().message));
        return 1;
    }
    return 0;
}

}  // namespace barnabas::cli

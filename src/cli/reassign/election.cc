#include "cli/reassign/election.h"

#include "base/json_text.h"
#include "cli/common/java_errors.h"
#include "cli/reassign/json_values.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

namespace barnabas::cli {
namespace {

/// Java's names of them.
std::string_view election_name(admin::ElectionType type) {
    return type == admin::ElectionType::preferred ? "PREFERRED" : "UNCLEAN";
}

JsonLine election_line(const TopicPartition& partition) {
    JsonLine line;
    line.add("topic", partition.topic).add("partition", partition.partition.get());
    return line;
}

std::string election_json(const TopicPartition& partition, const Result<void>& outcome) {
    auto line = election_line(partition);
    if (outcome) {
        return line.add("elected", true).text();
    }
    if (outcome.error().code == ErrorCode::election_not_needed) {
        return line.add("elected", false).add("needed", false).text();
    }
    return line.add("elected", false)
        .add("error", error_name(outcome.error().code))
        .add("message", outcome.error().message)
        .text();
}

}  // namespace

Result<void> check_election(const ParsedOptions& given) {
    std::vector<std::string_view> missing;
    for (const std::string_view name : {"bootstrap-server", "election-type"}) {
        if (!given.has(name)) {
            missing.push_back(name);
        }
    }
    if (!missing.empty()) {
        return fail(ErrorCode::invalid_request, "Missing required option(s): {}",
                    fmt::join(missing, ", "));
    }
    constexpr std::array<std::string_view, 3> scopes{"topic", "all-topic-partitions",
                                                     "path-to-json-file"};
    if (std::ranges::count_if(scopes, [&](auto name) { return given.has(name); }) != 1) {
        return fail(ErrorCode::invalid_request,
                    "One and only one of the following options is required: {}",
                    fmt::join(scopes, ", "));
    }
    if (given.has("topic") && !given.has("partition")) {
        return fail(ErrorCode::invalid_request, "Missing required option(s): partition");
    }
    if (!given.has("topic") && given.has("partition")) {
        return fail(ErrorCode::invalid_request,
                    "Option partition is only allowed if topic is used");
    }
    return {};
}

Result<admin::ElectionType> parse_election_type(std::string_view text) {
    std::string upper(text);
    std::ranges::transform(upper, upper.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    for (const auto type : {admin::ElectionType::preferred, admin::ElectionType::unclean}) {
        if (upper == election_name(type)) {
            return type;
        }
    }
    return fail(ErrorCode::invalid_request, "Cannot parse argument '{}' of option election-type",
                text);
}

Result<std::set<TopicPartition>> parse_election_file(std::string_view text) {
    const auto root = parse_json(text);
    if (!root) {
        return fail(ErrorCode::invalid_request, "Replica election data is empty");
    }
    TRY_ASSIGN(const auto* file, json_object(*root));
    const auto* field = find_json_member(*file, "partitions");
    if (field == nullptr) {
        return fail(ErrorCode::invalid_request,
                    "Replica election data is missing \"partitions\" field");
    }
    TRY_ASSIGN(const auto* items, json_array(*field));
    std::set<TopicPartition> partitions;
    std::set<TopicPartition> twice;
    for (const auto& item : *items) {
        TRY_ASSIGN(const auto* fields, json_object(item));
        TRY_ASSIGN(const auto* topic_field, json_member(*fields, "topic"));
        TRY_ASSIGN(auto topic, json_text(*topic_field));
        TRY_ASSIGN(const auto* number_field, json_member(*fields, "partition"));
        TRY_ASSIGN(const auto number, json_int(*number_field));
        const TopicPartition partition{.topic = std::move(topic), .partition = PartitionId{number}};
        if (!partitions.insert(partition).second) {
            twice.insert(partition);
        }
    }
    if (!twice.empty()) {
        return fail(ErrorCode::invalid_request,
                    "Replica election data contains duplicate partitions: [{}]",
                    fmt::join(twice, ", "));
    }
    return partitions;
}

ElectionReport election_report(admin::ElectionType type,
                               const admin::Outcomes<TopicPartition>& outcomes) {
    std::vector<TopicPartition> elected;
    std::vector<TopicPartition> needless;
    std::string failures;
    ElectionReport report;
    for (const auto& [partition, outcome] : outcomes) {
        report.json += election_json(partition, outcome) + "\n";
        if (outcome) {
            elected.push_back(partition);
        } else if (outcome.error().code == ErrorCode::election_not_needed) {
            needless.push_back(partition);
        } else {
            failures += fmt::format("Error completing leader election ({}) for partition: {}: {}\n",
                                    election_name(type), partition, java_text(outcome.error()));
            ++report.failed;
        }
    }
    if (!elected.empty()) {
        report.text +=
            fmt::format("Successfully completed leader election ({}) for partitions {}\n",
                        election_name(type), fmt::join(elected, ", "));
    }
    if (!needless.empty()) {
        report.text += fmt::format("Valid replica already elected for partitions {}\n",
                                   fmt::join(needless, ", "));
    }
    report.text += failures;
    return report;
}

}  // namespace barnabas::cli

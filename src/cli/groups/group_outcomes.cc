#include "cli/groups/group_outcomes.h"

#include "base/json_text.h"
#include "cli/common/java_errors.h"
#include "cli/common/text_table.h"

#include <fmt/format.h>

#include <vector>

namespace barnabas::cli {
namespace {

/// Behind what was to be deleted: whether it was, and why not.
std::string deleted_line(JsonLine line, const Result<void>& outcome) {
    line.add("deleted", outcome.has_value());
    if (!outcome) {
        line.add("error", error_name(outcome.error().code)).add("message", outcome.error().message);
    }
    return line.text() + '\n';
}

}  // namespace

std::string deleted_groups_text(const admin::Outcomes<std::string>& outcomes,
                                std::string_view kind) {
    std::string deleted;
    std::string failures;
    for (const auto& [group, outcome] : outcomes) {
        if (outcome) {
            deleted += fmt::format("{}'{}'", deleted.empty() ? "" : ", ", group);
        } else {
            failures += fmt::format("* Group '{}' could not be deleted due to: {}\n", group,
                                    java_text(outcome.error()));
        }
    }
    if (failures.empty()) {
        return fmt::format("Deletion of requested {} groups ({}) was successful.\n", kind, deleted);
    }
    std::string text =
        fmt::format("\nError: Deletion of some {} groups failed:\n{}", kind, failures);
    if (!deleted.empty()) {
        text += fmt::format("\nThese {} groups were deleted successfully: {}\n", kind, deleted);
    }
    return text;
}

std::string deleted_groups_json(const admin::Outcomes<std::string>& outcomes) {
    std::string text;
    for (const auto& [group, outcome] : outcomes) {
        text += deleted_line(JsonLine().add("group", group), outcome);
    }
    return text;
}

std::string deleted_offsets_table(const admin::Outcomes<TopicPartition>& outcomes) {
    ColumnWidth topic_width(15);
    for (const auto& [partition, outcome] : outcomes) {
        topic_width.fit(partition.topic);
    }
    const std::vector<std::size_t> widths{topic_width.get(), 10, 15};
    std::string text = '\n' + table_row({"TOPIC", "PARTITION", "STATUS"}, widths);
    for (const auto& [partition, outcome] : outcomes) {
        text += '\n' +
                table_row(
                    {partition.topic,
                     partition.partition.get() < 0 ? std::string(missing_value)
                                                   : fmt::format("{}", partition.partition),
                     outcome ? "Successful" : fmt::format("Error: {}", java_text(outcome.error()))},
                    widths);
    }
    return text + '\n';
}

std::string deleted_offsets_json(std::string_view group,
                                 const admin::Outcomes<TopicPartition>& outcomes) {
    std::string text;
    for (const auto& [partition, outcome] : outcomes) {
        JsonLine line;
        line.add("group", group).add("topic", partition.topic);
        if (partition.partition.get() >= 0) {
            line.add("partition", partition.partition.get());
        }
        text += deleted_line(std::move(line), outcome);
    }
    return text;
}

std::string deleted_topics_json(std::string_view group,
                                const admin::Outcomes<std::string>& outcomes) {
    std::string text;
    for (const auto& [topic, outcome] : outcomes) {
        text += deleted_line(JsonLine().add("group", group).add("topic", topic), outcome);
    }
    return text;
}

int end_badly(const Error& error, std::string_view kind, bool json, Console& console) {
    if (error.code == ErrorCode::invalid_request) {
        console.error_line(error.message);
        return 1;
    }
    if (json) {
        console.error_line(
            fmt::format("Executing {} group command failed due to {}", kind, error.message));
        return 1;
    }
    console.print("\nError: Executing {} group command failed due to {}\n", kind, error.message);
    return 0;  // so do Kafka's tools
}

std::string deleted_topics_table(const admin::Outcomes<std::string>& outcomes) {
    ColumnWidth topic_width(15);
    for (const auto& [topic, outcome] : outcomes) {
        topic_width.fit(topic);
    }
    const std::vector<std::size_t> widths{topic_width.get(), 0};
    std::string text = '\n' + table_row({"TOPIC", "STATUS"}, widths);
    for (const auto& [topic, outcome] : outcomes) {
        text +=
            '\n' + table_row({topic, outcome ? "Successful"
                                             : fmt::format("Error: {}", outcome.error().message)},
                             widths);
    }
    return text + '\n';
}

}  // namespace barnabas::cli

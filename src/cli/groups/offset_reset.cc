#include "cli/groups/offset_reset.h"

#include "base/json_text.h"
#include "cli/common/admin_session.h"
#include "cli/common/java_time.h"
#include "cli/common/text_table.h"
#include "runtime/real/real_clock.h"

#include <algorithm>
#include <utility>

namespace barnabas::cli {

Result<TopicScope> parse_topic_scope(const std::string& text) {
    const auto colon = text.find(':');
    if (colon == std::string::npos) {
        return TopicScope{.topic = text};
    }
    if (text.find(':', colon + 1) != std::string::npos || colon + 1 == text.size()) {
        return fail(ErrorCode::invalid_request,
                    "Invalid topic arg '{}', expected topic name and partitions", text);
    }
    std::vector<PartitionId> partitions;
    for (const auto& word : split_commas(std::string_view(text).substr(colon + 1))) {
        const auto partition = parse_int32(word);
        if (!partition) {
            return fail(ErrorCode::invalid_request,
                        "Invalid partition '{}' specified in topic arg '{}''", word, text);
        }
        partitions.emplace_back(*partition);
    }
    return TopicScope{.topic = text.substr(0, colon), .partitions = std::move(partitions)};
}

Result<NamedTopics> parse_topic_scopes(const std::vector<std::string>& texts) {
    NamedTopics named;
    for (const auto& text : texts) {
        TRY_ASSIGN(const auto scope, parse_topic_scope(text));
        if (!scope.partitions) {
            named.whole.insert(scope.topic);
            continue;
        }
        for (const auto partition : *scope.partitions) {
            named.partitions.insert({.topic = scope.topic, .partition = partition});
        }
    }
    return named;
}

Result<Partitions> OffsetReset::named_partitions() {
    TRY_ASSIGN(auto named, parse_topic_scopes(options_.texts("topic")));
    if (!named.whole.empty()) {
        TRY_ASSIGN(auto topics, admin_.describe_topics(named.whole, {.timeout = timeout_}).get());
        for (auto& [name, topic] : topics) {
            TRY_ASSIGN(const auto description, std::move(topic));
            for (const auto& partition : description.partitions) {
                named.partitions.insert({.topic = name, .partition = partition.partition});
            }
        }
    }
    return std::move(named.partitions);
}

Result<void> OffsetReset::check_partitions(const Partitions& partitions) {
    std::set<std::string> names;
    for (const auto& partition : partitions) {
        names.insert(partition.topic);
    }
    if (names.empty()) {
        return {};
    }
    TRY_ASSIGN(const auto topics, admin_.describe_topics(names, {.timeout = timeout_}).get());
    TRY(admin::all(topics));
    std::vector<TopicPartition> missing;
    std::vector<TopicPartition> leaderless;
    for (const auto& partition : partitions) {
        const auto& known = topics.at(partition.topic)->partitions;
        const auto found =
            std::ranges::find(known, partition.partition, &admin::PartitionDescription::partition);
        if (found == known.end()) {
            missing.push_back(partition);
        } else if (!found->leader) {
            leaderless.push_back(partition);
        }
    }
    if (!missing.empty()) {
        return fail(ErrorCode::unknown_topic_or_partition, "The partitions \"{}\" do not exist",
                    fmt::join(missing, ","));
    }
    if (!leaderless.empty()) {
        return fail(ErrorCode::leader_not_available, "The partitions \"{}\" have no leader",
                    fmt::join(leaderless, ","));
    }
    return {};
}

Result<PartitionOffsets> OffsetReset::plan(const std::string& group, const Partitions& partitions,
                                           const CurrentOffsets& current) {
    TRY(check_partitions(partitions));
    if (const auto offset = options_.number("to-offset")) {
        PartitionOffsets wanted;
        for (const auto& partition : partitions) {
            wanted.emplace(partition, Offset(*offset));
        }
        return within_logs(std::move(wanted));
    }
    if (options_.has("to-earliest")) {
        return offsets_at(partitions, admin::OffsetSpec::earliest());
    }
    if (options_.has("to-latest")) {
        return offsets_at(partitions, admin::OffsetSpec::latest());
    }
    if (const auto by = options_.number("shift-by")) {
        return shifted(partitions, current, *by);
    }
    if (const auto text = options_.text("to-datetime")) {
        TRY_ASSIGN(const auto time, parse_datetime(*text));
        return at_time(partitions, time);
    }
    if (const auto text = options_.text("by-duration")) {
        TRY_ASSIGN(const auto duration, parse_iso_duration(*text));
        return at_time(partitions, runtime::RealClock().wall() - duration.count());
    }
    if (options_.has("from-file")) {
        return from_file(group);
    }
    if (options_.has("to-current")) {
        return to_current(partitions, current);
    }
    return fail(ErrorCode::invalid_request,
                "Option '[reset-offsets]' requires one of the following scenarios: [[to-offset], "
                "[to-earliest], [to-current], [to-latest], [by-duration], [to-datetime], "
                "[from-file], [shift-by]]");
}

Result<std::map<TopicPartition, Offset>> OffsetReset::offsets_at(const Partitions& partitions,
                                                                 admin::OffsetSpec spec) {
    std::map<TopicPartition, admin::OffsetSpec> asked;
    for (const auto& partition : partitions) {
        asked.emplace(partition, spec);
    }
    std::map<TopicPartition, Offset> found;
    if (asked.empty()) {
        return found;
    }
    TRY_ASSIGN(auto outcomes, admin_.list_offsets(std::move(asked), {.timeout = timeout_}).get());
    for (auto& [partition, outcome] : outcomes) {
        TRY_ASSIGN(const auto listed, std::move(outcome));
        found.emplace(partition, listed.offset);
    }
    return found;
}

Result<PartitionOffsets> OffsetReset::at_time(const Partitions& partitions, Timestamp time) {
    TRY_ASSIGN(auto found, offsets_at(partitions, admin::OffsetSpec::for_timestamp(time)));
    Partitions without;
    for (const auto& [partition, offset] : found) {
        if (offset == no_offset) {
            say(fmt::format(
                "Warn: Partition {} from topic {} is empty. Falling back to latest known offset.",
                partition.partition, partition.topic));
            without.insert(partition);
        }
    }
    TRY_ASSIGN(const auto ends, offsets_at(without, admin::OffsetSpec::latest()));
    for (const auto& [partition, offset] : ends) {
        found[partition] = offset;
    }
    return found;
}

Result<PartitionOffsets> OffsetReset::shifted(const Partitions& partitions,
                                              const CurrentOffsets& current, std::int64_t by) {
    PartitionOffsets wanted;
    for (const auto& partition : partitions) {
        const auto now = current.find(partition);
        if (now == current.end()) {
            return fail(ErrorCode::invalid_request,
                        "Cannot shift offset for partition {} since there is no current committed "
                        "offset",
                        partition);
        }
        wanted.emplace(partition, now->second + by);
    }
    return within_logs(std::move(wanted));
}

Result<PartitionOffsets> OffsetReset::to_current(const Partitions& partitions,
                                                 const CurrentOffsets& current) {
    PartitionOffsets wanted;
    Partitions without;
    for (const auto& partition : partitions) {
        const auto now = current.find(partition);
        if (now == current.end()) {
            without.insert(partition);
        } else {
            wanted.emplace(partition, now->second);
        }
    }
    TRY_ASSIGN(auto ends, offsets_at(without, admin::OffsetSpec::latest()));
    wanted.merge(ends);
    return wanted;
}

Result<PartitionOffsets> OffsetReset::from_file(const std::string& group) {
    TRY_ASSIGN(const auto text, read_file(options_.text("from-file").value_or("")));
    TRY_ASSIGN(const auto offsets,
               parse_offsets_csv(text, options_.texts("group").size() == 1 ? group : ""));
    const auto of_group = offsets.find(group);
    if (of_group == offsets.end()) {
        say(fmt::format("Error: No reset plan for group {} found.", group));
        return PartitionOffsets{};
    }
    return within_logs(of_group->second);
}

Result<PartitionOffsets> OffsetReset::within_logs(PartitionOffsets wanted) {
    Partitions partitions;
    for (const auto& [partition, offset] : wanted) {
        partitions.insert(partition);
    }
    TRY_ASSIGN(const auto starts, offsets_at(partitions, admin::OffsetSpec::earliest()));
    TRY_ASSIGN(const auto ends, offsets_at(partitions, admin::OffsetSpec::latest()));
    for (auto& [partition, offset] : wanted) {
        const auto moved =
            offset_in_log(partition, offset, starts.at(partition), ends.at(partition));
        if (moved.warning) {
            console_.error_line(fmt::format("WARN {}", *moved.warning));
        }
        offset = moved.offset;
    }
    return wanted;
}

void OffsetReset::say(std::string_view sentence) {
    if (options_.json()) {
        console_.error_line(sentence);
    } else {
        console_.print("\n{}\n", sentence);
    }
}

OffsetInLog offset_in_log(const TopicPartition& partition, Offset wanted, Offset start,
                          Offset end) {
    if (wanted > end) {
        return {.offset = end,
                .warning = fmt::format(
                    "New offset ({}) is higher than latest offset for topic partition {}. Value "
                    "will be set to {}.",
                    wanted, partition, end)};
    }
    if (wanted < start) {
        return {.offset = start,
                .warning = fmt::format(
                    "New offset ({}) is lower than earliest offset for topic partition {}. Value "
                    "will be set to {}.",
                    wanted, partition, start)};
    }
    return {.offset = wanted};
}

std::string reset_table(const GroupOffsets& offsets) {
    ColumnWidth group_width(15);
    ColumnWidth topic_width(15);
    for (const auto& [group, partitions] : offsets) {
        group_width.fit(group);
        for (const auto& [partition, offset] : partitions) {
            topic_width.fit(partition.topic);
        }
    }
    const std::vector<std::size_t> widths{group_width.get(), topic_width.get(), 10, 0};
    std::string text;
    if (!offsets.empty()) {
        text += '\n' + table_row({"GROUP", "TOPIC", "PARTITION", "NEW-OFFSET"}, widths);
    }
    for (const auto& [group, partitions] : offsets) {
        for (const auto& [partition, offset] : partitions) {
            text +=
                '\n' + table_row({group, partition.topic, fmt::format("{}", partition.partition),
                                  fmt::format("{}", offset)},
                                 widths);
        }
    }
    return text + '\n';
}

std::string reset_json(const GroupOffsets& offsets) {
    std::string text;
    for (const auto& [group, partitions] : offsets) {
        for (const auto& [partition, offset] : partitions) {
            text += JsonLine()
                        .add("group", group)
                        .add("topic", partition.topic)
                        .add("partition", partition.partition.get())
                        .add("newOffset", offset.get())
                        .text() +
                    '\n';
        }
    }
    return text;
}

}  // namespace barnabas::cli

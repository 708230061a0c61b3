#include "cli/perf/verifiable_events.h"

#include "base/json_text.h"
#include "cli/common/java_errors.h"
#include "cli/perf/java_numbers.h"

#include <cmath>

namespace barnabas::cli {
namespace {

JsonLine event_line(Timestamp now, std::string_view name) {
    JsonLine line;
    line.add("timestamp", now.get()).add("name", name);
    return line;
}

void add_text(JsonLine& line, std::string_view name, const std::optional<std::string>& text) {
    if (text) {
        line.add(name, *text);
    } else {
        line.add_json(name, "null");
    }
}

JsonLine partition_json(const TopicPartition& partition) {
    JsonLine line;
    line.add("topic", partition.topic).add("partition", partition.partition.get());
    return line;
}

/// "[a,b]" of what `one` makes of each.
template <class Range, class One>
std::string json_list(const Range& range, One one) {
    std::string text = "[";
    for (const auto& each : range) {
        text += fmt::format("{}{}", text.size() == 1 ? "" : ",", one(each));
    }
    return text + ']';
}

std::string with_partitions(Timestamp now, std::string_view name,
                            std::span<const TopicPartition> partitions) {
    return event_line(now, name)
        .add_json("partitions",
                  json_list(partitions,
                            [](const TopicPartition& one) { return partition_json(one).text(); }))
        .text();
}

std::optional<std::string> text_of(bool there, std::string_view text) {
    return there ? std::optional<std::string>(text) : std::nullopt;
}

}  // namespace

std::string startup_complete(Timestamp now) {
    return event_line(now, "startup_complete").text();
}

std::string shutdown_requested(Timestamp now) {
    return event_line(now, "shutdown_requested").text();
}

std::string shutdown_complete(Timestamp now) {
    return event_line(now, "shutdown_complete").text();
}

std::string send_success(Timestamp now, const VerifiableRecord& record,
                         const RecordMetadata& where) {
    auto line = event_line(now, "producer_send_success");
    add_text(line, "key", record.key);
    return line.add("value", record.value)
        .add("offset", where.offset.get())
        .add("topic", where.topic)
        .add("partition", where.partition.get())
        .text();
}

std::string send_error(Timestamp now, const VerifiableRecord& record, std::string_view topic,
                       const Error& error) {
    auto line = event_line(now, "producer_send_error");
    line.add("topic", topic);
    add_text(line, "key", record.key);
    return line.add("value", record.value)
        .add("exception", "class " + java_class(error.code))
        .add("message", error.message)
        .text();
}

std::string tool_data(Timestamp now, const ProducedTotals& totals) {
    const auto seconds = std::chrono::duration<double>(totals.elapsed).count();
    const double rate = static_cast<double>(totals.acked) / seconds;
    // Jackson quotes what JSON has no number for.
    const auto text =
        std::isfinite(rate) ? java_double(rate) : fmt::format("\"{}\"", java_double(rate));
    return event_line(now, "tool_data")
        .add("sent", totals.sent)
        .add("acked", totals.acked)
        .add("target_throughput", totals.target)
        .add_json("avg_throughput", text)
        .text();
}

std::string partitions_assigned(Timestamp now, std::span<const TopicPartition> partitions) {
    return with_partitions(now, "partitions_assigned", partitions);
}

std::string partitions_revoked(Timestamp now, std::span<const TopicPartition> partitions) {
    return with_partitions(now, "partitions_revoked", partitions);
}

std::string records_consumed(Timestamp now, std::size_t count,
                             std::span<const ReadSummary> summaries) {
    const auto one = [](const ReadSummary& summary) {
        return partition_json(summary.partition)
            .add("count", summary.count)
            .add("minOffset", summary.first.get())
            .add("maxOffset", summary.last.get())
            .text();
    };
    return event_line(now, "records_consumed")
        .add("count", count)
        .add_json("partitions", json_list(summaries, one))
        .text();
}

std::string record_data(Timestamp now, const ConsumerRecord& record) {
    auto line = event_line(now, "record_data");
    add_text(line, "key", text_of(record.has_key(), record.key_text()));
    add_text(line, "value", text_of(record.has_value(), record.value_text()));
    return line.add("topic", record.topic())
        .add("partition", record.partition().get())
        .add("offset", record.offset().get())
        .text();
}

std::string offsets_committed(Timestamp now, const OffsetMap& offsets, const Error* error) {
    auto line = event_line(now, "offsets_committed");
    line.add_json(
        "offsets", json_list(offsets, [](const auto& entry) {
            return partition_json(entry.first).add("offset", entry.second.offset.get()).text();
        }));
    if (error != nullptr) {
        line.add("error", error->message);
    }
    return line.add("success", error == nullptr).text();
}

}  // namespace barnabas::cli

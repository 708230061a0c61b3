#include "cli/records/delete_records_command.h"

#include "base/json_text.h"
#include "cli/common/admin_session.h"
#include "cli/common/java_errors.h"
#include "cli/common/json_file.h"
#include "cli/common/pieces.h"
#include "cli/common/progress_bar.h"
#include "runtime/real/real_clock.h"

#include <array>
#include <limits>
#include <set>
#include <utility>

namespace barnabas::cli {
namespace {

constexpr std::array options{
    bootstrap_server_option,
    command_config_option,
    Option{.name = "offset-json-file",
           .argument = Argument::required,
           .argument_name = "FILE",
           .help = "Up to where (the offset itself stays; -1: everything): {\"partitions\": "
                   "[{\"topic\": \"t\", \"partition\": 0, \"offset\": 3}], \"version\": 1} "
                   "(required)."},
};

constexpr std::array<std::string_view, 1> examples{
    "delete-records --bootstrap-server localhost:9092 --offset-json-file offsets.json",
};

std::string outcome_line(const TopicPartition& partition,
                         const Result<admin::DeletedRecords>& outcome) {
    return outcome
               ? fmt::format("partition: {}\tlow_watermark: {}", partition, outcome->low_watermark)
               : fmt::format("partition: {}\terror: {}", partition, java_text(outcome.error()));
}

std::string outcome_json(const TopicPartition& partition,
                         const Result<admin::DeletedRecords>& outcome) {
    JsonLine line;
    line.add("topic", partition.topic).add("partition", partition.partition.get());
    if (outcome) {
        line.add("lowWatermark", outcome->low_watermark.get());
    } else {
        line.add("error", error_name(outcome.error().code)).add("message", outcome.error().message);
    }
    return line.text();
}

using DeletionOutcomes = admin::Outcomes<TopicPartition, admin::DeletedRecords>;

/// Many at a time. What became of those that were asked for before an error is in `outcomes`.
Result<void> delete_in_pieces(Admin& admin, std::map<TopicPartition, Offset> offsets,
                              Console& console, DeletionOutcomes& outcomes) {
    ProgressBar bar(console, std::ssize(offsets));
    const auto some = [&](std::map<TopicPartition, Offset> piece) -> Result<void> {
        TRY_ASSIGN(auto deleted, admin.delete_records(std::move(piece)).get());
        outcomes.merge(deleted);
        return {};
    };
    return in_pieces(std::move(offsets), partitions_per_question, some,
                     [&](std::int64_t done) { bar.show(done, runtime::RealClock().now()); });
}

Result<void> delete_records(const ParsedOptions& given, Console& console) {
    TRY_ASSIGN(const auto text, read_file(given.text("offset-json-file").value_or("")));
    TRY_ASSIGN(auto offsets, parse_offsets_json(text));
    TRY_ASSIGN(auto admin, admin_client(given));
    if (!given.json()) {
        console.line("Executing records delete operation");
    }
    DeletionOutcomes outcomes;
    const auto done = delete_in_pieces(admin, std::move(offsets), console, outcomes);
    if (!done && outcomes.empty()) {
        return done;
    }
    if (!given.json()) {
        console.line(done ? "Records delete operation completed:"
                          : "Records delete operation ended early:");
    }
    for (const auto& [partition, outcome] : outcomes) {
        console.line(given.json() ? outcome_json(partition, outcome)
                                  : outcome_line(partition, outcome));
    }
    return done;
}

}  // namespace

const Syntax delete_records_syntax{.options = options, .examples = examples};

Result<std::map<TopicPartition, Offset>> parse_offsets_json(std::string_view text) {
    TRY_ASSIGN(const auto root, parse_json_object(text));
    TRY(check_file_version(root));
    TRY_ASSIGN(const auto* partitions, array_member(root, "partitions"));
    std::map<TopicPartition, Offset> offsets;
    std::set<TopicPartition> twice;
    for (const auto& item : *partitions) {
        if (!item.is_object()) {
            return fail(ErrorCode::invalid_request, "{} is no partition with an offset",
                        boost::json::serialize(item));
        }
        const auto& object = item.get_object();
        TRY_ASSIGN(auto topic, text_member(object, "topic"));
        TRY_ASSIGN(const auto partition, number_member(object, "partition"));
        TRY_ASSIGN(const auto offset, number_member(object, "offset"));
        if (partition < 0 || partition > std::numeric_limits<std::int32_t>::max()) {
            return fail(ErrorCode::invalid_request, "{} is no partition", partition);
        }
        const TopicPartition one{.topic = std::move(topic),
                                 .partition = PartitionId(static_cast<std::int32_t>(partition))};
        if (!offsets.emplace(one, Offset(offset)).second) {
            twice.insert(one);
        }
    }
    if (!twice.empty()) {
        return fail(ErrorCode::invalid_request,
                    "Offset json file contains duplicate topic partitions: {}",
                    fmt::join(twice, ","));
    }
    return offsets;
}

int run_delete_records(const ParsedOptions& given, Console& console) {
    auto done = require_options(given, {"bootstrap-server", "offset-json-file"});
    if (done) {
        done = delete_records(given, console);
    }
    if (!done) {
        console.error_line(done.error().message);
        return 1;
    }
    return 0;
}

}  // namespace barnabas::cli

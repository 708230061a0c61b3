#include "cli/records/delete_records_command.h"

#include "base/json_text.h"
#include "cli/common/admin_session.h"
#include "cli/common/java_errors.h"
#include "cli/common/pieces.h"
#include "cli/common/progress_bar.h"
#include "cli/records/offsets_file.h"
#include "runtime/real/real_clock.h"

#include <array>
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

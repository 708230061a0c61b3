#include "cli/perf/verifiable_consumer_command.h"

#include "cli/common/consumer_errors.h"
#include "cli/common/java_errors.h"
#include "cli/common/old_names.h"
#include "cli/common/output_pipe.h"
#include "cli/common/quiet_clients.h"
#include "cli/common/stop_signals.h"
#include "cli/perf/argparse_checks.h"
#include "cli/perf/event_printer.h"
#include "cli/perf/verifiable_records.h"
#include "runtime/real/real_clock.h"
#include <barnabas/consumer.h>

#include <memory>
#include <utility>

namespace barnabas::cli {
namespace {

constexpr Duration verifiable_poll = std::chrono::seconds(1);

class RebalancePrinter final : public RebalanceListener {
public:
    explicit RebalancePrinter(EventPrinter& printer) : printer_(printer) {}

    void on_partitions_assigned(Consumer& /*consumer*/,
                                const std::vector<TopicPartition>& partitions) override {
        printer_.line(partitions_assigned(clock_.wall(), partitions));
    }
    void on_partitions_revoked(Consumer& /*consumer*/,
                               const std::vector<TopicPartition>& partitions) override {
        printer_.line(partitions_revoked(clock_.wall(), partitions));
    }

private:
    EventPrinter& printer_;
    runtime::RealClock clock_;
};

/// One run of the command.
class VerifiableConsumerRun {
public:
    VerifiableConsumerRun(const VerifiableConsumerOptions& options, Console& console,
                          Consumer consumer)
        : options_(options),
          printer_(console),
          consumer_(std::move(consumer)),
          limit_(options.messages) {}

    /// Answers the exit status: an error while reading is told and ends it well, as Kafka's tool.
    int run() {
        int status = 0;
        printer_.line(startup_complete(clock_.wall()));
        {
            const StopSignals stop([this] {
                printer_.line(shutdown_requested(clock_.wall()));
                consumer_.wakeup();
            });
            if (const auto read = read_all(stop); !read) {
                printer_.error_line(
                    fmt::format("Error during processing, terminating consumer process: {}",
                                consumer_error_text(read.error(), consumer_)));
            }
            if (const auto closed = consumer_.close(); !closed) {
                printer_.error_line(java_text(closed.error()));
            }
            status = stop.exit_status();
        }
        printer_.line(shutdown_complete(clock_.wall()));
        if (status == 0) {
            printer_.line(shutdown_requested(clock_.wall()));  // in that order, as Kafka's
        }
        return status;
    }

private:
    Result<void> read_all(const StopSignals& stop) {
        TRY(consumer_.subscribe({options_.topic}, std::make_shared<RebalancePrinter>(printer_)));
        while (!limit_.reached() && !stop.requested() && !printer_.failed()) {
            const auto records = consumer_.poll(verifiable_poll);
            if (!records && records.error().code == ErrorCode::operation_not_attempted) {
                return {};  // woken up: it is to end
            }
            if (!records) {
                return std::unexpected(records.error());
            }
            if (!records->empty()) {
                TRY(took(*records));
            }
        }
        return {};
    }

    Result<void> took(const ConsumerRecords& records) {
        OffsetMap offsets;
        std::vector<ReadSummary> summaries;
        for (const auto& partition : records.partitions()) {
            const auto range = records.records(partition);
            if (const auto summary = summary_of(partition, range)) {
                offsets.emplace(partition,
                                OffsetAndMetadata{.offset = Offset(summary->last.get() + 1)});
                summaries.push_back(*summary);
            }
            if (limit_.reached()) {
                break;
            }
        }
        printer_.line(records_consumed(clock_.wall(), records.size(), summaries));
        return options_.auto_commit ? Result<void>() : commit(std::move(offsets));
    }

    /// Of those that still count; nothing where none does.
    std::optional<ReadSummary> summary_of(const TopicPartition& partition, RecordRange range) {
        const auto counted = static_cast<std::int64_t>(limit_.take(range.size()));
        if (counted == 0) {
            return std::nullopt;
        }
        ReadSummary summary{.partition = partition, .count = counted, .first = {}, .last = {}};
        std::int64_t seen = 0;
        for (auto at = range.begin(); at != range.end() && seen < counted; ++at) {
            summary.first = seen == 0 ? at->offset() : summary.first;
            summary.last = at->offset();
            ++seen;
            if (options_.verbose) {
                printer_.line(record_data(clock_.wall(), *at));
            }
        }
        return summary;
    }

    /// A commit that fails is an event; a member that was replaced ends.
    Result<void> commit(OffsetMap offsets) {
        const auto committed = consumer_.commit_sync(offsets);
        if (!committed && committed.error().code == ErrorCode::fenced_instance_id) {
            return committed;
        }
        printer_.line(
            offsets_committed(clock_.wall(), offsets, committed ? nullptr : &committed.error()));
        return {};
    }

    const VerifiableConsumerOptions& options_;
    runtime::RealClock clock_;
    EventPrinter printer_;
    Consumer consumer_;
    MessageLimit limit_;
};

}  // namespace

int run_verifiable_consumer(const ParsedOptions& given, Console& console) {
    const auto options = verifiable_consumer_options(given);
    if (!options) {
        return refuse_line(console, "verifiable-consumer", "verifiable-consumer",
                           options.error().message);
    }
    tell_warnings(options->warnings, given.json(), console);
    auto config = verifiable_consumer_config(*options);
    if (!config) {
        return refuse_line(console, "verifiable-consumer", "verifiable-consumer",
                           config.error().message);
    }
    auto consumer = waiting_consumer(std::move(*config), console);
    if (!consumer) {
        console.error_line(consumer.error().message);
        return 1;
    }
    const OutputPipe pipe;  // where nobody reads any more it ends in order, too
    return VerifiableConsumerRun(*options, console, std::move(*consumer)).run();
}

}  // namespace barnabas::cli

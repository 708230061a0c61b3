#include "cli/perf/verifiable_producer_command.h"

#include "cli/common/old_names.h"
#include "cli/common/output_pipe.h"
#include "cli/common/quiet_clients.h"
#include "cli/common/stop_signals.h"
#include "cli/perf/argparse_checks.h"
#include "cli/perf/event_printer.h"
#include "cli/perf/pacer.h"
#include "cli/perf/pause.h"
#include "cli/perf/verifiable_records.h"
#include "runtime/real/real_clock.h"
#include <barnabas/producer.h>

#include <atomic>
#include <utility>

namespace barnabas::cli {
namespace {

/// One run of the command. run() is the main thread's; what it starts is over when it returns.
class VerifiableProducerRun {
public:
    VerifiableProducerRun(const VerifiableProducerOptions& options, Console& console,
                          Producer producer)
        : options_(options),
          printer_(console),
          producer_(std::move(producer)),
          records_(options.value_prefix, options.repeating_keys),
          times_(options.create_time_ms),
          start_(clock_.now()) {}

    /// Answers the exit status.
    int run() {
        int status = 0;
        printer_.line(startup_complete(clock_.wall()));
        {
            // A send() that waits for a broker ends when the producer is closed.
            const StopSignals stop([this] {
                pause_.stop();
                ignore(producer_.close(), "each record's own outcome is printed");
            });
            send_all();
            ignore(producer_.close(), "each record's own outcome is printed");
            status = stop.exit_status();
        }  // a close() of the signal's is over, too
        printer_.line(shutdown_complete(clock_.wall()));
        printer_.line(tool_data(clock_.wall(), {.sent = sent_,
                                                .acked = acked_,
                                                .target = options_.throughput,
                                                .elapsed = clock_.now() - start_}));
        return status;
    }

private:
    void send_all() {
        const Pacer pacer(static_cast<double>(options_.throughput), start_);
        for (std::int64_t i = 0; options_.messages < 0 || i < options_.messages; ++i) {
            if (!pause_.wait(pacer.wait_before(i, clock_.now())) || printer_.failed()) {
                return;
            }
            send(records_.next());
        }
    }

    void send(VerifiableRecord record) {
        const ProducerRecordView view{
            .topic = options_.topic,
            .timestamp = times_.next(clock_.now() - start_),
            .key = record.key ? std::optional(as_bytes(*record.key)) : std::nullopt,
            .value = as_bytes(record.value)};
        ++sent_;
        // `view` looks into `record`, which the callback keeps a copy of.
        auto settled = [this, kept = record](const Result<RecordMetadata>& outcome) {
            if (outcome) {
                ++acked_;
                printer_.line(send_success(clock_.wall(), kept, *outcome));
            } else {
                printer_.line(send_error(clock_.wall(), kept, options_.topic, outcome.error()));
            }
        };
        producer_.send(view, std::move(settled));
    }

    const VerifiableProducerOptions& options_;
    runtime::RealClock clock_;
    EventPrinter printer_;
    Pause pause_;
    std::int64_t sent_ = 0;
    std::atomic<std::int64_t> acked_{0};
    Producer producer_;
    VerifiableRecords records_;
    CreateTimes times_;
    Time start_;
};

}  // namespace

int run_verifiable_producer(const ParsedOptions& given, Console& console) {
    const auto options = verifiable_producer_options(given);
    if (!options) {
        return refuse_line(console, "verifiable-producer", "verifiable-producer",
                           options.error().message);
    }
    tell_warnings(options->warnings, given.json(), console);
    const auto config = client_properties(options->properties);
    if (!config) {
        return refuse_line(console, "verifiable-producer", "verifiable-producer",
                           config.error().message);
    }
    auto producer = quiet_producer(*config);
    if (!producer) {
        console.error_line(producer.error().message);
        return 1;
    }
    const OutputPipe pipe;  // where nobody reads any more it ends in order, too
    return VerifiableProducerRun(*options, console, std::move(*producer)).run();
}

}  // namespace barnabas::cli

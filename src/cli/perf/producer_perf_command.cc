#include "cli/perf/producer_perf_command.h"

#include "base/json_text.h"
#include "cli/common/admin_session.h"
#include "cli/common/java_errors.h"
#include "cli/common/old_names.h"
#include "cli/common/progress_bar.h"
#include "cli/common/quiet_clients.h"
#include "cli/perf/argparse_checks.h"
#include "cli/perf/java_numbers.h"
#include "cli/perf/pacer.h"
#include "cli/perf/pause.h"
#include "cli/perf/payloads.h"
#include "cli/perf/producer_metrics.h"
#include "cli/perf/send_stats.h"
#include "runtime/real/real_clock.h"
#include "runtime/real/real_random.h"
#include <barnabas/producer.h>

#include <filesystem>
#include <tuple>
#include <utility>

namespace barnabas::cli {
namespace {

/// Everything that becomes of records, on the producer's event loop; when all are settled, on the
/// thread that closed the producer.
class PerfOutcomes {
public:
    PerfOutcomes(const ProducerPerfOptions& options, Console& console, Time start)
        : options_(options),
          console_(console),
          progress_(console, options.records),
          all_(options.records, options.reporting_interval, start) {}

    /// From here on records count for the steady state, too. Before the first of them is sent.
    void begin_steady_state(Time now) {
        steady_.emplace(options_.records - options_.warmup_records, options_.reporting_interval,
                        now);
    }

    void settled(const Result<RecordMetadata>& outcome, Time sent, std::uint32_t bytes,
                 bool is_steady) {
        const auto now = clock_.now();
        if (!outcome) {
            ++figures_.errors;
            progress_.clear();
            console_.error_line(java_text(outcome.error()));
            return;
        }
        const auto latency =
            std::chrono::duration_cast<std::chrono::milliseconds>(now - sent).count();
        figures_.add(bytes);
        const auto window = all_.add(latency, bytes, now);
        if (!is_steady) {
            tell(window, false);
        } else if (const auto steady = steady_->add(latency, bytes, now)) {
            tell(steady, steady->first);
        }
        progress_.show(all_.counts().records, now);
    }

    /// The summaries, and the metrics where they are asked for.
    void finish(const std::string& client_id, const ProducerMetrics& inside) {
        progress_.clear();
        const auto now = clock_.now();
        const auto total = all_.total(now);
        console_.line(options_.json ? total_json(total, "total") : total_text(total, ""));
        if (steady_) {
            const auto steady = steady_->total(now);
            console_.line(options_.json ? total_json(steady, "steady_state")
                                        : total_text(steady, " steady state"));
        }
        if (options_.print_metrics) {
            figures_.elapsed = total.elapsed;
            figures_.inside = inside;
            print_metrics(client_id);
        }
    }

private:
    void tell(const std::optional<SendWindow>& window, bool steady_begins) {
        if (!window) {
            return;
        }
        progress_.clear();
        if (options_.json) {
            console_.line(window_json(*window));
        } else {
            if (steady_begins) {
                console_.line("In steady state.");
            }
            console_.line(window_text(*window));
        }
        std::ignore = console_.flush();  // so that it is seen now, through a pipe too
    }

    void print_metrics(const std::string& client_id) {
        if (!options_.json) {
            console_.write(
                metrics_table(named_producer_metrics(figures_, client_id, options_.topic)));
            return;
        }
        JsonLine line;
        line.add("event", "metrics");
        for (const auto& [name, value] : producer_metrics(figures_)) {
            line.add_json(name, json_number(value));
        }
        console_.write(line.text() + "\n");
    }

    const ProducerPerfOptions& options_;
    Console& console_;
    runtime::RealClock clock_;
    ProgressBar progress_;
    SendStats all_;
    std::optional<SendStats> steady_;
    ProducerFigures figures_;
};

/// The transactions of a run; does nothing where there are to be none.
class PerfTransactions {
public:
    PerfTransactions(Producer& producer, const ProducerPerfConfig& config)
        : producer_(producer), on_(config.transactions), duration_(config.transaction_duration) {}

    Result<void> initialise() { return on_ ? producer_.init_transactions().get() : Result<void>(); }
    /// Before a record is sent.
    Result<void> before(Time now) {
        if (!on_ || open_) {
            return {};
        }
        open_ = true;
        began_ = now;
        return producer_.begin_transaction();
    }
    /// After a record that was sent at `sent`.
    Result<void> after(Time sent) { return sent - began_ >= duration_ ? commit() : Result<void>(); }
    Result<void> commit() {
        return std::exchange(open_, false) ? producer_.commit_transaction().get() : Result<void>();
    }

private:
    Producer& producer_;
    bool on_;
    Duration duration_;
    bool open_ = false;
    Time began_{};
};

Result<Payloads> payloads_of(const ProducerPerfOptions& options, Console& console) {
    if (options.record_size) {
        return Payloads::letters(static_cast<std::size_t>(*options.record_size));
    }
    if (!options.payload_file) {
        return Payloads::numbers();
    }
    const auto& file = *options.payload_file;
    if (!options.json) {
        console.print("Reading payloads from: {}\n", std::filesystem::absolute(file).string());
    }
    TRY_ASSIGN(const auto text, read_file(file));
    TRY_ASSIGN(auto values, split_payloads(text, options.payload_delimiter));
    if (values.empty()) {
        return fail(ErrorCode::invalid_request,
                    "{} is empty: there is nothing to take payloads from", file);
    }
    if (!options.json) {
        console.print("Number of records read: {}\n", values.size());
    }
    return Payloads::choices(std::move(values));
}

Result<void> send_all(const ProducerPerfOptions& options, Payloads payloads, Producer& producer,
                      PerfTransactions transactions, PerfOutcomes& outcomes, Time start) {
    const runtime::RealClock clock;
    const Pacer pacer(options.throughput, start);
    Pause pause;
    for (std::int64_t i = 0; i < options.records; ++i) {
        const auto value = payloads.next(i);
        if (const auto wait = pacer.wait_before(i, clock.now()); wait > Duration::zero()) {
            pause.wait(wait);
        }
        const auto now = clock.now();
        TRY(transactions.before(now));
        if (options.warmup_records > 0 && i == options.warmup_records) {
            outcomes.begin_steady_state(now);
        }
        const bool is_steady = options.warmup_records > 0 && i >= options.warmup_records;
        const auto bytes = static_cast<std::uint32_t>(value.size());
        producer.send(ProducerRecordView{.topic = options.topic, .value = as_bytes(value)},
                      [&outcomes, now, bytes, is_steady](const Result<RecordMetadata>& outcome) {
                          outcomes.settled(outcome, now, bytes, is_steady);
                      });
        TRY(transactions.after(now));
    }
    return transactions.commit();
}

Result<void> producer_perf(const ProducerPerfOptions& options, Console& console) {
    TRY_ASSIGN(auto payloads, payloads_of(options, console));
    tell_warnings(options.warnings, options.json, console);
    runtime::RealRandom random;
    TRY_ASSIGN(const auto config, producer_perf_config(options, fmt::format("{}", random.uuid())));
    TRY_ASSIGN(auto producer, quiet_producer(config.client));
    PerfTransactions transactions(producer, config);
    TRY(transactions.initialise());
    if (options.warmup_records > 0 && !options.json) {
        console.print(
            "Warmup first {} records. Steady state results will print after the complete test "
            "summary.\n",
            options.warmup_records);
    }
    std::ignore = console.flush();
    const auto start = runtime::RealClock().now();
    PerfOutcomes outcomes(options, console, start);
    const auto sent =
        send_all(options, std::move(payloads), producer, transactions, outcomes, start);
    const auto closed = producer.close();  // from here on nothing calls `outcomes`
    TRY(sent);
    TRY_ASSIGN(const auto inside, producer.metrics().get());
    outcomes.finish(config.client.at("client.id"), inside);
    return closed;
}

}  // namespace

int run_producer_perf(const ParsedOptions& given, Console& console) {
    const auto options = producer_perf_options(given);
    if (!options) {
        return refuse_line(console, "kafka-producer-perf-test", "producer-perf-test",
                           options.error().message);
    }
    if (const auto done = producer_perf(*options, console); !done) {
        console.error_line(done.error().message);
        return 1;
    }
    return 0;
}

}  // namespace barnabas::cli

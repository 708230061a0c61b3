#include "cli/perf/consumer_perf_command.h"

#include "base/json_text.h"
#include "cli/common/old_names.h"
#include "cli/common/own_group.h"
#include "cli/common/progress_bar.h"
#include "cli/common/quiet_clients.h"
#include "cli/perf/java_numbers.h"
#include "cli/perf/read_stats.h"
#include "runtime/real/real_clock.h"
#include "runtime/real/real_random.h"
#include <barnabas/consumer.h>

#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>

namespace barnabas::cli {
namespace {

constexpr Duration perf_poll = std::chrono::milliseconds(100);

class JoinListener final : public RebalanceListener {
public:
    explicit JoinListener(Time start) : time(start) {}

    void on_partitions_assigned(Consumer& /*consumer*/,
                                const std::vector<TopicPartition>& partitions) override {
        time.assigned(partitions, clock_.now());
    }
    void on_partitions_revoked(Consumer& /*consumer*/,
                               const std::vector<TopicPartition>& partitions) override {
        time.revoked(partitions, clock_.now());
    }

    JoinTime time;

private:
    runtime::RealClock clock_;
};

/// One run of the command. Errors have the whole sentence.
class ConsumerPerfRun {
public:
    ConsumerPerfRun(const ConsumerPerfOptions& options, JavaDateFormat dates, Console& console)
        : options_(options),
          dates_(std::move(dates)),
          console_(console),
          progress_(console, options.records),
          start_(clock_.now()),
          start_wall_(clock_.wall()),
          window_wall_(start_wall_),
          stats_(std::chrono::milliseconds(options.reporting_interval_ms), start_),
          listener_(std::make_shared<JoinListener>(start_)) {}

    Result<void> run(const ClientConfig& config) {
        const auto client_id = config.at("client.id");
        may_choose_protocol_ = options_.own_group && may_choose_protocol(config);
        TRY(open(may_choose_protocol_ ? without_waiting(config) : config));
        TRY(read_all(config));
        const auto end = clock_.now();
        progress_.clear();
        if (stats_.records() < options_.records) {
            warn();
        }
        if (!options_.detailed || options_.json) {
            tell_total(end);
        }
        if (options_.print_metrics) {
            print_metrics(client_id, end);
        }
        return options_.own_group ? consumer_->close(goodbye_max) : consumer_->close();
    }

private:
    Result<void> open(const ClientConfig& config) {
        TRY_ASSIGN(auto consumer, quiet_consumer(config));
        TRY(options_.topic ? consumer.subscribe({*options_.topic}, listener_)
                           : consumer.subscribe_pattern(*options_.include, listener_));
        consumer_.emplace(std::move(consumer));
        return {};
    }

    /// `classic` is for brokers that do not have KIP-848.
    Result<ConsumerRecords> poll(const ClientConfig& classic) {
        auto records = consumer_->poll(perf_poll);
        if (!records && records.error().code == ErrorCode::unsupported_version &&
            std::exchange(may_choose_protocol_, false)) {
            TRY(open(classic));
            return ConsumerRecords();
        }
        return records;
    }

    Result<void> read_all(const ClientConfig& classic) {
        auto last = clock_.now();
        auto now = last;
        while (stats_.records() < options_.records && now - last <= options_.timeout) {
            TRY_ASSIGN(const auto records, poll(classic));
            now = clock_.now();
            for (const auto& record : records) {
                stats_.add(record.key().size() + record.value().size());
            }
            if (!records.empty()) {
                last = now;
                tell(stats_.read(now));
            }
            progress_.show(stats_.records(), now);
        }
        return {};
    }

    void tell(const std::optional<ReadWindow>& window) {
        if (!window) {
            return;
        }
        const auto joining = listener_->time.take_recent();
        const auto now = clock_.wall();
        if (options_.detailed) {
            progress_.clear();
            console_.line(options_.json ? read_json(*window, joining, "window", window_wall_, now)
                                        : fmt::format("{}, 0, {}", dates_.local(now),
                                                      read_columns(*window, joining, true)));
            std::ignore = console_.flush();  // so that it is seen now, through a pipe too
        }
        window_wall_ = now;
    }

    void warn() {
        const auto text = fmt::format(
            "WARNING: Exiting before consuming the expected number of records: timeout ({} ms) "
            "exceeded. You can use the --timeout option to increase the timeout.",
            std::chrono::duration_cast<std::chrono::milliseconds>(options_.timeout).count());
        options_.json ? console_.error_line(text) : console_.line(text);
    }

    void tell_total(Time end) {
        const auto total = stats_.total(end);
        const auto joining = listener_->time.total();
        const auto end_wall = clock_.wall();
        console_.line(options_.json ? read_json(total, joining, "total", start_wall_, end_wall)
                                    : fmt::format("{}, {}, {}", dates_.local(start_wall_),
                                                  dates_.local(end_wall),
                                                  read_columns(total, joining, false)));
    }

    void print_metrics(const std::string& client_id, Time end) {
        const auto total = stats_.total(end);
        const auto seconds = std::chrono::duration<double>(total.elapsed).count();
        const auto records = static_cast<double>(total.records);
        const auto bytes = static_cast<double>(total.bytes);
        const auto& joining = listener_->time;
        struct Metric {
            std::string_view group;
            std::string_view name;
            double value;
        };
        const Metric metrics[] = {
            {"consumer-fetch-manager-metrics", "bytes-consumed-rate", bytes / seconds},
            {"consumer-fetch-manager-metrics", "bytes-consumed-total", bytes},
            {"consumer-fetch-manager-metrics", "records-consumed-rate", records / seconds},
            {"consumer-fetch-manager-metrics", "records-consumed-total", records},
            {"consumer-coordinator-metrics", "rebalance-latency-total",
             std::chrono::duration<double, std::milli>(joining.total()).count()},
            {"consumer-coordinator-metrics", "rebalance-total",
             static_cast<double>(joining.rounds())}};
        std::map<std::string, double> named;
        JsonLine line;
        line.add("event", "metrics");
        for (const auto& metric : metrics) {
            named.emplace(
                fmt::format("{}:{}:{{client-id={}}}", metric.group, metric.name, client_id),
                metric.value);
            line.add_json(metric.name, json_number(metric.value));
        }
        console_.write(options_.json ? line.text() + "\n" : metrics_table(named));
    }

    const ConsumerPerfOptions& options_;
    JavaDateFormat dates_;
    Console& console_;
    runtime::RealClock clock_;
    ProgressBar progress_;
    Time start_;
    Timestamp start_wall_;
    Timestamp window_wall_;
    ReadStats stats_;
    std::shared_ptr<JoinListener> listener_;
    bool may_choose_protocol_ = false;
    std::optional<Consumer> consumer_;
};

Result<void> consumer_perf(const ConsumerPerfOptions& options, Console& console) {
    tell_warnings(options.warnings, options.json, console);
    if (options.header && !options.json) {
        console.line(read_header(options.detailed));
    }
    std::ignore = console.flush();
    if (options.reporting_interval_ms <= 0) {
        return fail(ErrorCode::invalid_request, "Reporting interval must be greater than 0.");
    }
    TRY_ASSIGN(auto dates, JavaDateFormat::parse(options.date_format));
    TRY_ASSIGN(const auto config, consumer_perf_config(options));
    return ConsumerPerfRun(options, std::move(dates), console).run(config);
}

}  // namespace

int run_consumer_perf(const ParsedOptions& given, Console& console) {
    const auto options = consumer_perf_options(given, runtime::RealRandom().next());
    if (!options) {
        console.error_line(options.error().message);
        return 1;
    }
    if (const auto done = consumer_perf(*options, console); !done) {
        console.error_line(done.error().message);
        return 1;
    }
    return 0;
}

}  // namespace barnabas::cli

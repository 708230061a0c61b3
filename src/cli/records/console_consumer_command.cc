#include "cli/records/console_consumer_command.h"

#include "cli/common/java_errors.h"
#include "cli/common/output_pipe.h"
#include "cli/common/stop_signals.h"
#include "cli/records/console_consumer_options.h"
#include "cli/records/record_formatter.h"
#include "runtime/real/real_clock.h"
#include "runtime/real/real_random.h"
#include <barnabas/consumer.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace barnabas::cli {
namespace {

/// As good as for ever, and fit to be counted in nanoseconds.
constexpr std::int64_t consumer_timeout_ms_max = 100LL * 365 * 24 * 3600 * 1000;
/// How much text is gathered before it is printed.
constexpr std::size_t consumed_piece_bytes = 1 << 20;

/// Reads until there is a reason to end, and prints.
class ConsoleConsumerRun {
public:
    ConsoleConsumerRun(const ParsedOptions& options, Console& console, ConsumerPlan plan,
                       const RecordFormatter& formatter)
        : json_(options.json()),
          skips_(options.has("skip-message-on-error")),
          tells_end_(options.has("enable-systest-events")),
          console_(console),
          plan_(std::move(plan)),
          formatter_(formatter) {}

    /// The exit status.
    int run() {
        auto config = plan_.consumer;
        if (plan_.may_choose_protocol) {
            config.insert_or_assign("group.protocol", "consumer");
        }
        if (const auto opened = open(config); !opened) {
            return unknown_error(opened.error());
        }
        const StopSignals signals([this] { stop(); });
        const auto processed = process();
        close();
        console_.error_line(fmt::format("Processed a total of {} messages", count_));
        int status = processed ? 0 : unknown_error(processed.error());
        if (tells_end_) {
            console_.line("shutdown_complete");
        }
        return StopSignals::requested() ? StopSignals::exit_status() : status;
    }

private:
    int unknown_error(const Error& error) {
        console_.error_line(
            fmt::format("ERROR Unknown error when running consumer: {}", java_text(error)));
        return 1;
    }

    Result<void> open(const ClientConfig& config) {
        TRY_ASSIGN(auto consumer, Consumer::create(config));
        TRY(begin(consumer));
        const std::lock_guard lock(mutex_);
        consumer_.emplace(std::move(consumer));
        return {};
    }

    Result<void> begin(Consumer& consumer) const {
        if (plan_.include) {
            return consumer.subscribe_pattern(*plan_.include);
        }
        const auto topic = plan_.topic.value_or("");
        if (!plan_.partition) {
            return consumer.subscribe({topic});
        }
        const TopicPartition partition{.topic = topic, .partition = *plan_.partition};
        TRY(consumer.assign({partition}));
        if (const auto* offset = std::get_if<Offset>(&plan_.start)) {
            return consumer.seek(partition, *offset);
        }
        return std::get<PartitionEnd>(plan_.start) == PartitionEnd::earliest
                   ? consumer.seek_to_beginning({partition})
                   : consumer.seek_to_end({partition});
    }

    /// On the thread of the signal.
    void stop() {
        const std::lock_guard lock(mutex_);
        consumer_->wakeup();
    }

    [[nodiscard]] bool has_enough() const {
        return plan_.messages_max && count_ >= *plan_.messages_max;
    }

    /// Errors are of records that cannot be printed. Others are told and end the reading, and all
    /// is well: so it is in Kafka's tool.
    Result<void> process() {
        while (!has_enough()) {
            const auto records = receive();
            if (!records) {
                if (!StopSignals::requested()) {
                    console_.error_line(fmt::format(
                        "ERROR Error processing message, terminating consumer process: {}",
                        java_text(records.error())));
                }
                return {};
            }
            const auto shown = show(*records);
            if (!console_.flush()) {
                console_.error_line("Unable to write to standard out, closing consumer.");
                return {};
            }
            TRY(shown);
        }
        return {};
    }

    Result<ConsumerRecords> receive() {
        const auto timeout = std::chrono::milliseconds(
            std::min(plan_.timeout_ms.value_or(consumer_timeout_ms_max), consumer_timeout_ms_max));
        const Time deadline = clock_.now() + timeout;
        while (!StopSignals::requested()) {
            auto records = consumer_->poll(std::max(deadline - clock_.now(), Duration(0)));
            if (!records && falls_back(records.error())) {
                TRY(open(plan_.consumer));
                continue;
            }
            if (!records || !records->empty()) {
                return records;
            }
            if (clock_.now() >= deadline) {
                return fail(ErrorCode::request_timed_out, "no record came within {} ms",
                            timeout / 1ms);
            }
        }
        return fail(ErrorCode::operation_not_attempted, "a signal came");
    }

    /// Once: a broker that does not know KIP-848, or that has it turned off.
    bool falls_back(const Error& error) {
        return error.code == ErrorCode::unsupported_version && count_ == 0 &&
               std::exchange(plan_.may_choose_protocol, false);
    }

    Result<void> show(const ConsumerRecords& records) {
        std::string out;
        Result<void> shown;
        for (const auto& record : records) {
            if (!shown || has_enough()) {
                unread_.emplace(record.topic_partition(), record.offset());
                continue;
            }
            ++count_;
            shown = append(record, out);
            if (out.size() > consumed_piece_bytes) {
                console_.write(out);
                out.clear();
            }
        }
        console_.write(out);
        return shown;
    }

    Result<void> append(const ConsumerRecord& record, std::string& out) {
        auto appended =
            json_ ? formatter_.append_json(record, out) : formatter_.append(record, out);
        if (!appended && skips_) {
            console_.error_line(
                fmt::format("ERROR Error processing message, skipping this message: {}",
                            appended.error().message));
            return {};
        }
        if (const auto line = formatter_.log_line(record); !line.empty()) {
            console_.error_line(line);
        }
        return appended;
    }

    /// What was fetched and not printed is not committed.
    void close() {
        for (const auto& [partition, offset] : unread_) {
            ignore(consumer_->seek(partition, offset), "it may be somebody else's by now");
        }
        if (const auto closed = consumer_->close(); !closed) {
            console_.error_line(fmt::format("WARN The consumer could not end in order: {}",
                                            java_text(closed.error())));
        }
    }

    const bool json_;
    const bool skips_;
    const bool tells_end_;
    Console& console_;
    ConsumerPlan plan_;
    const RecordFormatter& formatter_;
    runtime::RealClock clock_;
    std::int64_t count_ = 0;
    std::map<TopicPartition, Offset> unread_;
    std::mutex mutex_;  ///< while the consumer is changed, and for stop()
    std::optional<Consumer> consumer_;
};

Result<int> consume_records(const ParsedOptions& given, Console& console) {
    const auto file = given.text("command-config");
    ConsumerProperties properties;
    TRY_ASSIGN(properties.consumer,
               properties_of_either(given, file ? file : given.text("consumer.config"),
                                    "command-property", "consumer-property"));
    TRY_ASSIGN(properties.formatter, properties_of_either(given, given.text("formatter-config"),
                                                          "formatter-property", "property"));
    runtime::RealRandom random;
    TRY_ASSIGN(auto plan, plan_console_consumer(given, std::move(properties), random.next()));
    TRY_ASSIGN(const auto made,
               make_formatter(given.text("formatter").value_or(std::string(default_formatter)),
                              plan.formatter));
    for (const auto& complaint : made.complaints) {
        console.error_line(complaint);
    }
    const OutputPipe pipe;
    return ConsoleConsumerRun(given, console, std::move(plan), *made.formatter).run();
}

}  // namespace

int run_console_consumer(const ParsedOptions& given, Console& console) {
    if (const auto checked = check_console_consumer(given); !checked) {
        console.error_line(checked.error().message);
        return 1;
    }
    for (const auto& warning : console_consumer_warnings(given)) {
        if (given.json()) {
            console.error_line(warning);  // what is printed is JSON alone
        } else {
            console.line(warning);
        }
    }
    const auto status = consume_records(given, console);
    if (!status) {
        console.error_line(status.error().message);
    }
    return status.value_or(1);
}

}  // namespace barnabas::cli

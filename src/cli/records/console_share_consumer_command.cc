#include "cli/records/console_share_consumer_command.h"

#include "cli/common/java_errors.h"
#include "cli/common/output_pipe.h"
#include "cli/common/stop_signals.h"
#include "cli/records/console_share_consumer_options.h"
#include "cli/records/record_formatter.h"
#include "runtime/real/real_clock.h"
#include <barnabas/share_consumer.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::cli {
namespace {

/// As good as for ever, and fit to be counted in nanoseconds.
constexpr std::int64_t share_timeout_ms_max = 100LL * 365 * 24 * 3600 * 1000;
/// How much text is gathered before it is printed.
constexpr std::size_t share_piece_bytes = 1 << 20;

/// Reads until there is a reason to end, prints and acknowledges.
class ConsoleShareRun {
public:
    ConsoleShareRun(bool json, Console& console, const ShareConsumerPlan& plan,
                    const RecordFormatter& formatter, ShareConsumer consumer)
        : json_(json),
          console_(console),
          plan_(plan),
          formatter_(formatter),
          consumer_(std::move(consumer)) {}

    /// The exit status.
    int run() {
        if (const auto begun = consumer_.subscribe({plan_.topic}); !begun) {
            return unknown_error(begun.error());
        }
        const StopSignals signals([this] { stop(); });
        const auto processed = process();
        close();
        console_.error_line(fmt::format("Processed a total of {} messages", count_));
        const int status = processed ? 0 : unknown_error(processed.error());
        return StopSignals::requested() ? StopSignals::exit_status() : status;
    }

private:
    /// On the thread of the signal.
    void stop() {
        const std::lock_guard lock(mutex_);
        if (!closing_) {
            consumer_.wakeup();
        }
    }

    int unknown_error(const Error& error) {
        console_.error_line(
            fmt::format("ERROR Unknown error when running consumer: {}", java_text(error)));
        return 1;
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
            acknowledge(*records);
            TRY(shown);
        }
        return {};
    }

    Result<ConsumerRecords> receive() {
        const auto timeout = std::chrono::milliseconds(
            std::min(plan_.timeout_ms.value_or(share_timeout_ms_max), share_timeout_ms_max));
        const Time deadline = clock_.now() + timeout;
        while (!StopSignals::requested()) {
            auto records = consumer_.poll(std::max(deadline - clock_.now(), Duration(0)));
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

    /// What cannot be printed ends it: that record, and those behind it, are given back at the end.
    Result<void> show(const ConsumerRecords& records) {
        std::string out;
        Result<void> shown;
        marked_.clear();
        for (const auto& record : records) {
            if (has_enough()) {
                break;
            }
            ++count_;
            auto type = plan_.acknowledge;
            shown = append(record, out, type);
            if (!shown) {
                break;
            }
            marked_.push_back(type);
            if (out.size() > share_piece_bytes) {
                console_.write(out);
                out.clear();
            }
        }
        console_.write(out);
        return shown;
    }

    Result<void> append(const ConsumerRecord& record, std::string& out, AcknowledgeType& type) {
        auto appended =
            json_ ? formatter_.append_json(record, out) : formatter_.append(record, out);
        if (!appended && plan_.rejects_unprintable) {
            console_.error_line(
                fmt::format("ERROR Error processing message, rejecting this message: {}",
                            appended.error().message));
            type = AcknowledgeType::reject;
            return {};
        }
        if (const auto line = formatter_.log_line(record); !line.empty()) {
            console_.error_line(line);
        }
        return appended;
    }

    /// What was printed, once that is out; the next poll, or the end, sends it.
    void acknowledge(const ConsumerRecords& records) {
        auto type = marked_.begin();
        for (const auto& record : records) {
            if (type == marked_.end()) {
                break;
            }
            if (const auto marked = consumer_.acknowledge(record, *type++); !marked) {
                console_.error_line(fmt::format("WARN {}", java_text(marked.error())));
            }
        }
    }

    void close() {
        {
            const std::lock_guard lock(mutex_);
            closing_ = true;
        }
        if (const auto closed = consumer_.close(); !closed) {
            console_.error_line(fmt::format("WARN The consumer could not end in order: {}",
                                            java_text(closed.error())));
        }
    }

    const bool json_;
    Console& console_;
    const ShareConsumerPlan& plan_;
    const RecordFormatter& formatter_;
    ShareConsumer consumer_;
    runtime::RealClock clock_;
    std::int64_t count_ = 0;
    std::vector<AcknowledgeType> marked_;  ///< of the records that are being printed
    std::mutex mutex_;                     ///< for stop()
    bool closing_ = false;
};

Result<int> consume_shared(const ParsedOptions& given, Console& console) {
    const auto file = given.text("command-config");
    ConsumerProperties properties;
    TRY_ASSIGN(properties.consumer,
               properties_of_either(given, file ? file : given.text("consumer-config"),
                                    "command-property", "consumer-property"));
    TRY_ASSIGN(properties.formatter, properties_of_either(given, given.text("formatter-config"),
                                                          "formatter-property", "property"));
    TRY_ASSIGN(const auto plan, plan_console_share_consumer(given, std::move(properties)));
    TRY_ASSIGN(const auto made,
               make_formatter(given.text("formatter").value_or(std::string(default_formatter)),
                              plan.formatter));
    for (const auto& complaint : made.complaints) {
        console.error_line(complaint);
    }
    auto consumer = ShareConsumer::create(plan.consumer);
    if (!consumer) {
        console.error_line(fmt::format("ERROR Unknown error when running consumer: {}",
                                       java_text(consumer.error())));
        return 1;
    }
    const OutputPipe pipe;
    return ConsoleShareRun(given.json(), console, plan, *made.formatter, std::move(*consumer))
        .run();
}

}  // namespace

int run_console_share_consumer(const ParsedOptions& given, Console& console) {
    if (const auto checked = check_console_share_consumer(given); !checked) {
        console.error_line(checked.error().message);
        return 1;
    }
    for (const auto& warning : console_share_consumer_warnings(given)) {
        if (given.json()) {
            console.error_line(warning);  // what is printed is JSON alone
        } else {
            console.line(warning);
        }
    }
    const auto status = consume_shared(given, console);
    if (!status) {
        console.error_line(status.error().message);
    }
    return status.value_or(1);
}

}  // namespace barnabas::cli

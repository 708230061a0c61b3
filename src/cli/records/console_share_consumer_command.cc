#include "cli/records/console_share_consumer_command.h"

#include "cli/common/java_errors.h"
#include "cli/common/old_names.h"
#include "cli/common/output_pipe.h"
#include "cli/common/quiet_clients.h"
#include "cli/common/stop_signals.h"
#include "cli/records/console_reading.h"
#include "cli/records/console_share_consumer_options.h"
#include "cli/records/record_formatter.h"
#include "runtime/real/real_clock.h"
#include <barnabas/share_consumer.h>

#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::cli {
namespace {

/// Reads until there is a reason to end, prints and acknowledges.
class ConsoleShareRun final : public ConsoleReading::Reader {
public:
    ConsoleShareRun(bool json, Console& console, const ShareConsumerPlan& plan,
                    const RecordFormatter& formatter, ShareConsumer consumer)
        : console_(console),
          plan_(plan),
          reading_({.json = json,
                    .limits = {.messages_max = plan.messages_max, .timeout_ms = plan.timeout_ms},
                    .stopped = StopSignals::requested},
                   console, formatter, clock_),
          consumer_(std::move(consumer)) {}

    /// The exit status.
    int run() {
        if (const auto begun = consumer_.subscribe({plan_.topic}); !begun) {
            return reading_.unknown_error(begun.error());
        }
        const StopSignals signals([this] { stop(); });
        const auto read = reading_.run(*this);
        close();
        const int status = reading_.finish(read);
        return StopSignals::requested() ? StopSignals::exit_status() : status;
    }

    Result<ConsumerRecords> poll(Duration time) override { return consumer_.poll(time); }

    /// What cannot be printed ends it: that record, and those behind it, are given back at the end.
    Result<void> show(const ConsumerRecords& records) override {
        std::string out;
        Result<void> shown;
        marked_.clear();
        for (const auto& record : records) {
            if (reading_.has_enough()) {
                break;
            }
            auto type = plan_.acknowledge;
            shown = append(record, out, type);
            if (!shown) {
                break;
            }
            marked_.push_back(type);
            reading_.print_if_large(out);
        }
        reading_.print(out);
        return shown;
    }

    /// What was printed is acknowledged once that is out; the next poll, or the end, sends it.
    void on_printed(const ConsumerRecords& records) override {
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

private:
    /// On the thread of the signal.
    void stop() {
        const std::lock_guard lock(mutex_);
        if (!closing_) {
            consumer_.wakeup();
        }
    }

    Result<void> append(const ConsumerRecord& record, std::string& out, AcknowledgeType& type) {
        auto appended = reading_.append(record, out);
        if (!appended && plan_.rejects_unprintable) {
            console_.error_line(
                fmt::format("ERROR Error processing message, rejecting this message: {}",
                            appended.error().message));
            type = AcknowledgeType::reject;
            return {};
        }
        return appended;
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

    Console& console_;
    const ShareConsumerPlan& plan_;
    runtime::RealClock clock_;
    ConsoleReading reading_;
    ShareConsumer consumer_;
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
    auto consumer = waiting_share_consumer(plan.consumer, console);
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
    tell_warnings(console_share_consumer_warnings(given), given.json(), console);
    const auto status = consume_shared(given, console);
    if (!status) {
        console.error_line(status.error().message);
    }
    return status.value_or(1);
}

}  // namespace barnabas::cli

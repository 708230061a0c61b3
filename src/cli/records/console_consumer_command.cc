#include "cli/records/console_consumer_command.h"

#include "base/topic_name.h"
#include "cli/common/consumer_errors.h"
#include "cli/common/java_errors.h"
#include "cli/common/old_names.h"
#include "cli/common/output_pipe.h"
#include "cli/common/own_group.h"
#include "cli/common/quiet_clients.h"
#include "cli/common/stop_signals.h"
#include "cli/records/console_consumer_options.h"
#include "cli/records/console_reading.h"
#include "cli/records/record_formatter.h"
#include "runtime/real/real_clock.h"
#include "runtime/real/real_random.h"
#include <barnabas/consumer.h>

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace barnabas::cli {
namespace {

/// Reads until there is a reason to end, and prints.
class ConsoleConsumerRun final : public ConsoleReading::Reader {
public:
    ConsoleConsumerRun(const ParsedOptions& options, Console& console, ConsumerPlan plan,
                       const RecordFormatter& formatter)
        : json_(options.json()),
          skips_(options.has("skip-message-on-error")),
          tells_end_(options.has("enable-systest-events")),
          console_(console),
          plan_(std::move(plan)),
          reading_({.json = json_,
                    .limits = {.messages_max = plan_.messages_max, .timeout_ms = plan_.timeout_ms},
                    .stopped = StopSignals::requested},
                   console, formatter, clock_) {}

    /// The exit status.
    int run() {
        const auto opened =
            open(plan_.may_choose_protocol ? without_waiting(plan_.consumer) : plan_.consumer);
        if (!opened) {
            return reading_.unknown_error(opened.error());
        }
        const StopSignals signals([this] { stop(); });
        const auto read = reading_.run(*this);
        close();
        const int status = reading_.finish(read);
        if (tells_end_) {
            console_.line(json_ ? R"({"event":"shutdown_complete"})" : "shutdown_complete");
        }
        return StopSignals::requested() ? StopSignals::exit_status() : status;
    }

    /// Java's consumer fails for such a name in here, too.
    Result<ConsumerRecords> poll(Duration time) override {
        if (plan_.topic) {
            TRY(check_topic_name(*plan_.topic));
        }
        auto records = consumer_->poll(time);
        if (!records && falls_back(records.error())) {
            TRY(open(plan_.consumer));
            return ConsumerRecords();
        }
        has_read_ = has_read_ || (records && !records->empty());
        return records;
    }

    Result<void> show(const ConsumerRecords& records) override {
        std::string out;
        Result<void> shown;
        for (const auto& record : records) {
            if (!shown || reading_.has_enough()) {
                unread_.emplace(record.topic_partition(), record.offset());
                continue;
            }
            shown = append(record, out);
            reading_.print_if_large(out);
        }
        reading_.print(out);
        return shown;
    }

    std::string error_text(const Error& error) override {
        return consumer_error_text(error, *consumer_);
    }

private:
    Result<void> open(const ClientConfig& config) {
        TRY_ASSIGN(auto consumer, waiting_consumer(config, console_));
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

    /// Once: a broker that does not know KIP-848, or that has it turned off.
    bool falls_back(const Error& error) {
        return error.code == ErrorCode::unsupported_version && !has_read_ &&
               std::exchange(plan_.may_choose_protocol, false);
    }

    Result<void> append(const ConsumerRecord& record, std::string& out) {
        auto appended = reading_.append(record, out);
        if (!appended && skips_) {
            console_.error_line(
                fmt::format("ERROR Error processing message, skipping this message: {}",
                            appended.error().message));
            return {};
        }
        return appended;
    }

    /// What was fetched and not printed is not committed.
    void close() {
        for (const auto& [partition, offset] : unread_) {
            ignore(consumer_->seek(partition, offset), "it may be somebody else's by now");
        }
        const auto commits = plan_.consumer.find("enable.auto.commit");
        const bool has_nothing_to_keep =
            commits != plan_.consumer.end() && commits->second == "false";
        const auto closed =
            has_nothing_to_keep ? consumer_->close(goodbye_max) : consumer_->close();
        if (!closed && !has_nothing_to_keep) {
            console_.error_line(fmt::format("WARN The consumer could not end in order: {}",
                                            java_text(closed.error())));
        }
    }

    const bool json_;
    const bool skips_;
    const bool tells_end_;
    Console& console_;
    ConsumerPlan plan_;
    runtime::RealClock clock_;
    ConsoleReading reading_;
    bool has_read_ = false;
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
    tell_warnings(console_consumer_warnings(given), given.json(), console);
    const auto status = consume_records(given, console);
    if (!status) {
        console.error_line(status.error().message);
    }
    return status.value_or(1);
}

}  // namespace barnabas::cli

#include "cli/records/console_producer_command.h"

#include "cli/common/client_properties.h"
#include "cli/common/java_errors.h"
#include "cli/common/old_names.h"
#include "cli/common/output_pipe.h"
#include "cli/common/quiet_clients.h"
#include "cli/common/stop_signals.h"
#include "cli/records/console_producer_lines.h"
#include "cli/records/console_producer_options.h"
#include "cli/records/delivery_printer.h"
#include <barnabas/producer.h>

#include <optional>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

namespace barnabas::cli {
namespace {

/// Options under their new name or their old one, which do not come together.
std::vector<std::string> texts_of_either(const ParsedOptions& given, std::string_view name,
                                         std::string_view old_name) {
    return given.has(name) ? given.texts(name) : given.texts(old_name);
}

std::optional<std::size_t> byte_count_of(const std::optional<ByteView>& bytes) {
    return bytes ? std::optional(bytes->size()) : std::nullopt;
}

/// Lines in, records out.
class ConsoleProducerRun {
public:
    ConsoleProducerRun(const ParsedOptions& options, Console& console, LineReader reader,
                       Producer producer)
        : sync_(options.has("sync")),
          json_(options.json()),
          prompts_(console.is_terminal() && ::isatty(STDIN_FILENO) == 1),
          console_(console),
          reader_(std::move(reader)),
          printer_(console),
          producer_(std::move(producer)) {}

    /// The exit status.
    int run() {
        const StopSignals signals([this] { stop(); });
        const auto sent = send_lines();
        if (!sent) {
            printer_.error_line(sent.error().message);
        }
        const auto closed = producer_.close();
        if (!closed) {
            printer_.error_line(java_text(closed.error()));
        }
        return sent && closed ? 0 : 1;
    }

private:
    Result<void> send_lines() {
        while (auto input = next_line()) {
            for (const auto line : java_lines(*input)) {
                TRY_ASSIGN(const auto record, reader_.read(line));
                TRY(send(record));
            }
            if (json_ && !printer_.wait_for_room()) {
                return fail(ErrorCode::network_exception,
                            "Unable to write to standard out, closing producer.");
            }
        }
        return {};
    }

    std::optional<std::string> next_line() {
        if (prompts_) {
            printer_.with_console([](Console& console) { console.write(">"); });
        }
        return console_.read_line();
    }

    Result<void> send(const ProducerRecordView& record) {
        if (!sync_) {
            send_and_go_on(record);
            return {};
        }
        const auto stored = producer_.send(record).get();
        if (!stored) {
            return fail(stored.error().code, "{}", java_text(stored.error()));
        }
        if (json_) {
            printer_.line(acknowledged_json(*stored));
        }
        return {};
    }

    void send_and_go_on(const ProducerRecordView& record) {
        producer_.send(
            record, [this, topic = std::string(record.topic), key = byte_count_of(record.key),
                     value = byte_count_of(record.value)](const auto& outcome) {
                if (!outcome) {
                    printer_.error_line(undelivered_text(topic, key, value, outcome.error()));
                } else if (json_) {
                    printer_.line(acknowledged_json(*outcome));
                }
            });
    }

    /// On a signal: what was read is delivered, then the process ends, as Kafka's shutdown hook has
    /// it. The thread that reads lines may wait for the next one, and nothing else would wake it.
    void stop() {
        const auto closed = producer_.close();
        if (!closed) {
            printer_.error_line(java_text(closed.error()));
        }
        printer_.finish();
        ::_exit(StopSignals::exit_status());
    }

    const bool sync_;
    const bool json_;
    const bool prompts_;
    Console& console_;
    LineReader reader_;
    DeliveryPrinter printer_;  // outlives the producer, whose callbacks print
    Producer producer_;
};

Result<ClientConfig> reader_properties(const ParsedOptions& given) {
    PropertySources sources{.file = given.text("reader-config"),
                            .entries = texts_of_either(given, "reader-property", "property")};
    TRY_ASSIGN(auto properties, client_properties(sources));
    // The topic may stand among the properties, though not in the file: so it is in Kafka.
    TRY_ASSIGN(const auto entries, parse_entries(sources.entries));
    if (!entries.contains("topic")) {
        properties.insert_or_assign("topic", given.text("topic").value_or(""));
    }
    return properties;
}

Result<int> produce_lines(const ParsedOptions& given, Console& console) {
    TRY_ASSIGN(const auto line_properties, reader_properties(given));
    TRY_ASSIGN(auto format, line_format(line_properties));
    const bool new_name = given.has("command-config");
    TRY_ASSIGN(auto properties,
               client_properties(
                   {.file = given.text(new_name ? "command-config" : "producer.config"),
                    .entries = texts_of_either(given, "command-property", "producer-property")}));
    TRY_ASSIGN(auto producer,
               quiet_producer(console_producer_config(given, std::move(properties))));
    return ConsoleProducerRun(given, console, LineReader(std::move(format)), std::move(producer))
        .run();
}

}  // namespace

int run_console_producer(const ParsedOptions& given, Console& console) {
    if (const auto checked = check_console_producer(given); !checked) {
        console.error_line(checked.error().message);
        return 1;
    }
    tell_warnings(console_producer_warnings(given), given.json(), console);
    const OutputPipe pipe;
    const auto status = produce_lines(given, console);
    if (!status) {
        console.error_line(status.error().message);
    }
    return status.value_or(1);
}

}  // namespace barnabas::cli

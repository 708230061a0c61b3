#include "cli/records/console_reading.h"

#include "cli/common/java_errors.h"

#include <algorithm>
#include <chrono>

namespace barnabas::cli {
namespace {

/// As good as for ever, and fit to be counted in nanoseconds.
constexpr std::int64_t reading_timeout_ms_max = 100LL * 365 * 24 * 3600 * 1000;
/// How much text is gathered before it is printed.
constexpr std::size_t printed_piece_bytes = 1 << 20;

}  // namespace

std::string ConsoleReading::Reader::error_text(const Error& error) {
    return java_text(error);
}

Result<void> ConsoleReading::run(Reader& reader) {
    while (!has_enough()) {
        const auto records = receive(reader);
        if (!records) {
            if (!options_.stopped()) {
                console_.error_line(
                    fmt::format("ERROR Error processing message, terminating consumer process: {}",
                                reader.error_text(records.error())));
            }
            return {};
        }
        const auto shown = reader.show(*records);
        if (!console_.flush()) {
            console_.error_line("Unable to write to standard out, closing consumer.");
            return {};
        }
        reader.on_printed(*records);
        TRY(shown);
    }
    return {};
}

Result<ConsumerRecords> ConsoleReading::receive(Reader& reader) {
    const auto timeout = std::chrono::milliseconds(std::min(
        options_.limits.timeout_ms.value_or(reading_timeout_ms_max), reading_timeout_ms_max));
    const Time deadline = clock_.now() + timeout;
    while (!options_.stopped()) {
        auto records = reader.poll(std::max(deadline - clock_.now(), Duration(0)));
        if (!records || !records->empty()) {
            return records;
        }
        if (clock_.now() >= deadline) {
            return fail(ErrorCode::request_timed_out, "no record came within {} ms", timeout / 1ms);
        }
    }
    return fail(ErrorCode::operation_not_attempted, "a signal came");
}

bool ConsoleReading::has_enough() const {
    return options_.limits.messages_max && count_ >= *options_.limits.messages_max;
}

Result<void> ConsoleReading::append(const ConsumerRecord& record, std::string& out) {
    ++count_;
    TRY(options_.json ? formatter_.append_json(record, out) : formatter_.append(record, out));
    if (const auto line = formatter_.log_line(record); !line.empty()) {
        console_.error_line(line);
    }
    return {};
}

void ConsoleReading::print_if_large(std::string& out) {
    if (out.size() > printed_piece_bytes) {
        print(out);
    }
}

void ConsoleReading::print(std::string& out) {
    console_.write(out);
    out.clear();
}

int ConsoleReading::finish(const Result<void>& read) {
    console_.error_line(fmt::format("Processed a total of {} messages", count_));
    return read ? 0 : unknown_error(read.error());
}

int ConsoleReading::unknown_error(const Error& error) {
    console_.error_line(
        fmt::format("ERROR Unknown error when running consumer: {}", java_text(error)));
    return 1;
}

}  // namespace barnabas::cli

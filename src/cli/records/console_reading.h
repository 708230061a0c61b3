#pragma once

#include "base/result.h"
#include "base/time.h"
#include "cli/framework/console.h"
#include "cli/records/record_formatter.h"
#include "runtime/clock.h"
#include <barnabas/consumer_records.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace barnabas::cli {

/// When the console consumers have read enough; nothing: never.
struct ReadingLimits {
    std::optional<std::int64_t> messages_max{};
    std::optional<std::int64_t> timeout_ms{};  ///< without any record
};

/// What the console consumers have in common: they read until there is a reason to end, print what
/// came and say how much it was. Used by one thread; what is given to it outlives it.
class ConsoleReading {
public:
    struct Options {
        bool json = false;  ///< records are printed as JSON
        ReadingLimits limits{};
        /// A signal came: reading ends, and nobody is told why.
        std::function<bool()> stopped = [] { return false; };
    };
    ConsoleReading(Options options, Console& console, const RecordFormatter& formatter,
                   const runtime::Clock& clock)
        : options_(std::move(options)), console_(console), formatter_(formatter), clock_(clock) {}

    /// How records are had and dealt with.
    class Reader {
    public:
        virtual ~Reader() = default;
        /// What comes within the time; none: nothing did.
        virtual Result<ConsumerRecords> poll(Duration time) = 0;
        /// Prints them, with append(); an error ends the reading.
        virtual Result<void> show(const ConsumerRecords& records) = 0;
        /// What show() printed has left for standard output.
        virtual void on_printed(const ConsumerRecords& /*records*/) {}
        /// What Java makes of poll()'s error as text.
        virtual std::string error_text(const Error& error);
    };

    /// Errors are of records that cannot be printed. Others are told and end the reading, and all
    /// is well: so it is in Kafka's tools.
    Result<void> run(Reader& reader);

    /// Whether so many records were shown as were asked for.
    [[nodiscard]] bool has_enough() const;
    /// Counts the record and appends what is printed of it. Errors are the formatter's.
    Result<void> append(const ConsumerRecord& record, std::string& out);
    /// Text that is printed when there is enough of it, or at once.
    void print_if_large(std::string& out);
    void print(std::string& out);

    /// "Processed a total of 3 messages", and what else is to be said at the end; the exit status.
    int finish(const Result<void>& read);
    /// For what went wrong before anything could be read; the exit status.
    int unknown_error(const Error& error);

private:
    Result<ConsumerRecords> receive(Reader& reader);

    const Options options_;
    Console& console_;
    const RecordFormatter& formatter_;
    const runtime::Clock& clock_;
    std::int64_t count_ = 0;
};

}  // namespace barnabas::cli

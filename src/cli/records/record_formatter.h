#pragma once

#include "base/result.h"
#include <barnabas/client_config.h>
#include <barnabas/consumer_records.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::cli {

/// How the console consumers print records: one of the classes of --formatter. No I/O; one thread.
class RecordFormatter {
public:
    virtual ~RecordFormatter() = default;

    /// Appends what is printed of a record, its line's end included; nothing where the formatter
    /// passes over it. invalid_record with the sentence of Kafka's class, and nothing appended,
    /// where the record is not what the formatter was made for.
    [[nodiscard]] virtual Result<void> append(const ConsumerRecord& record,
                                              std::string& out) const = 0;
    /// The same as one JSON object and a line's end: all of the record, whatever print.* say.
    [[nodiscard]] virtual Result<void> append_json(const ConsumerRecord& record,
                                                   std::string& out) const = 0;
    /// What is logged of a record besides; empty: nothing.
    [[nodiscard]] virtual std::string log_line(const ConsumerRecord& /*record*/) const {
        return {};
    }
};

/// A formatter, and what Kafka's class logs while it is configured.
struct MadeFormatter {
    std::unique_ptr<RecordFormatter> formatter;
    std::vector<std::string> complaints;
};

/// The class that formatters are of where nobody says anything.
inline constexpr std::string_view default_formatter =
    "org.apache.kafka.tools.consumer.DefaultMessageFormatter";

/// By the class's full name or without its package. invalid_request with the names that there are
/// for any other: classes cannot be loaded here.
[[nodiscard]] Result<MadeFormatter> make_formatter(std::string_view class_name,
                                                   const ClientConfig& properties);

}  // namespace barnabas::cli

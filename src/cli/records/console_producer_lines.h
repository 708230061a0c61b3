#pragma once

#include "base/result.h"
#include <barnabas/client_config.h>
#include <barnabas/producer.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace barnabas::cli {

/// How a line becomes a record, by the properties of --reader-property.
struct LineFormat {
    std::string topic;
    bool parse_key = false;
    bool parse_headers = false;
    bool ignore_error = false;  ///< a line without a separator is all value
    std::string key_separator = "\t";
    std::string headers_delimiter = "\t";
    std::string headers_separator = ",";  ///< a regular expression, as in Kafka
    std::string headers_key_separator = ":";
    std::optional<std::string> null_marker = std::nullopt;  ///< what stands for null
};

/// invalid_config in Kafka's words for separators that cannot be told apart, and for an expression
/// that is none. Other properties are passed over: in Kafka they are for readers of one's own.
[[nodiscard]] Result<LineFormat> line_format(const ClientConfig& properties);

/// Makes records of lines, as org.apache.kafka.tools.LineMessageReader: "headers DELIMITER key
/// SEPARATOR value". Bytes that are no UTF-8 stay what they are. One thread.
class LineReader {
public:
    explicit LineReader(LineFormat format);
    LineReader(LineReader&&) noexcept;
    LineReader& operator=(LineReader&&) noexcept;
    ~LineReader();

    /// The record looks into `line` and into this reader: it is good until the next call.
    /// invalid_record in Kafka's words, with the line's number, for a line that is of another form.
    [[nodiscard]] Result<ProducerRecordView> read(std::string_view line);

private:
    using Part = std::optional<std::string_view>;

    [[nodiscard]] Result<Part> part(std::string_view rest, std::string_view line,
                                    std::string_view separator,
                                    std::string_view separator_name) const;
    [[nodiscard]] Result<void> read_headers(std::string_view text);
    [[nodiscard]] Result<HeaderView> header(std::string_view pair) const;
    [[nodiscard]] bool is_null(std::string_view text) const { return format_.null_marker == text; }
    [[nodiscard]] std::optional<ByteView> bytes(std::string_view text) const;

    LineFormat format_;
    std::unique_ptr<re2::RE2> separator_;
    std::vector<HeaderView> headers_;
    std::int64_t line_number_ = 0;
};

/// What lies between the matches of `separator`, as java.util.regex.Pattern.split cuts it: empty
/// pieces at the end are left out.
[[nodiscard]] std::vector<std::string_view> split_by(const re2::RE2& separator,
                                                     std::string_view text);

/// Java's readers end lines at \r and \r\n too: what a line that was ended by \n, or by the end of
/// the input, is to them.
[[nodiscard]] std::vector<std::string_view> java_lines(std::string_view line);

}  // namespace barnabas::cli

#include "cli/records/console_producer_lines.h"

#include "cli/records/properties.h"

#include <re2/re2.h>

#include <array>
#include <utility>

namespace barnabas::cli {
namespace {

struct SeparatorPair {
    std::string_view one_name;
    const std::string* one;
    std::string_view other_name;
    const std::string* other;
};

/// Kafka's order of checks, and its sentence.
Result<void> check_separators(const LineFormat& format) {
    constexpr std::string_view delimiter = "headers.delimiter";
    constexpr std::string_view separator = "headers.separator";
    constexpr std::string_view key_separator = "headers.key.separator";
    constexpr std::string_view marker_name = "null.marker";
    const auto* marker = format.null_marker ? &*format.null_marker : nullptr;
    const std::array pairs{
        SeparatorPair{delimiter, &format.headers_delimiter, separator, &format.headers_separator},
        SeparatorPair{delimiter, &format.headers_delimiter, key_separator,
                      &format.headers_key_separator},
        SeparatorPair{separator, &format.headers_separator, key_separator,
                      &format.headers_key_separator},
        SeparatorPair{marker_name, marker, "key.separator", &format.key_separator},
        SeparatorPair{marker_name, marker, separator, &format.headers_separator},
        SeparatorPair{marker_name, marker, delimiter, &format.headers_delimiter},
        SeparatorPair{marker_name, marker, key_separator, &format.headers_key_separator},
    };
    for (const auto& pair : pairs) {
        if (pair.one != nullptr && *pair.one == *pair.other) {
            return fail(ErrorCode::invalid_config, "{} and {} may not be equal", pair.one_name,
                        pair.other_name);
        }
    }
    return {};
}

}  // namespace

Result<LineFormat> line_format(const ClientConfig& properties) {
    LineFormat format;
    format.topic = text_property(properties, "topic").value_or("");
    format.parse_key = flag_property(properties, "parse.key").value_or(false);
    format.parse_headers = flag_property(properties, "parse.headers").value_or(false);
    format.ignore_error = flag_property(properties, "ignore.error").value_or(false);
    const std::pair<std::string_view, std::string*> texts[] = {
        {"key.separator", &format.key_separator},
        {"headers.delimiter", &format.headers_delimiter},
        {"headers.separator", &format.headers_separator},
        {"headers.key.separator", &format.headers_key_separator},
    };
    for (const auto& [name, text] : texts) {
        *text = text_property(properties, name).value_or(*text);
    }
    format.null_marker = text_property(properties, "null.marker");
    TRY(check_separators(format));
    const re2::RE2 separator(format.headers_separator, re2::RE2::Quiet);
    if (!separator.ok()) {
        return fail(ErrorCode::invalid_config,
                    "headers.separator '{}' is no regular expression: {}", format.headers_separator,
                    separator.error());
    }
    return format;
}

LineReader::LineReader(LineFormat format)
    : format_(std::move(format)),
      separator_(std::make_unique<re2::RE2>(format_.headers_separator, re2::RE2::Quiet)) {}

LineReader::LineReader(LineReader&&) noexcept = default;
LineReader& LineReader::operator=(LineReader&&) noexcept = default;
LineReader::~LineReader() = default;

Result<ProducerRecordView> LineReader::read(std::string_view line) {
    ++line_number_;
    headers_.clear();
    ProducerRecordView record{.topic = format_.topic};
    std::string_view rest = line;
    if (format_.parse_headers) {
        TRY_ASSIGN(const auto headers,
                   part(rest, line, format_.headers_delimiter, "headers delimiter"));
        if (headers) {
            rest.remove_prefix(headers->size() + format_.headers_delimiter.size());
            if (!is_null(*headers)) {
                TRY(read_headers(*headers));
            }
        }
    }
    if (format_.parse_key) {
        TRY_ASSIGN(const auto key, part(rest, line, format_.key_separator, "key separator"));
        if (key) {
            rest.remove_prefix(key->size() + format_.key_separator.size());
            record.key = bytes(*key);
        }
    }
    record.value = bytes(rest);
    record.headers = headers_;
    return record;
}

/// What stands before the separator; nothing where there is none and that does not matter.
Result<LineReader::Part> LineReader::part(std::string_view rest, std::string_view line,
                                          std::string_view separator,
                                          std::string_view separator_name) const {
    const auto at = rest.find(separator);
    if (at != std::string_view::npos) {
        return rest.substr(0, at);
    }
    if (format_.ignore_error) {
        return Part();
    }
    return fail(ErrorCode::invalid_record, "No {} found on line number {}: '{}'", separator_name,
                line_number_, line);
}

Result<void> LineReader::read_headers(std::string_view text) {
    for (const auto pair : split_by(*separator_, text)) {
        TRY_ASSIGN(const auto one, header(pair));
        headers_.push_back(one);
    }
    return {};
}

Result<HeaderView> LineReader::header(std::string_view pair) const {
    const auto at = pair.find(format_.headers_key_separator);
    if (at == std::string_view::npos) {
        if (format_.ignore_error) {
            return HeaderView{.key = pair, .value = std::nullopt};
        }
        return fail(ErrorCode::invalid_record,
                    "No header key separator found in pair '{}' on line number {}", pair,
                    line_number_);
    }
    const auto key = pair.substr(0, at);
    if (is_null(key)) {
        return fail(ErrorCode::invalid_record,
                    "Header keys should not be equal to the null marker '{}' as they can't be null",
                    key);
    }
    return HeaderView{.key = key,
                      .value = bytes(pair.substr(at + format_.headers_key_separator.size()))};
}

std::optional<ByteView> LineReader::bytes(std::string_view text) const {
    return is_null(text) ? std::nullopt : std::optional(as_bytes(text));
}

std::vector<std::string_view> split_by(const re2::RE2& separator, std::string_view text) {
    if (text.empty()) {
        return {text};  // not no pieces
    }
    std::vector<std::string_view> pieces;
    std::size_t begin = 0;
    std::size_t from = 0;
    re2::StringPiece match;
    while (from < text.size() &&
           separator.Match(text, from, text.size(), re2::RE2::UNANCHORED, &match, 1)) {
        const auto at = static_cast<std::size_t>(match.data() - text.data());
        const auto end = at + match.size();
        if (end > 0 && at < text.size()) {  // an empty match cuts off nothing in front or behind
            pieces.push_back(text.substr(begin, at - begin));
            begin = end;
        }
        from = match.empty() ? end + 1 : end;
    }
    pieces.push_back(text.substr(begin));
    while (!pieces.empty() && pieces.back().empty()) {
        pieces.pop_back();
    }
    return pieces;
}

std::vector<std::string_view> java_lines(std::string_view line) {
    std::vector<std::string_view> lines;
    std::size_t begin = 0;
    for (auto at = line.find('\r'); at != std::string_view::npos; at = line.find('\r', begin)) {
        lines.push_back(line.substr(begin, at - begin));
        begin = at + 1;
    }
    if (begin < line.size() || lines.empty()) {
        lines.push_back(line.substr(begin));
    }
    return lines;
}

}  // namespace barnabas::cli

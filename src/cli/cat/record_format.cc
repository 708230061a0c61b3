#include "cli/cat/record_format.h"

#include "cli/cat/escapes.h"

#include <array>
#include <utility>

namespace barnabas::cli {
namespace {

constexpr std::array<std::pair<char, FormatPart>, 10> format_letters{{
    {'t', FormatPart::topic},
    {'p', FormatPart::partition},
    {'o', FormatPart::offset},
    {'T', FormatPart::timestamp},
    {'k', FormatPart::key},
    {'K', FormatPart::key_size},
    {'s', FormatPart::value},
    {'S', FormatPart::value_size},
    {'R', FormatPart::value_size_binary},
    {'h', FormatPart::headers},
}};

/// Neighbouring literals are one.
void add_literal(std::vector<FormatToken>& tokens, std::string text) {
    if (text.empty()) {
        return;
    }
    if (!tokens.empty() && tokens.back().part == FormatPart::literal) {
        tokens.back().text += text;
    } else {
        tokens.push_back({.part = FormatPart::literal, .text = std::move(text)});
    }
}

Result<void> add_letter(std::vector<FormatToken>& tokens, char letter) {
    if (letter == '%') {
        add_literal(tokens, "%");
        return {};
    }
    for (const auto& [known, part] : format_letters) {
        if (known == letter) {
            tokens.push_back({.part = part});
            return {};
        }
    }
    return fail(ErrorCode::invalid_request,
                "Unsupported formatter: %{}; what there is: %t %p %o %T %k %K %s %S %R %h %%",
                letter);
}

std::int64_t size_or_null(const std::optional<std::string_view>& field) {
    return field ? static_cast<std::int64_t>(field->size()) : -1;
}

/// As four bytes, big-endian.
std::string binary_size(std::int64_t size) {
    const auto bits = static_cast<std::uint32_t>(size);
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) {
        bytes += static_cast<char>(bits >> shift & 0xff);
    }
    return bytes;
}

Result<void> append_field(const std::optional<std::string_view>& field,
                          const std::optional<PackFormat>& packing, std::string_view null_text,
                          std::string& out) {
    if (!field || field->empty()) {
        out += null_text;
        return {};
    }
    if (packing) {
        return packing->unpack(*field, out);
    }
    out += *field;
    return {};
}

void append_headers(const ShownRecord& record, std::string& out) {
    bool first = true;
    for (const auto& [name, value] : record.headers) {
        out += first ? "" : ",";
        out += name;
        out += '=';
        out += value.value_or("NULL");
        first = false;
    }
}

Result<void> append_part(const FormatToken& token, const ShownRecord& record,
                         const RecordTextOptions& options, std::string& out) {
    switch (token.part) {
        case FormatPart::literal:
            out += token.text;
            break;
        case FormatPart::topic:
            out += record.topic;
            break;
        case FormatPart::partition:
            out += std::to_string(record.partition);
            break;
        case FormatPart::offset:
            out += std::to_string(record.offset);
            break;
        case FormatPart::timestamp:
            out += std::to_string(record.timestamp);
            break;
        case FormatPart::key:
            return append_field(record.key, options.key_pack, options.null_text, out);
        case FormatPart::key_size:
            out += std::to_string(size_or_null(record.key));
            break;
        case FormatPart::value:
            return append_field(record.value, options.value_pack, options.null_text, out);
        case FormatPart::value_size:
            out += std::to_string(size_or_null(record.value));
            break;
        case FormatPart::value_size_binary:
            out += binary_size(size_or_null(record.value));
            break;
        case FormatPart::headers:
            append_headers(record, out);
            break;
    }
    return {};
}

}  // namespace

Result<std::vector<FormatToken>> parse_record_format(std::string_view format) {
    std::vector<FormatToken> tokens;
    while (!format.empty()) {
        const auto percent = format.find('%');
        add_literal(tokens, unescaped(format.substr(0, percent)));
        if (percent == std::string_view::npos) {
            break;
        }
        if (percent + 1 == format.size()) {
            return fail(ErrorCode::invalid_request,
                        "Empty formatter: a letter must follow the last %; %% is a % itself");
        }
        TRY(add_letter(tokens, format[percent + 1]));
        format.remove_prefix(percent + 2);
    }
    return tokens;
}

std::vector<FormatToken> default_record_format(const std::optional<std::string>& key_delimiter,
                                               const std::string& delimiter) {
    std::vector<FormatToken> tokens;
    if (key_delimiter) {
        tokens.push_back({.part = FormatPart::key});
        add_literal(tokens, *key_delimiter);
    }
    tokens.push_back({.part = FormatPart::value});
    add_literal(tokens, delimiter);
    return tokens;
}

Result<void> append_record_text(std::span<const FormatToken> format, const ShownRecord& record,
                                const RecordTextOptions& options, std::string& out) {
    for (const auto& token : format) {
        TRY(append_part(token, record, options, out));
    }
    return {};
}

}  // namespace barnabas::cli

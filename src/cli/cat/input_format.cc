#include "cli/cat/input_format.h"

#include "base/invariant.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <ranges>
#include <string>
#include <system_error>

namespace barnabas::cli {
namespace {

bool is_size(FormatPart part) {
    return part == FormatPart::key_size || part == FormatPart::value_size ||
           part == FormatPart::value_size_binary;
}

/// The part that a length is of.
FormatPart measured(FormatPart size) {
    return size == FormatPart::key_size ? FormatPart::key : FormatPart::value;
}

/// Digits end by themselves, four bytes are four; the rest needs a literal behind it.
bool ends_by_itself(FormatPart part) {
    return part == FormatPart::partition || part == FormatPart::offset ||
           part == FormatPart::timestamp || is_size(part) || part == FormatPart::literal;
}

std::string_view letter_of(FormatPart part) {
    switch (part) {
        case FormatPart::literal:
            return "text";
        case FormatPart::topic:
            return "%t";
        case FormatPart::partition:
            return "%p";
        case FormatPart::offset:
            return "%o";
        case FormatPart::timestamp:
            return "%T";
        case FormatPart::key:
            return "%k";
        case FormatPart::key_size:
            return "%K";
        case FormatPart::value:
            return "%s";
        case FormatPart::value_size:
            return "%S";
        case FormatPart::value_size_binary:
            return "%R";
        case FormatPart::headers:
            return "%h";
    }
    return "%?";
}

/// One record being read off the front of a text. Each step says whether it is done: false means
/// that the text ends too early to tell.
class RecordTaker {
public:
    RecordTaker(const std::vector<FormatToken>& tokens, std::string_view text)
        : tokens_(tokens), whole_(text), text_(text) {}

    Result<std::optional<InputFormat::Taken>> take() {
        for (std::size_t i = 0; i < tokens_.size(); ++i) {
            TRY_ASSIGN(const bool done, take_token(i));
            if (!done) {
                return std::nullopt;
            }
        }
        return InputFormat::Taken{.record = std::move(record_),
                                  .size = whole_.size() - text_.size()};
    }

private:
    Result<bool> take_token(std::size_t index) {
        const auto& token = tokens_[index];
        switch (token.part) {
            case FormatPart::literal:
                return take_literal(token.text);
            case FormatPart::partition:
            case FormatPart::offset:
            case FormatPart::timestamp:
            case FormatPart::key_size:
            case FormatPart::value_size:
                return take_number(token.part);
            case FormatPart::value_size_binary:
                return take_binary_size();
            case FormatPart::key:
                return take_field(index, key_size_, record_.key);
            case FormatPart::value:
                return take_field(index, value_size_, record_.value);
            case FormatPart::topic:
                return take_field(index, std::nullopt, record_.topic);
            case FormatPart::headers:
                break;
        }
        std::optional<std::string> headers;
        TRY_ASSIGN(const bool done, take_field(index, std::nullopt, headers));
        record_.headers = parse_headers_text(headers.value_or(""));
        return done;
    }

    Result<bool> take_literal(std::string_view literal) {
        if (text_.starts_with(literal)) {
            text_.remove_prefix(literal.size());
            return true;
        }
        if (literal.starts_with(text_)) {
            return false;
        }
        return wrong(fmt::format("'{}'", literal));
    }

    Result<bool> take_number(FormatPart part) {
        const auto end = text_.find_first_not_of("0123456789", text_.starts_with('-') ? 1 : 0);
        if (end == std::string_view::npos && text_.size() <= number_size_max) {
            return false;
        }
        std::int64_t number = 0;
        const auto read = std::from_chars(text_.data(), text_.data() + text_.size(), number);
        if (read.ec != std::errc()) {
            return wrong(fmt::format("a number for {}", letter_of(part)));
        }
        text_.remove_prefix(static_cast<std::size_t>(read.ptr - text_.data()));
        return keep_number(part, number);
    }

    Result<bool> keep_number(FormatPart part, std::int64_t number) {
        constexpr std::int64_t int_max = std::numeric_limits<std::int32_t>::max();
        if (number < (is_size(part) || part == FormatPart::timestamp ? -1 : 0) ||
            (part != FormatPart::timestamp && part != FormatPart::offset && number > int_max)) {
            return fail(ErrorCode::invalid_request, "{} is out of range for {}", number,
                        letter_of(part));
        }
        if (part == FormatPart::partition) {
            record_.partition = static_cast<std::int32_t>(number);
        } else if (part == FormatPart::timestamp && number >= 0) {
            record_.timestamp = number;
        } else if (is_size(part)) {
            (measured(part) == FormatPart::key ? key_size_ : value_size_) = number;
        }
        return true;
    }

    Result<bool> take_binary_size() {
        constexpr std::size_t bytes = 4;
        if (text_.size() < bytes) {
            return false;
        }
        std::uint32_t bits = 0;
        for (const char byte : text_.substr(0, bytes)) {
            bits = bits << 8 | static_cast<unsigned char>(byte);
        }
        text_.remove_prefix(bytes);
        return keep_number(FormatPart::value_size_binary, static_cast<std::int32_t>(bits));
    }

    Result<bool> take_field(std::size_t index, std::optional<std::int64_t> size,
                            std::optional<std::string>& into) {
        auto length = static_cast<std::size_t>(size.value_or(0));
        if (size && *size < 0) {
            into = std::nullopt;
            return true;
        }
        if (!size) {
            INVARIANT(index + 1 < tokens_.size(), "{} has no end", letter_of(tokens_[index].part));
            length = text_.find(tokens_[index + 1].text);
        }
        if (length > text_.size()) {  // npos too
            return false;
        }
        into = std::string(text_.substr(0, length));
        text_.remove_prefix(length);
        return true;
    }

    Result<bool> wrong(const std::string& expected) const {
        constexpr std::size_t shown = 40;
        return fail(ErrorCode::invalid_request, "byte {} of the record is not {} but '{}'",
                    whole_.size() - text_.size(), expected, text_.substr(0, shown));
    }

    static constexpr std::size_t number_size_max = 20;

    const std::vector<FormatToken>& tokens_;
    std::string_view whole_;
    std::string_view text_;
    ReadRecord record_;
    std::optional<std::int64_t> key_size_;
    std::optional<std::int64_t> value_size_;
};

}  // namespace

Result<InputFormat> InputFormat::parse(std::string_view format) {
    TRY_ASSIGN(auto tokens, parse_record_format(format));
    std::vector<FormatPart> seen;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const auto part = tokens[i].part;
        if (part == FormatPart::literal) {
            continue;
        }
        const auto has = [&](FormatPart other) {
            return std::ranges::find(seen, other) != seen.end();
        };
        if (has(part) || (is_size(part) && has(measured(part)))) {
            return fail(ErrorCode::invalid_request,
                        "{} comes twice in the format, or behind what it measures: input cannot be "
                        "read by it",
                        letter_of(part));
        }
        seen.push_back(part);
        const bool has_size = (part == FormatPart::key && has(FormatPart::key_size)) ||
                              (part == FormatPart::value &&
                               (has(FormatPart::value_size) || has(FormatPart::value_size_binary)));
        const bool literal_follows =
            i + 1 < tokens.size() && tokens[i + 1].part == FormatPart::literal;
        if (!ends_by_itself(part) && !has_size && !literal_follows) {
            return fail(ErrorCode::invalid_request,
                        "nothing in the format says where {} ends: text must follow it, or its "
                        "length stand before it (%K, %S, %R)",
                        letter_of(part));
        }
        const bool number = ends_by_itself(part) && part != FormatPart::value_size_binary;
        if (number && !literal_follows) {
            return fail(ErrorCode::invalid_request,
                        "nothing in the format says where the digits of {} end: text must follow",
                        letter_of(part));
        }
    }
    if (seen.empty()) {
        return fail(ErrorCode::invalid_request, "the format has no part of a record");
    }
    return InputFormat(std::move(tokens));
}

Result<std::optional<InputFormat::Taken>> InputFormat::take(std::string_view text) const {
    return RecordTaker(tokens_, text).take();
}

std::vector<ReadRecord::ReadHeader> parse_headers_text(std::string_view text) {
    std::vector<ReadRecord::ReadHeader> headers;
    if (text.empty()) {
        return headers;
    }
    for (const auto part : std::views::split(text, ',')) {
        const std::string_view header(part.begin(), part.end());
        const auto equals = header.find('=');
        const auto value = equals == std::string_view::npos ? "NULL" : header.substr(equals + 1);
        headers.emplace_back(header.substr(0, equals),
                             value == "NULL" ? std::nullopt : std::optional<std::string>(value));
    }
    return headers;
}

}  // namespace barnabas::cli

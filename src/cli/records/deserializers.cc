#include "cli/records/deserializers.h"

#include "base/endian.h"
#include "base/json_text.h"
#include "base/utf8.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <charconv>
#include <cmath>
#include <ranges>
#include <utility>

namespace barnabas::cli {
namespace {

struct ClassRow {
    std::string_view name;
    DeserializerClass type;
};
constexpr std::array class_rows{
    ClassRow{"StringDeserializer", DeserializerClass::string},
    ClassRow{"ByteArrayDeserializer", DeserializerClass::byte_array},
    ClassRow{"BytesDeserializer", DeserializerClass::bytes},
    ClassRow{"ByteBufferDeserializer", DeserializerClass::byte_buffer},
    ClassRow{"ShortDeserializer", DeserializerClass::int16},
    ClassRow{"IntegerDeserializer", DeserializerClass::int32},
    ClassRow{"LongDeserializer", DeserializerClass::int64},
    ClassRow{"FloatDeserializer", DeserializerClass::float32},
    ClassRow{"DoubleDeserializer", DeserializerClass::float64},
    ClassRow{"UUIDDeserializer", DeserializerClass::uuid},
    ClassRow{"BooleanDeserializer", DeserializerClass::boolean},
    ClassRow{"VoidDeserializer", DeserializerClass::nothing},
};

template <class Float>
std::string decimal_of(Float value) {
    if (!std::isfinite(value)) {
        return std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
    }
    const auto size = std::abs(static_cast<double>(value));
    const bool plain = size == 0 || (size >= 1e-3 && size < 1e7);
    std::array<char, 64> digits;
    const auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, format).ptr;
    const std::string_view text(digits.data(), static_cast<std::size_t>(end - digits.data()));
    const auto exponent_at = text.find('e');
    std::string result(text.substr(0, exponent_at));
    if (result.find('.') == std::string::npos) {
        result += ".0";
    }
    if (exponent_at != std::string_view::npos) {
        auto exponent = text.substr(exponent_at + 1);
        result += 'E';
        if (exponent.front() == '-') {
            result += '-';
        }
        exponent.remove_prefix(1);  // its sign
        exponent.remove_prefix(std::min(exponent.find_first_not_of('0'), exponent.size() - 1));
        result += exponent;
    }
    return result;
}

Result<void> check_byte_count(ByteView bytes, std::size_t wanted, std::string_view name) {
    if (bytes.size() != wanted) {
        return fail(ErrorCode::invalid_record, "Size of data received by {} is not {}", name,
                    wanted);
    }
    return {};
}

/// A number of `Raw`'s size, as the class of that name reads it.
template <class Raw>
Result<Raw> number_of_bytes(ByteView bytes, std::string_view name) {
    TRY(check_byte_count(bytes, sizeof(Raw), name));
    return load_big_endian<Raw>(bytes.data());
}

Result<std::string> boolean_text(ByteView bytes) {
    TRY(check_byte_count(bytes, 1, "BooleanDeserializer"));
    const auto byte = static_cast<std::int8_t>(bytes.front());
    if (byte != 0 && byte != 1) {
        return fail(ErrorCode::invalid_record,
                    "Unexpected byte received by BooleanDeserializer: {}", byte);
    }
    return byte == 1 ? "true" : "false";
}

/// org.apache.kafka.common.utils.Bytes.toString.
std::string printable(ByteView bytes) {
    std::string out;
    for (const auto byte : bytes) {
        const auto c = std::to_integer<unsigned char>(byte);
        if (c >= ' ' && c <= '~' && c != '\\') {
            out += static_cast<char>(c);
        } else {
            out += fmt::format("\\x{:02X}", c);
        }
    }
    return out;
}

std::string decoded_text(ByteView bytes, TextEncoding encoding) {
    if (encoding == TextEncoding::utf8) {
        return replace_malformed_utf8(as_text(bytes));
    }
    std::string out;
    for (const auto byte : bytes) {
        const auto c = std::to_integer<unsigned char>(byte);
        if (c < 0x80) {
            out += static_cast<char>(c);
        } else if (encoding == TextEncoding::ascii) {
            out += "\xEF\xBF\xBD";  // U+FFFD
        } else {
            out += static_cast<char>(0xC0 | (c >> 6));
            out += static_cast<char>(0x80 | (c & 0x3F));
        }
    }
    return out;
}

/// java.util.UUID.fromString and back: five hexadecimal fields, each of which may be shorter.
Result<std::string> uuid_of_text(std::string_view text) {
    constexpr std::array widths{8, 4, 4, 4, 12};
    constexpr std::size_t longest = 36;
    std::string out;
    std::size_t field = 0;
    bool good = text.size() <= longest;
    for (const auto part : std::views::split(text, '-')) {
        std::uint64_t value = 0;
        const std::string_view digits(part.begin(), part.end());
        const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
        if (field == widths.size() || read.ec != std::errc() ||
            read.ptr != digits.data() + digits.size()) {
            good = false;
            break;
        }
        const int width = widths[field];
        const auto kept = value & ((std::uint64_t{1} << (4 * width)) - 1);
        out += fmt::format("{}{:0{}x}", field == 0 ? "" : "-", kept, width);
        ++field;
    }
    if (!good || field != widths.size()) {
        return fail(ErrorCode::invalid_record, "Error parsing data into UUID");
    }
    return out;
}

bool is_number_class(DeserializerClass type) {
    return type >= DeserializerClass::int16 && type <= DeserializerClass::float64;
}

}  // namespace

Result<std::string> Deserializer::text(ByteView data) const {
    switch (type) {
        case DeserializerClass::string:
            return decoded_text(data, encoding);
        case DeserializerClass::byte_array:
            return std::string(as_text(data));
        case DeserializerClass::bytes:
            return printable(data);
        case DeserializerClass::byte_buffer:
            return fmt::format("java.nio.HeapByteBuffer[pos=0 lim={0} cap={0}]", data.size());
        case DeserializerClass::int16: {
            TRY_ASSIGN(const auto number, number_of_bytes<std::int16_t>(data, "ShortDeserializer"));
            return std::to_string(number);
        }
        case DeserializerClass::int32: {
            TRY_ASSIGN(const auto number,
                       number_of_bytes<std::int32_t>(data, "IntegerDeserializer"));
            return std::to_string(number);
        }
        case DeserializerClass::int64: {
            TRY_ASSIGN(const auto number, number_of_bytes<std::int64_t>(data, "LongDeserializer"));
            return std::to_string(number);
        }
        case DeserializerClass::float32: {
            TRY_ASSIGN(const auto bits, number_of_bytes<std::int32_t>(data, "Deserializer"));
            return java_decimal(std::bit_cast<float>(bits));
        }
        case DeserializerClass::float64: {
            TRY_ASSIGN(const auto bits, number_of_bytes<std::int64_t>(data, "Deserializer"));
            return java_decimal(std::bit_cast<double>(bits));
        }
        case DeserializerClass::uuid:
            return uuid_of_text(decoded_text(data, encoding));
        case DeserializerClass::boolean:
            return boolean_text(data);
        case DeserializerClass::nothing:
            return fail(ErrorCode::invalid_record, "Data should be null for a VoidDeserializer.");
    }
    std::unreachable();
}

Result<std::string> Deserializer::json(ByteView data) const {
    TRY_ASSIGN(auto told, text(data));
    const bool finite = told.find_first_of("NI") == std::string::npos;
    if (type == DeserializerClass::boolean || (is_number_class(type) && finite)) {
        return told;
    }
    std::string out;
    append_json_string(out, told);
    return out;
}

std::optional<DeserializerClass> deserializer_class(std::string_view name) {
    constexpr std::string_view package = "org.apache.kafka.common.serialization.";
    if (name.starts_with(package)) {
        name.remove_prefix(package.size());
    }
    const auto* found = std::ranges::find(class_rows, name, &ClassRow::name);
    return found == class_rows.end() ? std::nullopt : std::optional(found->type);
}

std::optional<TextEncoding> text_encoding(std::string_view name) {
    std::string upper(name);
    std::ranges::transform(upper, upper.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    if (upper == "UTF-8" || upper == "UTF8") {
        return TextEncoding::utf8;
    }
    if (upper == "ISO-8859-1" || upper == "ISO8859_1" || upper == "LATIN1") {
        return TextEncoding::latin1;
    }
    if (upper == "US-ASCII" || upper == "ASCII") {
        return TextEncoding::ascii;
    }
    return std::nullopt;
}

std::string java_decimal(double value) {
    return decimal_of(value);
}

std::string java_decimal(float value) {
    return decimal_of(value);
}

bool append_json_text(std::string& out, ByteView bytes) {
    const auto text = as_text(bytes);
    if (replace_malformed_utf8(text) != text) {
        return false;
    }
    append_json_string(out, text);
    return true;
}

}  // namespace barnabas::cli

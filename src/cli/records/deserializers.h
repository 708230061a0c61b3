#pragma once

#include "base/result.h"
#include <barnabas/bytes.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace barnabas::cli {

/// The classes of org.apache.kafka.common.serialization that formatters may name.
enum class DeserializerClass : std::uint8_t {
    string,
    byte_array,
    bytes,
    byte_buffer,
    int16,
    int32,
    int64,
    float32,
    float64,
    uuid,
    boolean,
    nothing,
};

/// How text is stored.
enum class TextEncoding : std::uint8_t { utf8, latin1, ascii };

/// Turns bytes into what Java prints of the object that they are (toString).
struct Deserializer {
    DeserializerClass type = DeserializerClass::string;
    TextEncoding encoding = TextEncoding::utf8;  ///< of string and uuid

    /// invalid_record with the class's own sentence for bytes that are no such object. ByteArray's
    /// are the bytes themselves, where Java prints an address.
    [[nodiscard]] Result<std::string> text(ByteView bytes) const;
    /// The same as JSON: numbers and booleans are themselves, all else is a string.
    [[nodiscard]] Result<std::string> json(ByteView bytes) const;
};

/// By the class's full name or without its package; nothing for one that is not built in.
[[nodiscard]] std::optional<DeserializerClass> deserializer_class(std::string_view name);

/// By Java's names, of either case: "UTF-8", "ISO-8859-1", "US-ASCII"; nothing for others.
[[nodiscard]] std::optional<TextEncoding> text_encoding(std::string_view name);

/// Double.toString and Float.toString: the shortest digits that read back, one behind the point at
/// least, an exponent below 10^-3 and from 10^7 on.
[[nodiscard]] std::string java_decimal(double value);
[[nodiscard]] std::string java_decimal(float value);

/// Appends bytes as a JSON string where they are UTF-8; false, and nothing is appended, where they
/// are not.
[[nodiscard]] bool append_json_text(std::string& out, ByteView bytes);

}  // namespace barnabas::cli

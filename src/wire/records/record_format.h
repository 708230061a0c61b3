#pragma once

#include "wire/varint.h"

#include <cstddef>
#include <cstdint>

namespace barnabas::wire {

/// The fields of one magic 2 record where they lie, between the checks and any copying:
///   size varint | attributes i8 | timestamp delta varlong | offset delta varint
///   | key length varint, key | value length varint, value | header count varint, headers
/// A length below 0 means null (Kafka reads every negative one so).
struct RecordFields {
    std::int8_t attributes = 0;
    std::int64_t timestamp_delta = 0;
    std::int32_t offset_delta = 0;
    std::int32_t key_length = -1;
    std::int32_t value_length = -1;
    std::int32_t header_count = 0;
    const std::byte* key = nullptr;
    const std::byte* value = nullptr;
    const std::byte* headers = nullptr;
};

/// What is wrong with a record's bytes, as a piece of a sentence; nullptr where nothing is.
using RecordFault = const char*;

/// Whether `count` headers fill [p, end) exactly: key length (>= 0), key, value length, value.
[[nodiscard]] RecordFault check_headers(const std::byte* p, const std::byte* end,
                                        std::int32_t count);

/// Reads the body of a record, which is [p, end) exactly; inline, because a leader does this for
/// every record of every produce request.
[[nodiscard]] inline RecordFault parse_record(const std::byte* p, const std::byte* end,
                                              RecordFields& out) {
    if (p == end) [[unlikely]] {
        return "its size is 0";
    }
    out.attributes = static_cast<std::int8_t>(*p++);
    if (!(p = read_varlong(p, end, out.timestamp_delta)) ||
        !(p = read_varint(p, end, out.offset_delta)) || !(p = read_varint(p, end, out.key_length)))
        [[unlikely]] {
        return "a number at its beginning is cut or too long";
    }
    out.key = p;
    if (out.key_length > 0) {
        if (out.key_length > end - p) [[unlikely]] {
            return "its key is longer than the record";
        }
        p += out.key_length;
    }
    if (!(p = read_varint(p, end, out.value_length))) [[unlikely]] {
        return "its value's length is cut or too long";
    }
    out.value = p;
    if (out.value_length > 0) {
        if (out.value_length > end - p) [[unlikely]] {
            return "its value is longer than the record";
        }
        p += out.value_length;
    }
    if (!(p = read_varint(p, end, out.header_count))) [[unlikely]] {
        return "its number of headers is cut or too long";
    }
    out.headers = p;
    if (out.header_count == 0 && p == end) [[likely]] {
        return nullptr;
    }
    return check_headers(p, end, out.header_count);
}

}  // namespace barnabas::wire

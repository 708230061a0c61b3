#include "base/hashing.h"

#include "base/invariant.h"

#include <cstring>
#include <limits>

namespace barnabas {
namespace {

constexpr char32_t replacement = 0xFFFD;

/// Takes one code point off the front of `text`, as java.nio.charset's UTF-8 decoder does: a
/// malformed sequence is replaced as a whole as far as it is well formed.
char32_t next_code_point(std::string_view& text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned first = byte(0);
    std::size_t length = first < 0x80                    ? 1
                         : first >= 0xC2 && first < 0xE0 ? 2
                         : (first & 0xF0) == 0xE0        ? 3
                         : first >= 0xF0 && first < 0xF5 ? 4
                                                         : 0;
    char32_t point = length == 1 ? first : first & (0x7FU >> length);
    // Overlong forms, surrogates and what lies beyond U+10FFFF are told by the second byte.
    const unsigned second_min = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    const unsigned second_max = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    std::size_t read = 1;
    for (; read < length; ++read) {
        const unsigned next = read < text.size() ? byte(read) : 0;
        const bool fits =
            read == 1 ? next >= second_min && next <= second_max : (next & 0xC0) == 0x80;
        if (!fits) {
            length = 0;
            break;
        }
        point = (point << 6) | (next & 0x3F);
    }
    text.remove_prefix(read);
    return length == 0 ? replacement : point;
}

}  // namespace

std::int32_t murmur2(ByteView bytes) {
    constexpr std::uint32_t multiplier = 0x5bd1e995;
    constexpr std::uint32_t seed = 0x9747b28c;
    auto hash = seed ^ static_cast<std::uint32_t>(bytes.size());
    for (; bytes.size() >= 4; bytes = bytes.subspan(4)) {
        std::uint32_t k = 0;
        std::memcpy(&k, bytes.data(),
                    sizeof k);  // little-endian, whatever the machine: see endian.h
        k *= multiplier;
        k ^= k >> 24;
        hash = (hash * multiplier) ^ (k * multiplier);
    }
    if (!bytes.empty()) {
        for (std::size_t i = bytes.size(); i-- > 0;) {
            hash ^= std::to_integer<std::uint32_t>(bytes[i]) << (8 * i);
        }
        hash *= multiplier;
    }
    hash ^= hash >> 13;
    hash *= multiplier;
    hash ^= hash >> 15;
    return static_cast<std::int32_t>(hash);
}

PartitionId partition_for_key(ByteView key, std::int32_t partitions) {
    INVARIANT(partitions >= 1, "{} partitions", partitions);
    return PartitionId{(murmur2(key) & std::numeric_limits<std::int32_t>::max()) % partitions};
}

std::int32_t java_string_hash(std::string_view utf8) {
    std::uint32_t hash = 0;
    const auto add = [&](char32_t unit) { hash = 31 * hash + unit; };
    while (!utf8.empty()) {
        const char32_t point = next_code_point(utf8);
        if (point > 0xFFFF) {
            add(0xD800 + ((point - 0x10000) >> 10));
            add(0xDC00 + ((point - 0x10000) & 0x3FF));
        } else {
            add(point);
        }
    }
    return static_cast<std::int32_t>(hash);
}

PartitionId coordinator_partition_for(std::string_view id, std::int32_t partitions) {
    INVARIANT(partitions >= 1, "{} partitions", partitions);
    // Kafka's Utils.abs: of the lowest int32, which has no absolute value, it makes 0.
    const auto hash = std::int64_t{java_string_hash(id)};
    const bool lowest = hash == std::numeric_limits<std::int32_t>::min();
    const std::int64_t positive = lowest ? 0 : (hash < 0 ? -hash : hash);
    return PartitionId{static_cast<std::int32_t>(positive % partitions)};
}

}  // namespace barnabas

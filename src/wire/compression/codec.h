#pragma once

#include "base/result.h"

#include <fmt/format.h>

#include <cstdint>
#include <string_view>

namespace barnabas::wire {

/// The codecs of record batches, numbered as in the attributes of a batch
/// (org.apache.kafka.common.record.CompressionType).
enum class Codec : std::int8_t { none = 0, gzip = 1, snappy = 2, lz4 = 3, zstd = 4 };

inline constexpr int codec_count = 5;

/// "none", "gzip", "snappy", "lz4", "zstd": the names in configurations.
[[nodiscard]] std::string_view codec_name(Codec codec);

/// UNSUPPORTED_COMPRESSION_TYPE for a number that is no codec's.
[[nodiscard]] Result<Codec> codec_of_id(int id);

/// The codec of a configuration's word; INVALID_CONFIG for any other word. "producer" and
/// "uncompressed" are words of compression.type, not of codecs: the caller knows them.
[[nodiscard]] Result<Codec> codec_of_name(std::string_view name);

/// What a configuration may ask of a codec (KIP-390). `supported` is false for none and snappy.
struct LevelRange {
    bool supported = false;
    int min = 0;
    int max = 0;
    int standard = 0;  ///< what Kafka takes where none is configured
};
[[nodiscard]] LevelRange level_range(Codec codec);

/// A codec and how hard it tries. The level of none and snappy is ignored.
struct Compression {
    Codec codec = Codec::none;
    int level = 0;

    static Compression of(Codec codec) { return {codec, level_range(codec).standard}; }

    friend bool operator==(const Compression&, const Compression&) = default;
};

}  // namespace barnabas::wire

template <>
struct fmt::formatter<barnabas::wire::Codec> : fmt::formatter<std::string_view> {
    auto format(barnabas::wire::Codec codec, fmt::format_context& ctx) const {
        return fmt::formatter<std::string_view>::format(barnabas::wire::codec_name(codec), ctx);
    }
};

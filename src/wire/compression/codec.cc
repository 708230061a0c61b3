#include "wire/compression/codec.h"

#include <array>
#include <utility>

namespace barnabas::wire {
namespace {

constexpr std::array<std::string_view, codec_count> names = {"none", "gzip", "snappy", "lz4",
                                                             "zstd"};

}  // namespace

std::string_view codec_name(Codec codec) {
    return names[static_cast<std::size_t>(codec)];
}

Result<Codec> codec_of_id(int id) {
    if (id < 0 || id >= codec_count) {
        return fail(ErrorCode::unsupported_compression_type,
                    "{} is no compression type; 0 (none) to 4 (zstd) are", id);
    }
    return static_cast<Codec>(id);
}

Result<Codec> codec_of_name(std::string_view name) {
    for (int id = 0; id < codec_count; ++id) {
        if (names[static_cast<std::size_t>(id)] == name) {
            return static_cast<Codec>(id);
        }
    }
    return fail(ErrorCode::invalid_config,
                "'{}' is no compression type; none, gzip, snappy, lz4 and zstd are", name);
}

LevelRange level_range(Codec codec) {
    switch (codec) {
        case Codec::gzip:
            return {.supported = true, .min = 1, .max = 9, .standard = -1};
        case Codec::lz4:
            return {.supported = true, .min = 1, .max = 17, .standard = 9};
        case Codec::zstd:
            return {.supported = true, .min = -131072, .max = 22, .standard = 3};
        case Codec::none:
        case Codec::snappy:
            return {};
    }
    std::unreachable();
}

}  // namespace barnabas::wire

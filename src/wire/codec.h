#pragma once

#include "base/result.h"
#include "wire/output.h"
#include "wire/schema.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

namespace barnabas::wire {

/// What is refused before anything is allocated for it. The numbers are Apache Kafka 4.4's, which
/// bounds each array and each struct alone.
struct DecodeLimits {
    static constexpr auto no_limit = std::numeric_limits<std::size_t>::max();

    std::size_t array_elements_max = 1'000'000;
    std::size_t tagged_fields_max = 10'000;
    std::size_t reserved_elements_max = 1'000;
    int depth_max = 32;
    // Of a whole message.
    std::size_t elements_max = no_limit;
    std::size_t structs_max = no_limit;  // among the elements
    std::size_t unknown_tags_max = no_limit;
};

/// For messages of strangers: a small frame must not become a hundred times as much memory, nor
/// hold a shard for seconds. (A full Fetch of 200,000 partitions is beyond any client's.)
inline constexpr DecodeLimits request_limits{
    .elements_max = 1'000'000, .structs_max = 200'000, .unknown_tags_max = 10'000};

/// How a message of some version is laid out.
struct Layout {
    std::int16_t version = 0;
    bool flexible = false;  ///< compact lengths and tagged fields (KIP-482)
};

/// Reads `object` (as its default constructor leaves it) from the head of `input`; returns how many
/// bytes it took. Strings are copied; bytes and records are views of `input`. The error (code
/// invalid_request) names the field, the value and what it may be; `object` is then indeterminate.
[[nodiscard]] Result<std::size_t> decode_struct(const StructSchema& schema, Layout layout,
                                                ByteView input, void* object,
                                                const DecodeLimits& limits = {});

/// Appends `object` to `output`. Strings are cut at string_bytes_max. INVARIANT: what is null is
/// nullable in that version.
void encode_struct(const StructSchema& schema, Layout layout, const void* object, Output& output);

/// Equal in every field that `version` has, bytes by their contents.
[[nodiscard]] bool equal_structs(const StructSchema& schema, std::int16_t version, const void* a,
                                 const void* b);

template <class M>
[[nodiscard]] constexpr Layout layout_of(std::int16_t version) {
    return {.version = version, .flexible = version >= M::flexible_since};
}

/// Decodes a whole message body. Bytes behind it are tolerated, as Kafka's readers do. A version
/// that M does not have is refused (unsupported_version).
template <class M>
[[nodiscard]] Result<M> decode(ByteView input, std::int16_t version,
                               const DecodeLimits& limits = {}) {
    if (!M::versions.contains(version)) {
        return fail(ErrorCode::unsupported_version, "{} has versions {} to {}, not {}", M::name,
                    M::versions.first, M::versions.last, version);
    }
    Result<M> message;
    auto taken = decode_struct(schema_of<M>(), layout_of<M>(version), input, &*message, limits);
    if (!taken) {
        return fail(ErrorCode::invalid_request, "{} v{}: {}", M::name, version,
                    taken.error().message);
    }
    return message;
}

template <class M>
void encode(const M& message, std::int16_t version, Output& output) {
    encode_struct(schema_of<M>(), layout_of<M>(version), &message, output);
}

}  // namespace barnabas::wire

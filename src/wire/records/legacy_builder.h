#pragma once

#include "wire/compression/compressor.h"
#include "wire/records/record.h"

#include <cstdint>

namespace barnabas::wire {

/// Builds sets of magic 0 or 1, as clients before Kafka 0.11 sent them: one message per record,
/// or, with a codec, one wrapper around them. Barnabas stores none; tests and tools need them.
class LegacySetBuilder {
public:
    struct Options {
        std::int8_t magic = magic_v1;                               ///< 0 or 1
        Compression compression;                                    ///< not zstd, which came later
        TimestampType timestamp_type = TimestampType::create_time;  ///< magic 1 only
        Timestamp log_append_time = no_timestamp;
        Offset base_offset{0};  ///< inner offsets of a magic 1 wrapper are relative to it
    };

    /// Begins a set at the end of `out`, which stays untouched by others until finish().
    LegacySetBuilder(ByteBuffer& out, const Options& options);

    /// Offsets rise; keys and values of less than 2 GiB. The timestamp is ignored in magic 0.
    void append(Offset offset, Timestamp timestamp, const NullableBytes& key,
                const NullableBytes& value);

    /// Writes the wrapper, where there is one. Nothing is written if nothing was appended.
    [[nodiscard]] Result<> finish();

private:
    void write_message(ByteBuffer& to, Offset offset, std::int8_t attributes, Timestamp timestamp,
                       const NullableBytes& key, const NullableBytes& value) const;

    ByteBuffer& out_;
    Options options_;
    ByteBuffer inner_;
    Offset last_offset_ = no_offset;
    Timestamp max_timestamp_ = no_timestamp;
};

}  // namespace barnabas::wire

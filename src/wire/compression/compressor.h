#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "wire/compression/codec.h"

#include <memory>

namespace barnabas::wire {

/// Compresses payloads the way Kafka's clients write them: gzip; snappy in snappy-java's blocks;
/// lz4 frames of independent 64 KiB blocks; zstd. Keeps the codecs' contexts. Owned by one thread.
class Compressor {
public:
    Compressor();
    Compressor(Compressor&&) noexcept;
    Compressor& operator=(Compressor&&) noexcept;
    ~Compressor();

    /// Appends the compressed form of `payload` to `out`; a payload of codec none is copied.
    /// `magic_v0`: for a message of magic 0, whose lz4 frames carry a wrong header checksum
    /// (KAFKA-3160). A level outside level_range() is brought into it. Fails only where the
    /// library does, and then `out` is as it was.
    [[nodiscard]] Result<> compress(Compression how, ByteView payload, bool magic_v0,
                                    ByteBuffer& out);

private:
    class Gzip;
    class Lz4;
    class Zstd;

    std::unique_ptr<Gzip> gzip_;
    std::unique_ptr<Lz4> lz4_;
    std::unique_ptr<Zstd> zstd_;
};

}  // namespace barnabas::wire

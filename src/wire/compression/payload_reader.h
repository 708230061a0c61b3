#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <memory>

namespace barnabas::wire {

/// One codec's way to unfold a payload, piece by piece; the inside of Decompressor.
/// Contexts live as long as the object and are used for payload after payload.
class PayloadReader {
public:
    virtual ~PayloadReader() = default;

    /// Begins a payload, which stays the caller's and must outlive the reading of it.
    [[nodiscard]] virtual Result<> start(ByteView payload) = 0;

    /// Writes the next bytes to the front of `into` (not empty) and says how many; 0 at the end,
    /// once the payload was complete and its own checksums, where it has some, were right.
    [[nodiscard]] virtual Result<std::size_t> read(MutableByteView into) = 0;
};

[[nodiscard]] std::unique_ptr<PayloadReader> make_gzip_reader();
[[nodiscard]] std::unique_ptr<PayloadReader> make_snappy_reader();
/// `broken_checksum`: the frame's header checksum is not looked at, because old clients computed
/// it wrongly in magic 0 messages (KAFKA-3160).
[[nodiscard]] std::unique_ptr<PayloadReader> make_lz4_reader(bool broken_checksum);
[[nodiscard]] std::unique_ptr<PayloadReader> make_zstd_reader();

}  // namespace barnabas::wire

#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "wire/compression/codec.h"

#include <array>
#include <memory>

namespace barnabas::wire {

class PayloadReader;

/// Unfolds compressed payloads piece by piece, within a limit of bytes, so that no payload decides
/// how much memory it takes. Keeps the codecs' contexts: the second payload of a codec allocates
/// nothing. Owned by one thread.
class Decompressor {
public:
    Decompressor();
    Decompressor(Decompressor&&) noexcept;
    Decompressor& operator=(Decompressor&&) noexcept;
    ~Decompressor();

    struct Options {
        std::size_t output_max = 0;  ///< more bytes than these are refused: INVALID_RECORD
        bool magic_v0 = false;       ///< a message of magic 0: see make_lz4_reader()
    };

    /// Begins a payload; the one before is forgotten, wherever it stood. `payload` must outlive
    /// the reading. A payload of codec none is handed out as it is.
    [[nodiscard]] Result<> start(Codec codec, ByteView payload, Options options);

    /// Fills the front of `into` (not empty) and says how much; 0 at the end. CORRUPT_MESSAGE for
    /// bytes that are not what the codec writes or that are cut, INVALID_RECORD beyond the limit.
    [[nodiscard]] Result<std::size_t> read(MutableByteView into);

    /// The whole payload appended to `out`; on failure `out` holds some of it.
    [[nodiscard]] Result<> read_all(ByteBuffer& out);

private:
    PayloadReader& reader_of(Codec codec, bool magic_v0);

    // One for each codec, and the fifth for lz4 in magic 0; made when first needed.
    std::array<std::unique_ptr<PayloadReader>, 5> readers_;
    PayloadReader* current_ = nullptr;
    ByteView plain_;
    std::size_t output_left_ = 0;
    std::size_t output_max_ = 0;
};

}  // namespace barnabas::wire

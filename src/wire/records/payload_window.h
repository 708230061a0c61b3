#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "wire/compression/decompressor.h"

namespace barnabas::wire {

/// A payload as a run of contiguous bytes that moves forward: the whole of it where it is not
/// compressed, else a window that more is unfolded into. Keeps its memory from payload to payload.
class PayloadWindow {
public:
    /// Begins a payload, which must outlive the reading. `options` matter if it is compressed.
    [[nodiscard]] Result<> start(Codec codec, ByteView payload, Decompressor::Options options);

    /// Goes back to where the payload began, so that nothing is unfolded twice; false, and nothing
    /// has changed, where its beginning is not at hand any more.
    [[nodiscard]] bool try_rewind();

    /// What is at hand and not consumed. Valid until more() or start().
    [[nodiscard]] const std::byte* begin() const { return at_; }
    [[nodiscard]] const std::byte* end() const { return end_; }
    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(end_ - at_); }

    /// Consumes up to `to`, which lies in [begin(), end()].
    void advance_to(const std::byte* to) { at_ = to; }

    /// Unfolds more behind what is at hand, making room where there is none; false at the end of
    /// the payload. CORRUPT_MESSAGE from the codec.
    [[nodiscard]] Result<bool> more();

    /// Sees to it that `n` bytes are at hand; false where the payload has fewer left. Room is made
    /// as bytes arrive, so that a length which lies asks for nothing.
    [[nodiscard]] Result<bool> need(std::size_t n);

    /// Consumes `n` bytes without having them all at hand; false where there are fewer.
    [[nodiscard]] Result<bool> skip(std::size_t n);

private:
    [[nodiscard]] std::size_t room_behind() const;
    void make_room();

    Decompressor decompressor_;
    ByteBuffer room_;
    const std::byte* at_ = nullptr;
    const std::byte* end_ = nullptr;
    const std::byte* first_ = nullptr;  ///< of the payload, as long as it is whole
    bool whole_ = false;                ///< nothing of the payload had to make room so far
    bool drained_ = true;               ///< nothing more will come
};

}  // namespace barnabas::wire

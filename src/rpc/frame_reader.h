#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "runtime/network.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace barnabas::rpc {

using runtime::awaitable;

/// Cuts a stream into frames: a client's end, and whoever passes frames on. Reads a little ahead,
/// so that small frames which came together cost one system call. (A broker's frames lie in memory
/// of its FramePool and come when there is room: ServerConnection reads them itself.) Lives on its
/// stream's shard; one next() at a time.
class FrameReader {
public:
    /// `stream` outlives the reader. `frame_bytes_max`: a frame that announces more is refused.
    FrameReader(runtime::Stream& stream, std::uint32_t frame_bytes_max);

    /// The next frame, without its size; nothing at the orderly end of the stream. Errors are
    /// network_exception, or the stream's own: nothing that comes behind one can be told apart.
    awaitable<Result<std::optional<ByteBuffer>>> next();

private:
    [[nodiscard]] std::size_t ahead() const { return head_end_ - head_begin_; }
    awaitable<Result<std::size_t>> fill_head();
    awaitable<Result<void>> read_rest(ByteBuffer* frame, std::size_t from);
    [[nodiscard]] Result<void> check_size(std::uint32_t size) const;

    static constexpr std::size_t head_size = 4096;

    runtime::Stream& stream_;
    std::uint32_t frame_bytes_max_;
    std::unique_ptr<std::byte[]> head_;  // bytes read ahead: [head_begin_, head_end_)
    std::size_t head_begin_ = 0;
    std::size_t head_end_ = 0;
};

}  // namespace barnabas::rpc

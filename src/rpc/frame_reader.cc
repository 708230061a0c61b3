#include "rpc/frame_reader.h"

#include "base/endian.h"
#include "rpc/frame.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

namespace barnabas::rpc {
namespace {

/// What the first four bytes of an answer look like if no Kafka broker sent them.
std::string_view looks_like(std::uint32_t size) {
    constexpr std::uint32_t http = 0x48545450;  // "HTTP"
    constexpr std::uint32_t tls_alert = 0x1503;
    constexpr std::uint32_t tls_handshake = 0x1603;
    if (size == http) {
        return ". An HTTP server answers there";
    }
    if (size >> 16 == tls_alert || size >> 16 == tls_handshake) {
        return ". The port speaks TLS; this connection does not";
    }
    return ". Is the peer a Kafka broker?";
}

}  // namespace

FrameReader::FrameReader(runtime::Stream& stream, std::uint32_t frame_bytes_max)
    : stream_(stream),
      frame_bytes_max_(frame_bytes_max),
      head_(std::make_unique_for_overwrite<std::byte[]>(head_size)) {}

awaitable<Result<std::optional<ByteBuffer>>> FrameReader::next() {
    while (ahead() < size_prefix) {
        const bool between_frames = ahead() == 0;
        auto got = co_await fill_head();
        if (!got) {
            co_return fail(std::move(got));
        }
        if (*got == 0) {
            if (between_frames) {
                co_return std::optional<ByteBuffer>();
            }
            co_return fail(ErrorCode::network_exception, "the stream ends inside a frame's size");
        }
    }
    const auto size = load_big_endian<std::uint32_t>(head_.get() + head_begin_);
    if (auto checked = check_size(size); !checked) {
        co_return fail(std::move(checked));
    }
    head_begin_ += size_prefix;
    // What is only announced takes no memory: the kernel gives pages when they are written.
    ByteBuffer frame(size);
    frame.resize(size);
    const auto here = std::min(ahead(), static_cast<std::size_t>(size));
    if (here > 0) {
        std::memcpy(frame.data(), head_.get() + head_begin_, here);
    }
    head_begin_ += here;
    if (here < size) {
        auto read = co_await read_rest(&frame, here);
        if (!read) {
            co_return fail(std::move(read));
        }
    }
    co_return std::optional<ByteBuffer>(std::move(frame));
}

/// Reads once into what is free of head_ behind what it holds; 0 at the end of the stream.
awaitable<Result<std::size_t>> FrameReader::fill_head() {
    if (head_begin_ == head_end_) {
        head_begin_ = head_end_ = 0;
    } else if (head_end_ == head_size) {
        std::memmove(head_.get(), head_.get() + head_begin_, ahead());
        head_end_ -= std::exchange(head_begin_, 0);
    }
    auto got = co_await stream_.read_some({head_.get() + head_end_, head_size - head_end_});
    if (got) {
        head_end_ += *got;
    }
    co_return got;
}

awaitable<Result<void>> FrameReader::read_rest(ByteBuffer* frame, std::size_t from) {
    while (from < frame->size()) {
        auto got = co_await stream_.read_some(frame->mutable_view().subspan(from));
        if (!got) {
            co_return fail(std::move(got));
        }
        if (*got == 0) {
            co_return fail(ErrorCode::network_exception,
                           "the stream ends {} bytes before the end of an answer",
                           frame->size() - from);
        }
        from += *got;
    }
    co_return Result<void>();
}

Result<void> FrameReader::check_size(std::uint32_t size) const {
    if (size > frame_bytes_max_) {
        return fail(ErrorCode::network_exception,
                    "it announces an answer of {} bytes, at most {} are taken{}", size,
                    frame_bytes_max_, looks_like(size));
    }
    return {};
}

}  // namespace barnabas::rpc

#pragma once

#include "base/bytes.h"
#include "runtime/tasks.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace barnabas::rpc {

class FramePool;

/// A frame begins with its size, an i32 that does not count itself.
inline constexpr std::size_t size_prefix = 4;

/// The bytes of one request, in memory that goes back to its pool. Move-only; may be carried to
/// another shard and back, but is destroyed on the shard of its pool.
class Frame {
public:
    Frame() = default;
    Frame(Frame&& other) noexcept;
    Frame& operator=(Frame&& other) noexcept;
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;
    ~Frame();

    [[nodiscard]] MutableByteView bytes() { return {memory_.get(), size_}; }
    [[nodiscard]] ByteView view() const { return {memory_.get(), size_}; }
    [[nodiscard]] std::size_t size() const { return size_; }

    /// Of a frame from begin(): `count` more of its bytes have come, and are in use from now on.
    void arrived(std::size_t count);

private:
    friend class FramePool;
    void release();

    FramePool* pool_ = nullptr;
    std::unique_ptr<std::byte[]> memory_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
    std::size_t counted_ = 0;  // what the pool counts as in use
};

/// One shard's memory for requests. Large blocks are kept for the next frame of their size class:
/// fresh pages cost the kernel more than the copy into them.
/// Always: in_use() is the sum of what its frames count; kept() <= kept_max.
class FramePool {
public:
    /// `in_use_max`: past it may_take() says no (queued.max.request.bytes of this shard).
    FramePool(runtime::Shard& shard, std::size_t in_use_max,
              std::size_t kept_max = default_kept_max);
    FramePool(const FramePool&) = delete;
    FramePool& operator=(const FramePool&) = delete;
    ~FramePool();

    /// Whether another request may be begun. One frame always fits while none is in use.
    [[nodiscard]] bool may_take() const { return in_use_ < in_use_max_; }
    /// Whether `reader` may read more of the frame that it has begun. Past the limit one reader
    /// may, until it says finished(): frames that wait for one another would wait for ever.
    [[nodiscard]] bool may_go_on(const void* reader);
    /// `reader` has its whole frame, or gives up.
    void finished(const void* reader);
    /// Notified when may_take() becomes true again.
    [[nodiscard]] runtime::Signal& room() { return room_; }
    /// Indeterminate bytes, in use at once. Does not look at the limit.
    [[nodiscard]] Frame take(std::size_t size);
    /// The same for bytes that are still to come: what a peer only announces takes no memory (the
    /// kernel gives pages when they are written) and is in use only once it has arrived, so that
    /// 100 MB that never come keep nobody else out.
    [[nodiscard]] Frame begin(std::size_t size);

    [[nodiscard]] std::size_t in_use() const { return in_use_; }
    [[nodiscard]] std::size_t kept() const { return kept_; }

    static constexpr std::size_t default_kept_max = 16 << 20;

private:
    friend class Frame;
    void give_back(std::unique_ptr<std::byte[]> memory, std::size_t capacity, std::size_t counted);

    static constexpr std::size_t smallest_kept = 16 << 10;  // malloc is as good below
    static constexpr std::size_t classes = 32;

    runtime::Signal room_;
    std::size_t in_use_max_;
    std::size_t kept_max_;
    std::size_t in_use_ = 0;
    std::size_t kept_ = 0;
    const void* beyond_the_limit_ = nullptr;  // the one reader that may go on
    std::vector<std::unique_ptr<std::byte[]>> free_[classes];
};

}  // namespace barnabas::rpc

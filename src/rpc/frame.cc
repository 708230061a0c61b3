#include "rpc/frame.h"

#include "base/invariant.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace barnabas::rpc {

Frame::Frame(Frame&& other) noexcept
    : pool_(std::exchange(other.pool_, nullptr)),
      memory_(std::move(other.memory_)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)),
      counted_(std::exchange(other.counted_, 0)) {}

Frame& Frame::operator=(Frame&& other) noexcept {
    if (this != &other) {
        release();
        pool_ = std::exchange(other.pool_, nullptr);
        memory_ = std::move(other.memory_);
        size_ = std::exchange(other.size_, 0);
        capacity_ = std::exchange(other.capacity_, 0);
        counted_ = std::exchange(other.counted_, 0);
    }
    return *this;
}

Frame::~Frame() {
    release();
}

void Frame::arrived(std::size_t count) {
    counted_ += count;
    pool_->in_use_ += count;
    INVARIANT(counted_ <= size_, "{} bytes arrived in a frame of {}", counted_, size_);
}

void Frame::release() {
    if (pool_ != nullptr) {
        std::exchange(pool_, nullptr)->give_back(std::move(memory_), capacity_, counted_);
        size_ = capacity_ = counted_ = 0;
    }
}

FramePool::FramePool(runtime::Shard& shard, std::size_t in_use_max, std::size_t kept_max)
    : room_(shard), in_use_max_(in_use_max), kept_max_(kept_max) {}

FramePool::~FramePool() {
    INVARIANT(in_use_ == 0, "{} bytes of frames outlive their pool", in_use_);
}

Frame FramePool::take(std::size_t size) {
    Frame frame = begin(size);
    frame.counted_ = frame.capacity_;
    in_use_ += frame.counted_;
    return frame;
}

Frame FramePool::begin(std::size_t size) {
    Frame frame;
    frame.pool_ = this;
    frame.size_ = size;
    frame.capacity_ = size < smallest_kept ? size : std::bit_ceil(size);
    if (frame.capacity_ >= smallest_kept) {
        auto& same_class = free_[std::countr_zero(frame.capacity_)];
        if (!same_class.empty()) {
            frame.memory_ = std::move(same_class.back());
            same_class.pop_back();
            kept_ -= frame.capacity_;
            return frame;
        }
    }
    frame.memory_ = std::make_unique_for_overwrite<std::byte[]>(frame.capacity_);
    return frame;
}

bool FramePool::may_go_on(const void* reader) {
    if (may_take()) {
        return true;
    }
    if (beyond_the_limit_ == nullptr) {
        beyond_the_limit_ = reader;
    }
    return beyond_the_limit_ == reader;
}

void FramePool::finished(const void* reader) {
    if (beyond_the_limit_ == reader) {
        beyond_the_limit_ = nullptr;
        room_.notify_all();
    }
}

void FramePool::give_back(std::unique_ptr<std::byte[]> memory, std::size_t capacity,
                          std::size_t counted) {
    INVARIANT(in_use_ >= counted, "{} given back of {}", counted, in_use_);
    const bool was_full = !may_take();
    in_use_ -= counted;
    if (was_full && may_take()) {
        room_.notify_all();
    }
    if (capacity >= smallest_kept && kept_ + capacity <= kept_max_) {
        kept_ += capacity;
        free_[std::countr_zero(capacity)].push_back(std::move(memory));
    }
}

}  // namespace barnabas::rpc

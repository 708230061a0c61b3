#include "client/producer/batch_pool.h"

#include "base/invariant.h"

#include <algorithm>
#include <utility>

namespace barnabas::client {

BatchPool::BatchPool(std::size_t memory, std::size_t batch_size)
    : memory_(memory), batch_size_(batch_size), free_(memory) {}

std::unique_ptr<ProducerBatch> BatchPool::try_take(std::size_t bytes) {
    const std::size_t size = std::max(bytes, batch_size_);
    std::unique_ptr<ProducerBatch> batch;
    {
        const std::lock_guard lock(mutex_);
        if (closed_ || size > free_) {
            return nullptr;
        }
        free_ -= size;
        ++out_.back();
        if (!kept_.empty()) {
            batch = std::move(kept_.back());
            kept_.pop_back();
        }
        if (!batch) {
            batch = std::make_unique<ProducerBatch>();
        }
        batch->flush_epoch = oldest_ + out_.size() - 1;
    }
    batch->reserved = size;
    batch->reserve(size);
    return batch;
}

bool BatchPool::try_grow(ProducerBatch& batch, std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    if (closed_ || bytes > free_) {
        return false;
    }
    free_ -= bytes;
    batch.reserved += bytes;
    return true;
}

void BatchPool::adopt(const ProducerBatch& batch) {
    const std::lock_guard lock(mutex_);
    INVARIANT(batch.flush_epoch >= oldest_ && batch.flush_epoch < oldest_ + out_.size(),
              "flush {} is none of {} from {} on", batch.flush_epoch, out_.size(), oldest_);
    ++out_[batch.flush_epoch - oldest_];
}

void BatchPool::give_back(std::unique_ptr<ProducerBatch> batch) {
    const bool keep = batch->reserved != 0 && batch->capacity() <= 2 * batch_size_;
    const std::lock_guard lock(mutex_);
    free_ += std::exchange(batch->reserved, 0);
    INVARIANT(free_ <= memory_, "{} bytes free of {}", free_, memory_);
    auto& out = out_[batch->flush_epoch - oldest_];
    INVARIANT(out > 0, "a batch of flush {} came back twice", batch->flush_epoch);
    --out;
    while (out_.size() > 1 && out_.front() == 0) {
        out_.pop_front();
        ++oldest_;
    }
    if (keep && kept_.size() < kept_max) {
        kept_.push_back(std::move(batch));
    }
    if (waiting_ > 0) {
        freed_.notify_all();
    }
}

bool BatchPool::wait(std::size_t bytes, Duration at_most) {
    const std::size_t size = std::max(bytes, batch_size_);
    std::unique_lock lock(mutex_);
    return freed_.wait_for(lock, at_most, [&] { return closed_ || size <= free_; }) && !closed_;
}

void BatchPool::begin_wait() {
    const std::lock_guard lock(mutex_);
    ++waiting_;
}

void BatchPool::end_wait() {
    const std::lock_guard lock(mutex_);
    --waiting_;
}

bool BatchPool::exhausted() const {
    const std::lock_guard lock(mutex_);
    return waiting_ > 0;
}

void BatchPool::close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    freed_.notify_all();
}

std::uint64_t BatchPool::begin_flush() {
    const std::lock_guard lock(mutex_);
    const std::uint64_t flush = oldest_ + out_.size() - 1;
    out_.push_back(0);
    while (out_.size() > 1 && out_.front() == 0) {
        out_.pop_front();
        ++oldest_;
    }
    return flush;
}

bool BatchPool::outstanding(std::uint64_t flush) const {
    const std::lock_guard lock(mutex_);
    return flush >= oldest_;
}

std::size_t BatchPool::batches_out() const {
    const std::lock_guard lock(mutex_);
    std::size_t sum = 0;
    for (const auto batches : out_) {
        sum += batches;
    }
    return sum;
}

std::size_t BatchPool::free_memory() const {
    const std::lock_guard lock(mutex_);
    return free_;
}

}  // namespace barnabas::client

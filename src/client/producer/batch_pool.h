#pragma once

#include "base/time.h"
#include "client/producer/producer_batch.h"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

namespace barnabas::client {

/// Batches to fill, within `buffer.memory`; keeps used ones for the next. Counts those that are
/// out by flush: a flush waits for the batches that were taken before it. Safe on every thread.
class BatchPool {
public:
    BatchPool(std::size_t memory, std::size_t batch_size);

    /// A batch with room for `bytes` at least (batch.size, if that is more); nullptr where the
    /// memory is not there now.
    [[nodiscard]] std::unique_ptr<ProducerBatch> try_take(std::size_t bytes);
    /// Reserves `bytes` more for a batch, if they are there.
    [[nodiscard]] bool try_grow(ProducerBatch& batch, std::size_t bytes);
    /// Counts a batch that was made by splitting another: it takes no memory of the pool.
    void adopt(const ProducerBatch& batch);
    void give_back(std::unique_ptr<ProducerBatch> batch);

    /// Somebody waits for memory, from here to end_wait(): everything should go out, to make room.
    void begin_wait();
    /// Blocks until `bytes` are free, for `at_most`, or until close(); says whether they were.
    bool wait(std::size_t bytes, Duration at_most);
    void end_wait();
    [[nodiscard]] bool exhausted() const;
    /// Wakes all who wait, for good.
    void close();

    /// Everything that is out now belongs to the flush whose number this returns.
    [[nodiscard]] std::uint64_t begin_flush();
    /// Whether something of that flush, or of an earlier one, is still out.
    [[nodiscard]] bool outstanding(std::uint64_t flush) const;
    [[nodiscard]] std::size_t batches_out() const;
    [[nodiscard]] std::size_t free_memory() const;
    [[nodiscard]] std::size_t memory() const { return memory_; }

private:
    /// How many batches to keep; beyond that they are given back to the system.
    static constexpr std::size_t kept_max = 1024;

    const std::size_t memory_;
    const std::size_t batch_size_;
    mutable std::mutex mutex_;
    std::condition_variable freed_;
    std::size_t free_;
    std::size_t waiting_ = 0;
    bool closed_ = false;
    std::vector<std::unique_ptr<ProducerBatch>> kept_;
    /// By flush number, the oldest that has batches out first.
    std::deque<std::size_t> out_{0};
    std::uint64_t oldest_ = 0;
};

}  // namespace barnabas::client

#pragma once

#include "runtime/blocking_pool.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace barnabas::runtime {

/// A BlockingPool of threads that are started when work finds nobody free, up to a limit: an idle
/// process has none. Safe on every thread.
class ThreadPool final : public BlockingPool {
public:
    explicit ThreadPool(std::size_t threads_max);
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;
    /// Stops.
    ~ThreadPool() override;

    void submit(std::move_only_function<void()> work) override;
    [[nodiscard]] std::size_t threads() const override;
    /// Runs what is queued, then joins the threads. What is submitted later runs in the caller.
    void stop();

private:
    void serve();

    const std::size_t threads_max_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::move_only_function<void()>> queue_;
    std::vector<std::thread> threads_;
    std::size_t idle_ = 0;  // threads that wait; at most threads_.size()
    bool stopping_ = false;
};

}  // namespace barnabas::runtime

#include "runtime/real/thread_pool.h"

#include "base/invariant.h"

#include <utility>

namespace barnabas::runtime {

ThreadPool::ThreadPool(std::size_t threads_max) : threads_max_(threads_max) {
    INVARIANT(threads_max > 0, "a pool without threads");
}

ThreadPool::~ThreadPool() {
    stop();
}

void ThreadPool::submit(std::move_only_function<void()> work) {
    {
        const std::lock_guard lock(mutex_);
        if (!stopping_) {
            queue_.push_back(std::move(work));
            if (queue_.size() > idle_ && threads_.size() < threads_max_) {
                threads_.emplace_back([this] { serve(); });
                return;  // the new thread looks at the queue first
            }
        }
    }
    if (work) {
        work();
    } else {
        changed_.notify_one();
    }
}

std::size_t ThreadPool::threads() const {
    const std::lock_guard lock(mutex_);
    return threads_.size();
}

void ThreadPool::serve() {
    std::unique_lock lock(mutex_);
    for (;;) {
        while (!queue_.empty()) {
            auto work = std::move(queue_.front());
            queue_.pop_front();
            lock.unlock();
            work();
            work = nullptr;
            lock.lock();
        }
        if (stopping_) {
            return;
        }
        ++idle_;
        changed_.wait(lock);
        --idle_;
    }
}

void ThreadPool::stop() {
    std::vector<std::thread> threads;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        threads.swap(threads_);
    }
    changed_.notify_all();
    for (auto& thread : threads) {
        thread.join();
    }
    INVARIANT(queue_.empty(), "{} pieces of work were left", queue_.size());
}

}  // namespace barnabas::runtime

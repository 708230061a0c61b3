#pragma once

#include "runtime/disk.h"
#include "runtime/tasks.h"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <map>
#include <utility>

namespace barnabas::broker {

using boost::asio::awaitable;

/// How many partitions of coordinators read their state at once, of each log directory: one that
/// hangs takes no threads of the blocking pool from the others. Lives on one shard.
/// Always: running(directory) <= at_once_max.
class LoadSlots {
public:
    static constexpr std::size_t at_once_max = 2;

    explicit LoadSlots(runtime::Shard& shard) : freed_(shard) {}

    /// Held while a partition is being read.
    class Slot {
    public:
        Slot(LoadSlots& of, runtime::Path directory) : of_(&of), directory_(std::move(directory)) {}
        Slot(Slot&& other) noexcept
            : of_(std::exchange(other.of_, nullptr)), directory_(std::move(other.directory_)) {}
        Slot& operator=(Slot&&) = delete;
        ~Slot() {
            if (of_ != nullptr) {
                --of_->running_[directory_];
                of_->freed_.notify_all();
            }
        }

    private:
        LoadSlots* of_;
        runtime::Path directory_;
    };
    awaitable<Slot> take(runtime::Path directory) {
        while (running_[directory] >= at_once_max) {
            co_await freed_.wait_until(never);
        }
        ++running_[directory];
        co_return Slot(*this, std::move(directory));
    }

private:
    runtime::Signal freed_;
    std::map<runtime::Path, std::size_t> running_;
};

}  // namespace barnabas::broker

#pragma once

#include "runtime/disk.h"
#include "runtime/tasks.h"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace barnabas::broker {

using boost::asio::awaitable;

/// How many partitions of coordinators read their state at once, of each log directory: one that
/// hangs takes no threads of the blocking pool from the others. Lives on one shard.
/// Always: running(directory) <= at_once_max.
class LoadSlots {
public:
    static constexpr std::size_t at_once_max = 2;
    /// So often whoever waits looks whether that is still of use.
    static constexpr Duration look_interval = 1s;

    explicit LoadSlots(runtime::Shard& shard) : shard_(shard), freed_(shard) {}

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
    /// Nothing if `stop()` says so while it waits.
    awaitable<std::optional<Slot>> take(runtime::Path directory, std::function<bool()> stop) {
        while (running_[directory] >= at_once_max) {
            if (stop()) {
                co_return std::nullopt;
            }
            co_await freed_.wait_until(shard_.clock().now() + look_interval);
        }
        ++running_[directory];
        co_return Slot(*this, std::move(directory));
    }
    /// Some `stop` may say so now.
    void look_again() { freed_.notify_all(); }

private:
    runtime::Shard& shard_;
    runtime::Signal freed_;
    std::map<runtime::Path, std::size_t> running_;
};

}  // namespace barnabas::broker

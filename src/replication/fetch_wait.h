#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

namespace barnabas::replication {

/// One fetch that waits until its partitions have enough to read. Shared by the shard that waits
/// and the shards that append; safe on all of them.
class FetchWait {
public:
    /// `wake` runs at most once, on whichever thread counts the last missing byte.
    FetchWait(std::int64_t bytes_missing, std::move_only_function<void()> wake)
        : missing_(bytes_missing), wake_(std::move(wake)) {}
    FetchWait(const FetchWait&) = delete;
    FetchWait& operator=(const FetchWait&) = delete;
    ~FetchWait() = default;

    /// `bytes` more of a watched partition can be read.
    void add(std::int64_t bytes) {
        const auto before = missing_.fetch_sub(bytes);
        if (before > 0 && before <= bytes) {
            wake_();
        }
    }

    /// The partition changed in a way that the client must hear of now (leader, deletion, error).
    void wake_now() { add(missing_.load()); }

private:
    std::atomic<std::int64_t> missing_;
    std::move_only_function<void()> wake_;
};

}  // namespace barnabas::replication

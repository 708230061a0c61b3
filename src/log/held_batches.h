#pragma once

#include "base/bytes.h"
#include "base/types.h"
#include "log/time_index.h"
#include "log/transaction_index.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace barnabas::log {

/// A batch that a log has accepted and its file does not have yet.
struct HeldBatch {
    std::shared_ptr<const ByteBuffer> bytes;  // shared with the plan that writes it
    Offset last;
    TimestampOffset largest;
    bool of_coordinator = false;                  // which has acted upon it already
    std::optional<AbortedTransaction> aborted{};  // by this marker
};

/// Those that follow one another behind the end of a log's file.
/// Always: bytes() is the sum of what is in.
class HeldBatches {
public:
    [[nodiscard]] bool is_empty() const { return batches_.empty(); }
    [[nodiscard]] std::size_t count() const { return batches_.size(); }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    /// Behind the last of them; nothing if there is none.
    [[nodiscard]] std::optional<Offset> end() const {
        return batches_.empty() ? std::nullopt : std::optional(batches_.back().last + 1);
    }
    [[nodiscard]] const std::deque<HeldBatch>& batches() const { return batches_; }

    void add(HeldBatch batch) {
        bytes_ += batch.bytes->size();
        batches_.push_back(std::move(batch));
    }
    [[nodiscard]] bool has_any_of_coordinators() const {
        return std::ranges::any_of(batches_, &HeldBatch::of_coordinator);
    }
    /// By the marker that was added last.
    void set_aborted(const AbortedTransaction& aborted) { batches_.back().aborted = aborted; }
    /// Of all of them; nothing the next time.
    std::vector<AbortedTransaction> take_aborted() {
        std::vector<AbortedTransaction> aborted;
        for (auto& batch : batches_) {
            if (batch.aborted) {
                aborted.push_back(*std::exchange(batch.aborted, std::nullopt));
            }
        }
        return aborted;
    }
    HeldBatch take_first() {
        HeldBatch first = std::move(batches_.front());
        batches_.pop_front();
        bytes_ -= first.bytes->size();
        return first;
    }
    void clear() {
        batches_.clear();
        bytes_ = 0;
    }

private:
    std::deque<HeldBatch> batches_;
    std::uint64_t bytes_ = 0;
};

}  // namespace barnabas::log

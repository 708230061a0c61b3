#pragma once

#include "base/time.h"
#include <barnabas/producer.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

namespace barnabas::client {

/// A copy of a record, with a view of it.
class OwnedRecord {
public:
    explicit OwnedRecord(const ProducerRecordView& record);
    [[nodiscard]] ProducerRecordView view() const;
    [[nodiscard]] ProducerRecord& record() { return record_; }
    [[nodiscard]] std::size_t size() const;

private:
    ProducerRecord record_;
    mutable std::vector<HeaderView> headers_;
};

/// A view of somebody's record; `headers` is room for those.
[[nodiscard]] ProducerRecordView view_of(const ProducerRecord& record,
                                         std::vector<HeaderView>& headers);

/// Records that were sent on the loop's own thread, which cannot wait for metadata or memory: kept
/// in order until they can go, or their time is over. The loop's.
class KeptRecords {
public:
    struct Kept {
        OwnedRecord record;
        DeliveryCallback callback;
        Time deadline;
    };

    [[nodiscard]] bool empty() const { return kept_.empty(); }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    [[nodiscard]] Kept& front() { return kept_.front(); }
    /// Of the first one; `never` without any.
    [[nodiscard]] Time deadline() const { return kept_.empty() ? never : kept_.front().deadline; }

    void add(Kept kept) {
        bytes_ += kept.record.size();
        ++added_;
        kept_.push_back(std::move(kept));
    }
    Kept take() {
        Kept kept = std::move(kept_.front());
        kept_.pop_front();
        bytes_ -= kept.record.size();
        return kept;
    }
    /// How many were added so far, and how many of those have gone.
    [[nodiscard]] std::uint64_t added() const { return added_; }
    [[nodiscard]] std::uint64_t gone() const { return added_ - kept_.size(); }

private:
    std::deque<Kept> kept_;
    std::size_t bytes_ = 0;
    std::uint64_t added_ = 0;
};

}  // namespace barnabas::client

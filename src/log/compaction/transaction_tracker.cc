#include "log/compaction/transaction_tracker.h"

#include "wire/records/control_record.h"

#include <algorithm>
#include <utility>

namespace barnabas::log {
namespace {

constexpr std::size_t marker_bytes_max = 4096;

}  // namespace

TransactionTracker::TransactionTracker(std::vector<AbortedTransaction> aborted)
    : aborted_(std::move(aborted)) {
    std::ranges::sort(aborted_, {}, &AbortedTransaction::first_offset);
}

void TransactionTracker::begin_aborted_up_to(Offset offset) {
    for (; next_ < aborted_.size() && aborted_[next_].first_offset <= offset; ++next_) {
        const auto& begun = aborted_[next_];
        open_aborted_.insert_or_assign(begun.producer_id, Aborted{.transaction = begun});
    }
}

bool TransactionTracker::on_data(const wire::BatchView& batch) {
    begin_aborted_up_to(batch.last_offset());
    if (!batch.is_transactional()) {
        return false;
    }
    const auto aborted = open_aborted_.find(batch.producer_id());
    // One that ended before the batches that go by says nothing of what its producer wrote later.
    if (aborted == open_aborted_.end() ||
        aborted->second.transaction.last_offset < batch.base_offset()) {
        open_committed_.insert(batch.producer_id());
        return false;
    }
    aborted->second.has_data = true;
    return true;
}

Result<TransactionTracker::Marker> TransactionTracker::on_control(const wire::BatchView& batch) {
    begin_aborted_up_to(batch.last_offset());
    wire::RecordView record;
    TRY(reader_.start(batch, marker_bytes_max));
    TRY_ASSIGN(const bool any, reader_.next(record));
    if (!any) {
        // Its record went with an earlier compaction; the batch was kept for its producer.
        return Marker{.discardable = true, .kept = {}};
    }
    TRY_ASSIGN(const auto type, wire::control_type(record.key));
    if (type == wire::ControlType::commit) {
        return Marker{.discardable = open_committed_.erase(batch.producer_id()) == 0, .kept = {}};
    }
    if (type != wire::ControlType::abort) {
        return Marker{};
    }
    const auto ended = open_aborted_.extract(batch.producer_id());
    if (ended.empty() || !ended.mapped().has_data) {
        return Marker{.discardable = true, .kept = {}};
    }
    return Marker{.discardable = false, .kept = ended.mapped().transaction};
}

}  // namespace barnabas::log

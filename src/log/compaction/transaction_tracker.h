#pragma once

#include "base/result.h"
#include "log/transaction_index.h"
#include "wire/records/batch_view.h"
#include "wire/records/record_reader.h"

#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace barnabas::log {

/// Follows the transactions of a log whose batches go by in order: which data was aborted, and
/// which markers have nothing left to end (org.apache.kafka.storage.internals.log.
/// CleanedTransactionMetadata). Owned by one compaction.
class TransactionTracker {
public:
    /// `aborted`: those that touch the batches to come, in any order; each once.
    explicit TransactionTracker(std::vector<AbortedTransaction> aborted);

    /// A batch of data. True: its transaction was aborted, its records go.
    bool on_data(const wire::BatchView& batch);

    struct Marker {
        bool discardable = false;                // nothing of its transaction was seen
        std::optional<AbortedTransaction> kept;  // an aborted one of which there still was data
    };
    /// A control batch; a control record that is no transaction's end always stays.
    Result<Marker> on_control(const wire::BatchView& batch);

private:
    struct Aborted {
        AbortedTransaction transaction;
        bool has_data = false;
    };

    void begin_aborted_up_to(Offset offset);

    std::vector<AbortedTransaction> aborted_;  // by first offset
    std::size_t next_ = 0;                     // of aborted_: the first that has not begun
    std::unordered_map<ProducerId, Aborted> open_aborted_;
    std::unordered_set<ProducerId> open_committed_;  // with data that was seen
    wire::RecordReader reader_;
};

}  // namespace barnabas::log

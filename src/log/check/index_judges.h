#pragma once

#include "log/offset_index.h"
#include "log/time_index.h"
#include "log/transaction_index.h"
#include "wire/records/batch_view.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Each holds the bytes of an index file against the batches of its segment, which come one after
// another. Plain state; the bytes outlive it. The first thing that does not fit is what is told: an
// index is right or is rebuilt.

namespace barnabas::log {

/// What is wrong with an index, as the end of a sentence that begins with its name.
struct IndexFault {
    bool broken = false;  // it cannot be an index; else it is one that does not fit
    std::string why;
};

/// Each entry stands at the beginning of a batch, and some batch from there on ends with its
/// offset: one entry may stand for several batches that a follower appended at once.
class OffsetIndexJudge {
public:
    OffsetIndexJudge(ByteView file, Offset base);
    void on_batch(const wire::BatchView& batch, std::uint64_t position);
    /// `closed`: nothing is preallocated behind the entries.
    [[nodiscard]] std::optional<IndexFault> verdict(bool closed) const;

private:
    [[nodiscard]] OffsetPosition entry(std::size_t i) const;
    void fault(std::string why);

    ByteView file_;
    Offset base_;
    std::size_t count_;
    std::size_t used_;
    std::size_t next_ = 0;
    std::optional<Offset> awaited_;  // the offset with which some batch has to end
    std::optional<IndexFault> fault_;
};

/// Timestamps rise; each is the largest so far, and that of the batch that holds the entry's
/// offset. A closed segment's last one is the largest of all.
class TimeIndexJudge {
public:
    TimeIndexJudge(ByteView file, Offset base);
    void on_batch(const wire::BatchView& batch);
    [[nodiscard]] std::optional<IndexFault> verdict(bool closed) const;

private:
    [[nodiscard]] TimestampOffset entry(std::size_t i) const;
    void judge(std::size_t i, const wire::BatchView& batch);
    void fault(std::string why);

    ByteView file_;
    Offset base_;
    std::size_t count_;
    std::size_t used_;
    std::size_t next_ = 0;
    Timestamp newest_ = no_timestamp;  // of the batches so far
    std::optional<IndexFault> fault_;
};

/// Every transaction that the batches abort is there. What is there besides belongs to an abort
/// marker of this segment, but where compaction took that away.
class TransactionIndexJudge {
public:
    TransactionIndexJudge(ByteView file, Offset base);
    /// `aborted`: what the batches say of the transaction that the marker at `offset` ends; nothing
    /// where no record of it is there.
    void on_abort_marker(Offset offset, ProducerId producer,
                         const std::optional<AbortedTransaction>& aborted);
    /// `has_gaps`: compaction went over the segment.
    [[nodiscard]] std::optional<IndexFault> verdict(bool has_gaps) const;

private:
    void match(Offset offset, ProducerId producer,
               const std::optional<AbortedTransaction>& aborted);

    std::vector<AbortedTransaction> entries_;
    std::size_t next_ = 0;
    std::optional<IndexFault> fault_;
    std::optional<Offset> unmatched_;  // an entry to which no marker belongs
};

}  // namespace barnabas::log

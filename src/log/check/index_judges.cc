#include "log/check/index_judges.h"

#include "base/endian.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace barnabas::log {
namespace {

bool is_empty(ByteView entry) {
    return std::ranges::all_of(entry, [](std::byte byte) { return byte == std::byte{0}; });
}

/// How many entries there are before those that were only preallocated.
std::size_t used_entries(ByteView file, std::size_t entry_size) {
    std::size_t used = file.size() / entry_size;
    while (used > 0 && is_empty(file.subspan((used - 1) * entry_size, entry_size))) {
        --used;
    }
    return used;
}

std::optional<IndexFault> size_fault(ByteView file, std::size_t entry_size) {
    if (file.size() % entry_size == 0) {
        return std::nullopt;
    }
    return IndexFault{
        .broken = true,
        .why = fmt::format("has {} bytes, no multiple of {}", file.size(), entry_size)};
}

IndexFault preallocated(std::size_t used, std::size_t count) {
    return {.broken = false,
            .why = fmt::format("has room for {} entries behind its {}: it was not closed",
                               count - used, used)};
}

}  // namespace

OffsetIndexJudge::OffsetIndexJudge(ByteView file, Offset base)
    : file_(file),
      base_(base),
      count_(file.size() / OffsetIndex::entry_size),
      used_(used_entries(file, OffsetIndex::entry_size)),
      fault_(size_fault(file, OffsetIndex::entry_size)) {}

OffsetPosition OffsetIndexJudge::entry(std::size_t i) const {
    const std::byte* at = file_.data() + i * OffsetIndex::entry_size;
    return {.offset = base_ + load_big_endian<std::int32_t>(at),
            .position = load_big_endian<std::uint32_t>(at + sizeof(std::int32_t))};
}

void OffsetIndexJudge::fault(std::string why) {
    if (!fault_) {
        fault_ = IndexFault{.broken = false, .why = std::move(why)};
    }
}

void OffsetIndexJudge::on_batch(const wire::BatchView& batch, std::uint64_t position) {
    if (fault_ || (next_ == used_ && !awaited_)) {
        return;
    }
    if (next_ < used_ && entry(next_).position <= position) {
        const auto due = entry(next_);
        if (due.position < position) {
            return fault(fmt::format("sends offset {} to {}, where no batch begins", due.offset,
                                     due.position));
        }
        if (awaited_) {
            return fault(
                fmt::format("has an entry of offset {}, with which no batch ends", *awaited_));
        }
        if (batch.last_offset() > due.offset) {
            return fault(fmt::format("sends offset {} to {}, where the batch ends with {}",
                                     due.offset, due.position, batch.last_offset()));
        }
        awaited_ = due.offset;
        ++next_;
    }
    if (awaited_ && batch.last_offset() == *awaited_) {
        awaited_.reset();
    } else if (awaited_ && batch.last_offset() > *awaited_) {
        fault(fmt::format("has an entry of offset {}, with which no batch ends", *awaited_));
    }
}

std::optional<IndexFault> OffsetIndexJudge::verdict(bool closed) const {
    if (fault_) {
        return fault_;
    }
    if (next_ < used_) {
        return IndexFault{.broken = false,
                          .why = fmt::format("sends offset {} to {}, behind the last batch",
                                             entry(next_).offset, entry(next_).position)};
    }
    if (awaited_) {
        return IndexFault{
            .broken = false,
            .why = fmt::format("has an entry of offset {}, with which no batch ends", *awaited_)};
    }
    return used_ < count_ && closed ? std::optional(preallocated(used_, count_)) : std::nullopt;
}

TimeIndexJudge::TimeIndexJudge(ByteView file, Offset base)
    : file_(file),
      base_(base),
      count_(file.size() / TimeIndex::entry_size),
      used_(used_entries(file, TimeIndex::entry_size)),
      fault_(size_fault(file, TimeIndex::entry_size)) {}

TimestampOffset TimeIndexJudge::entry(std::size_t i) const {
    const std::byte* at = file_.data() + i * TimeIndex::entry_size;
    return {.timestamp = Timestamp{load_big_endian<std::int64_t>(at)},
            .offset = base_ + load_big_endian<std::int32_t>(at + sizeof(std::int64_t))};
}

void TimeIndexJudge::fault(std::string why) {
    if (!fault_) {
        fault_ = IndexFault{.broken = false, .why = std::move(why)};
    }
}

void TimeIndexJudge::on_batch(const wire::BatchView& batch) {
    while (!fault_ && next_ < used_ && entry(next_).offset <= batch.last_offset()) {
        judge(next_++, batch);
    }
    newest_ = std::max(newest_, batch.max_timestamp());
}

void TimeIndexJudge::judge(std::size_t i, const wire::BatchView& batch) {
    const auto due = entry(i);
    if (i > 0 && due.timestamp <= entry(i - 1).timestamp) {
        return fault(
            fmt::format("has timestamp {} behind {}", due.timestamp, entry(i - 1).timestamp));
    }
    // The offset that magic 0 and 1 show is their last one: where they begin is not known here.
    if (!batch.is_legacy() && due.offset < batch.base_offset()) {
        return fault(fmt::format("has an entry of offset {}, which is in no batch", due.offset));
    }
    if (due.timestamp != batch.max_timestamp()) {
        return fault(fmt::format("says timestamp {} of offset {}; its batch's is {}", due.timestamp,
                                 due.offset, batch.max_timestamp()));
    }
    if (due.timestamp < newest_) {
        fault(fmt::format("says that {} is the largest timestamp up to offset {}; {} comes before",
                          due.timestamp, due.offset, newest_));
    }
}

std::optional<IndexFault> TimeIndexJudge::verdict(bool closed) const {
    if (fault_) {
        return fault_;
    }
    if (next_ < used_) {
        return IndexFault{.broken = false,
                          .why = fmt::format("has an entry of offset {}, behind the last batch",
                                             entry(next_).offset)};
    }
    // One entry of timestamp 0 at the first offset looks as one that was preallocated does.
    const bool is_first_of_1970 = used_ == 0 && count_ == 1 && newest_ == Timestamp{0};
    if (!closed || is_first_of_1970) {
        return std::nullopt;
    }
    if (used_ < count_) {
        return preallocated(used_, count_);
    }
    const auto last = used_ > 0 ? entry(used_ - 1).timestamp : no_timestamp;
    if (newest_.get() >= 0 && last != newest_) {
        return IndexFault{.broken = false,
                          .why = fmt::format("ends with timestamp {}; the segment's largest is {}",
                                             last, newest_)};
    }
    return std::nullopt;
}

TransactionIndexJudge::TransactionIndexJudge(ByteView file, Offset base) {
    constexpr auto size = TransactionIndex::entry_size;
    fault_ = size_fault(file, size);
    Offset before = base - 1;
    for (std::size_t at = 0; !fault_ && at + size <= file.size(); at += size) {
        const auto entry = parse_aborted(file.subspan(at, size));
        if (!entry) {
            fault_ = {.broken = true, .why = fmt::format("at {} {}", at, entry.error().message)};
        } else if (entry->last_offset <= before || entry->first_offset > entry->last_offset) {
            fault_ = {.broken = false,
                      .why = fmt::format("says that a transaction of [{}, {}] ended behind {}",
                                         entry->first_offset, entry->last_offset, before)};
        } else {
            before = entry->last_offset;
            entries_.push_back(*entry);
        }
    }
}

void TransactionIndexJudge::on_abort_marker(Offset offset, ProducerId producer,
                                            const std::optional<AbortedTransaction>& aborted) {
    while (next_ < entries_.size() && entries_[next_].last_offset < offset) {
        unmatched_ = unmatched_.value_or(entries_[next_++].last_offset);
    }
    if (!fault_) {
        match(offset, producer, aborted);
    }
}

void TransactionIndexJudge::match(Offset offset, ProducerId producer,
                                  const std::optional<AbortedTransaction>& aborted) {
    const bool found = next_ < entries_.size() && entries_[next_].last_offset == offset;
    if (!found) {
        if (aborted) {
            fault_ = {.broken = false,
                      .why = fmt::format("lacks the transaction of producer {} that was aborted at "
                                         "offset {}",
                                         producer, offset)};
        }
        return;
    }
    const auto& entry = entries_[next_++];
    if (entry.producer_id != producer) {
        fault_ = {.broken = false,
                  .why = fmt::format("says that producer {} aborted at offset {}; it was {}",
                                     entry.producer_id, offset, producer)};
    } else if (aborted && entry.first_offset > aborted->first_offset) {
        fault_ = {.broken = false,
                  .why = fmt::format("says that the transaction aborted at offset {} began at {}; "
                                     "it began at {}",
                                     offset, entry.first_offset, aborted->first_offset)};
    }
}

std::optional<IndexFault> TransactionIndexJudge::verdict(bool has_gaps) const {
    auto unmatched = unmatched_;
    if (!unmatched && next_ < entries_.size()) {
        unmatched = entries_[next_].last_offset;
    }
    if (fault_ || !unmatched || has_gaps) {
        return fault_;
    }
    return IndexFault{
        .broken = false,
        .why = fmt::format("says that a transaction was aborted at offset {}, where no marker is",
                           *unmatched)};
}

}  // namespace barnabas::log

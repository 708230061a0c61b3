// Finding offsets by timestamp.
#include "base/invariant.h"
#include "log/log.h"
#include "wire/records/record_reader.h"

#include <algorithm>
#include <utility>

namespace barnabas::log {
namespace {

/// Reads a whole batch, or answers what that would have to wait for, if it must not.
Result<std::optional<ColdPart>> read_batch(Segment& segment, const ScannedBatch& batch,
                                           bool may_wait, ByteBuffer& into) {
    if (!may_wait) {
        TRY_ASSIGN(auto cold, segment.cold_between(batch.position, batch.position + batch.size));
        if (cold) {
            return cold;
        }
    }
    into.resize(batch.size);
    TRY(segment.read(batch.position, into.mutable_view()));
    return std::optional<ColdPart>();
}

/// The largest timestamp of a batch's records from `from` on.
Result<Timestamp> newest_of(const wire::BatchView& batch, Offset from, std::size_t bytes_max) {
    Timestamp newest = no_timestamp;
    wire::RecordReader reader;
    wire::RecordView record;
    TRY(reader.start(batch, bytes_max));
    while (true) {
        TRY_ASSIGN(const bool more, reader.next(record));
        if (!more) {
            return newest;
        }
        if (record.offset >= from) {
            newest = std::max(newest, record.timestamp);
        }
    }
}

}  // namespace

Result<std::optional<FoundOffset>> Log::find_by_timestamp(Timestamp timestamp) {
    TRY_ASSIGN(const auto result, try_find_by_timestamp(timestamp, true));
    INVARIANT(!result.cold, "{} waits for what it may wait for", partition_);
    return result.found;
}

Result<std::optional<FoundOffset>> Log::find_max_timestamp() {
    TRY_ASSIGN(const auto result, try_find_max_timestamp(true));
    INVARIANT(!result.cold, "{} waits for what it may wait for", partition_);
    return result.found;
}

Result<TimeLookup> Log::try_find_by_timestamp(Timestamp timestamp, bool may_wait) {
    for (auto& [base, segment] : segments_) {
        if (segment->max_timestamp().timestamp >= timestamp) {
            TRY_ASSIGN(auto result, find_in(*segment, timestamp, may_wait));
            if (result.found || result.cold) {
                return result;
            }
        }
    }
    return TimeLookup{};
}

Result<TimeLookup> Log::try_find_max_timestamp(bool may_wait) {
    Segment* newest = nullptr;
    for (auto& [base, segment] : segments_) {
        if (segment->max_timestamp().timestamp.get() >= 0 &&
            (newest == nullptr ||
             segment->max_timestamp().timestamp > newest->max_timestamp().timestamp)) {
            newest = segment.get();
        }
    }
    if (newest == nullptr) {
        return TimeLookup{};
    }
    TRY_ASSIGN(auto result, find_in(*newest, newest->max_timestamp().timestamp, may_wait));
    return result.found || result.cold ? result : find_newest_served(may_wait);
}

/// Where the largest timestamp is that of a record before the log's start, or of a batch that
/// compaction has emptied: every batch's header is looked at, for both are rare. Of the batch that
/// holds the log's start the header may tell of a record before it.
Result<TimeLookup> Log::find_newest_served(bool may_wait) {
    Timestamp newest = no_timestamp;
    std::optional<ColdPart> cold;
    for (auto& [base, segment] : segments_) {
        std::optional<ScannedBatch> first;
        const auto note = [&](const ScannedBatch& batch) {
            if (batch.header.last_offset() >= log_start_ && batch.header.count() != 0) {
                if (batch.header.base_offset() < log_start_) {
                    first = batch;
                } else {
                    newest = std::max(newest, batch.header.max_timestamp());
                }
            }
            return true;
        };
        TRY(segment->scan(0, note, may_wait ? nullptr : &cold));
        ByteBuffer bytes;
        if (first && !cold) {
            TRY_ASSIGN(cold, read_batch(*segment, *first, may_wait, bytes));
        }
        if (cold) {
            return TimeLookup{.found = {}, .cold = std::move(cold)};
        }
        if (first) {
            TRY_ASSIGN(const auto of_first, newest_of(wire::BatchView(bytes.view()), log_start_,
                                                      config_.max_decompressed_bytes));
            newest = std::max(newest, of_first);
        }
    }
    return newest == no_timestamp ? Result<TimeLookup>(TimeLookup{})
                                  : try_find_by_timestamp(newest, may_wait);
}

Result<TimeLookup> Log::find_in(Segment& segment, Timestamp timestamp, bool may_wait) {
    std::optional<ColdPart> cold;
    TRY_ASSIGN(cold, may_wait ? Result<std::optional<ColdPart>>() : segment.cold_search(timestamp));
    if (cold) {
        return TimeLookup{.found = {}, .cold = std::move(cold)};
    }
    TRY_ASSIGN(const auto from, segment.search_from(timestamp));
    Result<TimeLookup> result = TimeLookup{};
    const auto look = [&](const ScannedBatch& batch) {
        if (batch.header.max_timestamp() >= timestamp && batch.header.last_offset() >= log_start_) {
            result = find_in_batch(segment, batch, timestamp, may_wait);
        }
        return result && !result->found && !result->cold;
    };
    TRY(segment.scan(from, look, may_wait ? nullptr : &cold));
    return cold ? TimeLookup{.found = {}, .cold = std::move(cold)} : std::move(result);
}

Result<TimeLookup> Log::find_in_batch(Segment& segment, const ScannedBatch& batch,
                                      Timestamp timestamp, bool may_wait) {
    TimeLookup result;
    ByteBuffer bytes;
    TRY_ASSIGN(result.cold, read_batch(segment, batch, may_wait, bytes));
    if (result.cold) {
        return result;
    }
    const wire::BatchView view(bytes.view());
    wire::RecordReader reader;
    wire::RecordView record;
    TRY(reader.start(view, config_.max_decompressed_bytes));
    while (!result.found) {
        TRY_ASSIGN(const bool more, reader.next(record));
        if (!more) {
            break;
        }
        if (record.timestamp >= timestamp && record.offset >= log_start_) {
            result.found = FoundOffset{.timestamp = record.timestamp,
                                       .offset = record.offset,
                                       .epoch = view.leader_epoch()};
        }
    }
    return result;
}

}  // namespace barnabas::log

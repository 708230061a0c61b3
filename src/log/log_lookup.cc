// Finding offsets by timestamp.
#include "log/log.h"
#include "wire/records/record_reader.h"

namespace barnabas::log {

Result<std::optional<FoundOffset>> Log::find_by_timestamp(Timestamp timestamp) {
    for (auto& [base, segment] : segments_) {
        if (segment->max_timestamp().timestamp >= timestamp) {
            TRY_ASSIGN(const auto found, find_in(*segment, timestamp));
            if (found) {
                return found;
            }
        }
    }
    return std::optional<FoundOffset>();
}

Result<std::optional<FoundOffset>> Log::find_max_timestamp() {
    Segment* newest = nullptr;
    for (auto& [base, segment] : segments_) {
        if (segment->max_timestamp().timestamp.get() >= 0 &&
            (newest == nullptr ||
             segment->max_timestamp().timestamp > newest->max_timestamp().timestamp)) {
            newest = segment.get();
        }
    }
    if (newest == nullptr) {
        return std::optional<FoundOffset>();
    }
    TRY_ASSIGN(const auto found, find_in(*newest, newest->max_timestamp().timestamp));
    return found ? found : find_newest_served();
}

/// Where the largest timestamp is that of a record before the log's start, or of a batch that
/// compaction has emptied: every batch's header is looked at, for both are rare.
Result<std::optional<FoundOffset>> Log::find_newest_served() {
    Timestamp newest = no_timestamp;
    for (auto& [base, segment] : segments_) {
        TRY(segment->scan(0, [&](const ScannedBatch& batch) {
            if (batch.header.last_offset() >= log_start_ && batch.header.count() != 0) {
                newest = std::max(newest, batch.header.max_timestamp());
            }
            return true;
        }));
    }
    return newest == no_timestamp ? Result<std::optional<FoundOffset>>(std::nullopt)
                                  : find_by_timestamp(newest);
}

Result<std::optional<FoundOffset>> Log::find_in(Segment& segment, Timestamp timestamp) {
    TRY_ASSIGN(const auto from, segment.search_from(timestamp));
    Result<std::optional<FoundOffset>> found = std::optional<FoundOffset>();
    TRY(segment.scan(from, [&](const ScannedBatch& batch) {
        if (batch.header.max_timestamp() >= timestamp && batch.header.last_offset() >= log_start_) {
            found = find_in_batch(segment, batch, timestamp);
        }
        return found && !*found;
    }));
    return found;
}

Result<std::optional<FoundOffset>> Log::find_in_batch(Segment& segment, const ScannedBatch& batch,
                                                      Timestamp timestamp) {
    ByteBuffer bytes;
    bytes.resize(batch.size);
    TRY(segment.read(batch.position, bytes.mutable_view()));
    const wire::BatchView view(bytes.view());
    wire::RecordReader reader;
    wire::RecordView record;
    TRY(reader.start(view, config_.max_decompressed_bytes));
    while (true) {
        TRY_ASSIGN(const bool more, reader.next(record));
        if (!more) {
            return std::optional<FoundOffset>();
        }
        if (record.timestamp >= timestamp && record.offset >= log_start_) {
            return std::optional(FoundOffset{.timestamp = record.timestamp,
                                             .offset = record.offset,
                                             .epoch = view.leader_epoch()});
        }
    }
}

}  // namespace barnabas::log

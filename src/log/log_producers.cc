// A log's producers on disk: snapshots, and the batches behind them.
#include "log/file_names.h"
#include "log/log.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace barnabas::log {

/// The newest snapshot at or before `end`, and what the log says from there up to `end`.
Result<void> Log::load_producers(Offset end, Timestamp now) {
    Offset from = segments_.begin()->first;
    producers_.clear();
    for (auto at = snapshots_.upper_bound(end); at != snapshots_.begin();) {
        --at;
        const Offset newest = *at;
        const auto path = folder_ / file_name(newest, snapshot_suffix);
        TRY_ASSIGN(const auto text, disk_.read_text(path));
        const auto read = wire::read_producer_snapshot(as_bytes(text));
        if (read) {
            producers_.restore(*read, newest, now);
            from = std::max(from, newest);
            break;
        }
        log_.warn("{}: {}: {}; it is removed and the one before it used", partition_, path.string(),
                  read.error().message);
        TRY(disk_.remove(path));
        at = snapshots_.erase(at);
    }
    for (auto at = segment_holding(from); at != segments_.end() && at->first < end; ++at) {
        TRY(replay_producers(*at->second, from, end, now));
    }
    producers_.set_map_end(end);
    return {};
}

/// What the segment's batches in [from, end) say.
Result<void> Log::replay_producers(Segment& segment, Offset from, Offset end, Timestamp now) {
    if (segment.next_offset() <= from) {
        return {};
    }
    TRY_ASSIGN(const auto position, segment.position_of(from));
    ByteBuffer bytes;
    Result<void> failed;
    TRY(segment.scan(position, [&](const ScannedBatch& batch) {
        if (batch.header.base_offset() >= end) {
            return false;
        }
        if (!batch.header.has_producer() || batch.header.base_offset() < from) {
            return true;
        }
        std::optional<TransactionEnd> transaction_end;
        if (batch.header.is_control()) {
            bytes.resize(batch.size);
            failed = segment.read(batch.position, bytes.mutable_view());
            // As in recovery: a marker that cannot be read ends nothing.
            transaction_end =
                read_transaction_end(wire::BatchView(bytes.view())).value_or(std::nullopt);
        }
        producers_.apply(batch.header, transaction_end, now);
        return failed.has_value();
    }));
    return failed;
}

/// Unsynced, as leader epochs are: a snapshot that a crash tears says so, and the one before it is
/// used.
Result<void> Log::save_producers() {
    const Offset end = log_end();
    if (snapshots_.contains(end)) {
        return {};
    }
    const auto bytes = wire::write_producer_snapshot(producers_.snapshot());
    const auto path = folder_ / file_name(end, snapshot_suffix);
    TRY_ASSIGN(auto file, disk_.open(path, runtime::OpenMode::create_or_open));
    TRY(file->truncate(0));
    TRY(file->write_at(0, bytes.view()));
    snapshots_.insert(end);
    bytes_since_snapshot_ = 0;
    unsynced_.push_back(std::move(file));
    folder_unsynced_ = true;
    return {};
}

Result<void> Log::remove_snapshots(Offset from, Offset end) {
    for (auto at = snapshots_.lower_bound(from); at != snapshots_.end() && *at < end;) {
        TRY(disk_.remove(folder_ / file_name(*at, snapshot_suffix)));
        at = snapshots_.erase(at);
        folder_unsynced_ = true;
    }
    return {};
}

/// Those at the beginning of a segment, and the newest one (ProducerStateManager.
/// removeStraySnapshots): each start would leave one more otherwise.
Result<void> Log::keep_useful_snapshots() {
    TRY(remove_snapshots(Offset{0}, segments_.begin()->first));
    TRY(remove_snapshots(log_end() + 1, Offset{std::numeric_limits<std::int64_t>::max()}));
    const auto useful = [this](Offset offset) {
        return offset == *snapshots_.rbegin() || segments_.contains(offset);
    };
    const std::vector<Offset> all(snapshots_.begin(), snapshots_.end());
    for (const auto offset : all) {
        TRY(useful(offset) ? Result<void>() : remove_snapshots(offset, offset + 1));
    }
    return {};
}

}  // namespace barnabas::log

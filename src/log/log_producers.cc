// A log's producers on disk: snapshots, and the batches behind them.
#include "log/file_names.h"
#include "log/log.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <ranges>
#include <utility>

namespace barnabas::log {
namespace {

/// Of some 20 million producers. A file that is longer is no snapshot.
constexpr std::size_t snapshot_bytes_max = std::size_t{1} << 30;

Result<bool> is_too_long(runtime::Disk& disk, const runtime::Path& path) {
    TRY_ASSIGN(const auto file, disk.open(path, runtime::OpenMode::read));
    TRY_ASSIGN(const auto size, file->size());
    return size > snapshot_bytes_max;
}

/// Another error than kafka_storage_error where the file is damaged.
Result<std::vector<wire::ProducerSnapshotEntry>> read_snapshot(runtime::Disk& disk,
                                                               const runtime::Path& path) {
    TRY_ASSIGN(const bool too_long, is_too_long(disk, path));
    if (too_long) {
        return fail(ErrorCode::corrupt_message, "it has more than {} bytes", snapshot_bytes_max);
    }
    TRY_ASSIGN(const auto text, disk.read_text(path, snapshot_bytes_max));
    return wire::read_producer_snapshot(as_bytes(text));
}

}  // namespace

Result<void> Log::load_producers(Offset end, Timestamp now) {
    TRY_ASSIGN(producers_, producers_at(end, now));
    return {};
}

/// The newest snapshot at or before `end`, and what the log says from there up to `end`.
Result<ProducerStates> Log::producers_at(Offset end, Timestamp now) {
    Offset from = segments_.begin()->first;
    ProducerStates producers;
    for (auto at = snapshots_.upper_bound(end); at != snapshots_.begin();) {
        --at;
        const Offset newest = *at;
        const auto path = folder_ / file_name(newest, snapshot_suffix);
        auto read = read_snapshot(disk_, path);
        if (!read && read.error().code == ErrorCode::kafka_storage_error) {
            return fail(std::move(read));
        }
        if (read) {
            producers.restore(*read, newest, now);
            from = std::max(from, newest);
            break;
        }
        log_.warn("{}: {}: {}; it is removed and the one before it used", partition_, path.string(),
                  read.error().message);
        TRY(disk_.remove(path));
        unsynced_snapshots_.erase(newest);
        unsure_snapshots_.erase(newest);
        at = snapshots_.erase(at);
    }
    for (auto at = segment_holding(from); at != segments_.end() && at->first < end; ++at) {
        TRY(replay_producers(*at->second, from, end, now, producers));
    }
    producers.set_map_end(end);
    return producers;
}

/// What the segment's batches in [from, end) say.
Result<void> Log::replay_producers(Segment& segment, Offset from, Offset end, Timestamp now,
                                   ProducerStates& into) {
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
        into.apply(batch.header, transaction_end, now);
        return failed.has_value();
    }));
    return failed;
}

Result<void> Log::save_producers() {
    return save_snapshot(log_end(), producers_);
}

/// Unsynced, as leader epochs are: a snapshot that a crash tears says so, and the one before it is
/// used.
Result<void> Log::save_snapshot(Offset end, const ProducerStates& producers) {
    if (snapshots_.contains(end)) {
        return {};
    }
    const auto bytes = wire::write_producer_snapshot(producers.snapshot());
    const auto path = folder_ / file_name(end, snapshot_suffix);
    TRY_ASSIGN(auto file, disk_.open(path, runtime::OpenMode::create_or_open));
    TRY(file->truncate(0));
    if (auto written = file->write_at(0, bytes.view()); !written) {
        ignore(disk_.remove(path), "half a file: who opens the log removes it");
        return written;
    }
    snapshots_.insert(end);
    unsynced_snapshots_.insert_or_assign(end, std::move(file));
    folder_unsynced_ = true;
    return {};
}

/// A start after a crash goes on from here instead of from the segment's beginning.
void Log::plan_snapshot(PlannedWrites& writes) {
    bytes_since_snapshot_ = 0;
    if (snapshots_.contains(log_end())) {
        return;
    }
    PlannedWrites::Snapshot snapshot{.offset = log_end(),
                                     .path = folder_ / file_name(log_end(), snapshot_suffix),
                                     .bytes = wire::write_producer_snapshot(producers_.snapshot()),
                                     .useless = {}};
    for (const auto offset : useless_snapshots()) {
        snapshot.useless.push_back({offset, folder_ / file_name(offset, snapshot_suffix)});
    }
    writes.add(std::move(snapshot));
}

void Log::note_snapshot(const PlannedWrites& writes) {
    if (!writes.snapshot()) {
        return;
    }
    if (!writes.snapshot_file()) {
        // A full disk must not keep records from the medium, and retention from making room.
        log_.warn("{}: {}; a start after a crash will read more", partition_,
                  writes.snapshot_trouble());
        return;
    }
    snapshots_.insert(writes.snapshot()->offset);
    unsynced_snapshots_.insert_or_assign(writes.snapshot()->offset, writes.snapshot_file());
    for (const auto& [offset, path] : writes.snapshot()->useless) {
        snapshots_.erase(offset);
        unsynced_snapshots_.erase(offset);
        unsure_snapshots_.erase(offset);
    }
}

/// After a sync that failed the system takes for synced what it only has in memory.
Result<void> Log::rewrite_snapshots() {
    for (const auto offset : std::set(snapshots_)) {
        const auto path = folder_ / file_name(offset, snapshot_suffix);
        TRY_ASSIGN(const bool too_long, is_too_long(disk_, path));
        if (too_long) {
            TRY(remove_snapshots(offset, offset + 1));
            continue;
        }
        TRY_ASSIGN(const auto text, disk_.read_text(path, snapshot_bytes_max));
        TRY(disk_.replace_text(path, text));
    }
    return {};
}

/// Whether the snapshot at `base`, where the log is to begin, is on the medium. It tells of
/// producers whose batches lie before it alone. Kafka does not ask: it syncs a snapshot soon after
/// it was written (UnifiedLog.roll), and what it deletes is mostly older.
Result<bool> Log::producers_outlive(Offset base, Now now) {
    if (producers_.size() == 0) {
        return true;
    }
    if (deletion_waits()) {
        return false;  // perhaps for the log that this one succeeded, which must not be forgotten
    }
    needed_snapshot_ = base;
    TRY(doubt_snapshot(base));
    TRY_ASSIGN(const bool known, has_sound_snapshot(base));
    if (known) {
        return !deletion_waits();
    }
    // Or a compaction has put the segment's beginning there, or the log is a copy.
    TRY_ASSIGN(const auto producers, producers_at(base, now.wall));
    TRY(save_snapshot(base, producers));
    return false;
}

std::vector<ColdPart> Log::retention_reads(Now now) {
    constexpr std::size_t segments_max = 16;  // more are rarely given up at once
    constexpr std::uint64_t snapshot_bytes = 1 << 20;
    std::vector<ColdPart> parts;
    const auto why = why_given_up(segments_.begin(), now);
    if (!why || *why == nullptr || producers_.size() == 0) {
        return parts;
    }
    for (auto at = std::next(segments_.begin());
         at != segments_.end() && parts.size() < segments_max; ++at) {
        if (snapshots_.contains(at->first)) {
            parts.push_back({.disk = &disk_,
                             .path = folder_ / file_name(at->first, snapshot_suffix),
                             .position = 0,
                             .size = snapshot_bytes});
        }
    }
    return parts;
}

/// If nobody knows whether it was synced the next flush does it.
Result<void> Log::doubt_snapshot(Offset offset) {
    if (unsure_snapshots_.contains(offset)) {
        TRY_ASSIGN(auto file, disk_.open(folder_ / file_name(offset, snapshot_suffix),
                                         runtime::OpenMode::read_write));
        unsynced_snapshots_.insert_or_assign(offset, std::move(file));
        unsure_snapshots_.erase(offset);
    }
    return {};
}

/// One that a crash has torn is removed.
Result<bool> Log::has_sound_snapshot(Offset offset) {
    if (!snapshots_.contains(offset)) {
        return false;
    }
    auto read = read_snapshot(disk_, folder_ / file_name(offset, snapshot_suffix));
    if (!read && read.error().code == ErrorCode::kafka_storage_error) {
        return fail(std::move(read));
    }
    if (read) {
        return true;
    }
    TRY(remove_snapshots(offset, offset + 1));
    return false;
}

bool Log::deletion_waits() const {
    return needed_snapshot_ && unsynced_snapshots_.contains(*needed_snapshot_);
}

Result<void> Log::remove_snapshots(Offset from, Offset end) {
    for (auto at = snapshots_.lower_bound(from); at != snapshots_.end() && *at < end;) {
        TRY(disk_.remove(folder_ / file_name(*at, snapshot_suffix)));
        unsynced_snapshots_.erase(*at);
        unsure_snapshots_.erase(*at);
        at = snapshots_.erase(at);
        folder_unsynced_ = true;
    }
    return {};
}

/// All but those at the beginning of a segment, and the newest one (ProducerStateManager.
/// removeStraySnapshots): each start would leave one more otherwise. As long as the newest can be
/// lost, the newest of the others stays too.
std::vector<Offset> Log::useless_snapshots() const {
    std::vector<Offset> useless;
    bool newer = false;  // one that cannot be lost
    for (const auto offset : snapshots_ | std::views::reverse) {
        if (newer && !segments_.contains(offset)) {
            useless.push_back(offset);
        }
        newer =
            newer || (!unsynced_snapshots_.contains(offset) && !unsure_snapshots_.contains(offset));
    }
    return useless;
}

Result<void> Log::keep_useful_snapshots() {
    TRY(remove_snapshots(Offset{0}, segments_.begin()->first));
    TRY(remove_snapshots(log_end() + 1, Offset{std::numeric_limits<std::int64_t>::max()}));
    for (const auto offset : useless_snapshots()) {
        TRY(remove_snapshots(offset, offset + 1));
    }
    return {};
}

}  // namespace barnabas::log

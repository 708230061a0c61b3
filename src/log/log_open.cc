// Opening a log: what is on disk becomes segments, epochs and producers again, and what a crash
// left behind is checked and cut.
#include "log/file_names.h"
#include "log/log.h"
#include "log/swap_recovery.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace barnabas::log {

Result<std::unique_ptr<Log>> Log::open(OpenOptions options) {
    const Known known{.log_start = options.log_start,
                      .recovery_point = options.recovery_point,
                      .clean = options.clean,
                      .cached = options.cached,
                      .now = options.now};
    auto log = std::unique_ptr<Log>(new Log(std::move(options)));
    TRY(log->load(known));
    return log;
}

Result<void> Log::load(const Known& known) {
    std::vector<Offset> bases;
    if (disk_.is_directory(folder_)) {
        TRY_ASSIGN(bases, tidy_folder());
    } else {
        TRY(disk_.create_directories(folder_));
    }
    if (bases.empty()) {
        TRY(begin_anew(known.log_start, known.now.wall));
        parent_unsynced_ = true;
        return {};
    }
    // What the process before us made and closed without a record to flush may not be durable.
    folder_unsynced_ = true;
    parent_unsynced_ = true;
    TRY(load_segments(bases, known));
    recovery_point_ = known.clean ? log_end() : std::min(known.recovery_point, log_end());
    if (log_end() < known.log_start) {
        log_.warn(
            "{}: it ends at {} after a crash, but its records before {} were deleted; it "
            "begins anew there",
            partition_, log_end(), known.log_start);
        TRY(begin_anew(known.log_start, known.now.wall));
        return disk_.sync_directory(folder_);
    }
    log_start_ = std::max(known.log_start, segments_.begin()->first);
    high_watermark_ = log_start_;
    const bool cut = epochs_.truncate_to(log_end());
    if (epochs_.start_at(log_start_) || cut || !known.clean) {
        // A full disk must not keep the log from being read: the next write tries again.
        epochs_saved_ = false;
        if (const auto saved = save_epochs(); !saved) {
            log_.warn("{}: {}", partition_, saved.error().message);
        }
    }
    TRY(keep_useful_snapshots());
    count_bytes();
    return {};
}

/// Removes what an interrupted deletion or cleaning left, completes finished swaps, and returns the
/// base offsets of the segments, rising. Takes note of the producers' snapshots.
Result<std::vector<Offset>> Log::tidy_folder() {
    TRY_ASSIGN(auto entries, disk_.list(folder_));
    TRY_ASSIGN(const bool changed, finish_interrupted_swaps(disk_, folder_, entries, log_));
    if (changed) {
        TRY_ASSIGN(entries, disk_.list(folder_));
    }
    std::vector<Offset> bases;
    for (const auto& entry : entries) {
        const std::string_view name = entry.name;
        if (name.ends_with(deleted_suffix) || name.ends_with(".tmp")) {
            TRY(disk_.remove(folder_ / entry.name));
        } else if (const auto base = offset_of_file(name, log_suffix)) {
            bases.push_back(*base);
        } else if (const auto snapshot = offset_of_file(name, snapshot_suffix)) {
            snapshots_.insert(*snapshot);
        }
    }
    std::ranges::sort(bases);
    for (const auto& entry : entries) {
        for (const auto suffix : {offset_index_suffix, time_index_suffix, txn_index_suffix}) {
            const auto base = offset_of_file(entry.name, suffix);
            if (base && !std::ranges::binary_search(bases, *base)) {
                TRY(disk_.remove(folder_ / entry.name));
            }
        }
    }
    return bases;
}

/// Segments that may hold what was never synced are read and checked, others trusted as far as
/// their indexes can be.
Result<void> Log::load_segments(const std::vector<Offset>& bases, const Known& known) {
    TRY_ASSIGN(const bool epochs_known, load_epochs());
    bool producers_follow = false;  // they are those of all segments so far
    bool compacted = config_.cleanup_compact;
    for (std::size_t i = 0; i < bases.size(); ++i) {
        if (!known.cached) {
            TRY_ASSIGN(const auto file, disk_.open(folder_ / file_name(bases[i], log_suffix),
                                                   runtime::OpenMode::read_write));
            file->forget_unsynced();
        }
        TRY_ASSIGN(auto opened, Segment::open(disk_, folder_, bases[i], config_));
        Segment& segment = *segments_.emplace(bases[i], std::move(opened)).first->second;
        const bool last = i + 1 == bases.size();
        // One that ends at the recovery point was perhaps flushed before it was sealed: its batches
        // reached the medium, its indexes perhaps not.
        const bool suspect = !known.clean && (last || bases[i + 1] >= known.recovery_point);
        if (!suspect) {
            auto loaded = segment.load();
            if (loaded) {
                TRY(epochs_known ? Result<void>() : learn_epochs(segment));
                producers_follow = false;
                continue;
            }
            if (loaded.error().code != ErrorCode::corrupt_message) {
                return loaded;
            }
            log_.warn("{}: {}; rebuilding its indexes", partition_, loaded.error().message);
        }
        if (!producers_follow) {
            TRY(load_producers(bases[i], known.now.wall));
            producers_follow = true;
        }
        TRY_ASSIGN(const auto recovered, recover_segment(segment, known.now.wall));
        compacted = compacted || recovered.has_gaps;
        if (last) {
            break;
        }
        TRY(seal(segment));
        // Batches follow one another, except where compaction took some away: a hole is the end of
        // what reached the medium. What was compacted may not be so any more by its settings, or
        // they are not known (Kafka's in ZooKeeper): then its own gaps tell. What was synced has
        // no hole but by compaction.
        const bool synced = bases[i + 1] <= known.recovery_point;
        const bool hole = segment.next_offset() < bases[i + 1] && !synced && !compacted;
        if (suspect && (recovered.torn || hole)) {
            TRY(drop_segments(std::span(bases).subspan(i + 1)));
            break;
        }
        if (segment.next_offset() < bases[i + 1] && !synced) {
            // Taken for compaction's work; if a crash did it, the snapshot tells of what was lost.
            TRY(remove_snapshots(segment.next_offset() + 1, bases[i + 1] + 1));
        }
    }
    if (!producers_follow) {
        return load_producers(log_end(), known.now.wall);
    }
    return remove_snapshots(log_end() + 1, Offset{std::numeric_limits<std::int64_t>::max()});
}

/// Reads a whole segment, rebuilds what follows from it and cuts a torn tail.
Result<Log::Recovered> Log::recover_segment(Segment& segment, Timestamp now) {
    Recovered recovered;
    const auto each = [&](const ScannedBatch&, wire::BatchView batch) -> Result<void> {
        recovered.has_gaps = recovered.has_gaps || batch.base_offset() > segment.next_offset() ||
                             batch.count() <= batch.last_offset() - batch.base_offset();
        if (batch.leader_epoch() > epochs_.latest()) {
            epochs_.assign(batch.leader_epoch(), batch.base_offset());
        }
        // A marker that cannot be read ends nothing; its CRC is right, so it was written so.
        const auto end = read_transaction_end(batch).value_or(std::nullopt);
        if (const auto aborted = producers_.apply(batch, end, now)) {
            segment.transactions().append(*aborted);
        }
        return {};
    };
    TRY_ASSIGN(const auto cut, segment.rebuild(each));
    if (cut > 0) {
        // Else another crash may bring it back, behind what is written in its place.
        TRY(segment.file()->sync());
        log_.warn("{}: cut {} bytes that are no whole, valid batch; the log goes on at offset {}",
                  partition_, cut, segment.next_offset());
    }
    recovered.torn = cut > 0;
    return recovered;
}

/// From the newest back, so that no crash leaves a hole.
Result<void> Log::drop_segments(std::span<const Offset> bases) {
    for (std::size_t i = bases.size(); i-- > 0;) {
        log_.warn("{}: dropping the segment of offset {}: records before it did not reach the disk",
                  partition_, bases[i]);
        TRY_ASSIGN(const auto segment, Segment::open(disk_, folder_, bases[i], config_));
        TRY(segment->remove());
    }
    return disk_.sync_directory(folder_);
}

/// False if they have to be learned from the batches.
Result<bool> Log::load_epochs() {
    const auto path = folder_ / leader_epoch_file;
    if (!disk_.exists(path)) {
        return false;
    }
    TRY_ASSIGN(const auto text, disk_.read_text(path));
    auto parsed = LeaderEpochs::parse(text);
    if (!parsed && parsed.error().code == ErrorCode::unsupported_version) {
        return fail(ErrorCode::unsupported_version, "{}: {}", path.string(),
                    parsed.error().message);
    }
    if (!parsed) {
        log_.warn("{}: {}: {}; leader epochs are learned anew", partition_, path.string(),
                  parsed.error().message);
        return false;
    }
    epochs_ = std::move(*parsed);
    return true;
}

Result<void> Log::learn_epochs(Segment& segment) {
    TRY(segment.scan(0, [this](const ScannedBatch& batch) {
        if (batch.header.leader_epoch() > epochs_.latest()) {
            epochs_.assign(batch.header.leader_epoch(), batch.header.base_offset());
        }
        return true;
    }));
    return {};
}

}  // namespace barnabas::log

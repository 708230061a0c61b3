// Opening a log: what is on disk becomes segments, epochs and producers again, and what a crash
// left behind is checked and cut.
#include "log/file_names.h"
#include "log/log.h"
#include "log/swap_recovery.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <ranges>
#include <utility>

namespace barnabas::log {
namespace {

/// What the segment's batches before `end` add to them.
Result<LeaderEpochs> with_epochs_of(Segment& segment, LeaderEpochs epochs, Offset end) {
    TRY(segment.scan(0, [&](const ScannedBatch& batch) {
        const auto& header = batch.header;
        if (header.base_offset() < end && header.leader_epoch() > epochs.latest()) {
            epochs.assign(header.leader_epoch(), header.base_offset());
        }
        return header.base_offset() < end;
    }));
    return epochs;
}

/// What a file is called when it is set aside, as no other one is: "<name>.1-stray".
std::string stray_name(const runtime::Disk& disk, const runtime::Path& folder,
                       std::string_view name) {
    for (int i = 1;; ++i) {
        auto stray = fmt::format("{}.{}{}", name, i, stray_file_suffix);
        if (!disk.exists(folder / stray)) {
            return stray;
        }
    }
}

/// Whoever named a file so wants offsets to overflow.
Result<void> check_names(const runtime::Path& folder,
                         std::span<const runtime::DirectoryEntry> entries) {
    for (const auto& entry : entries) {
        const std::string_view name = entry.name;
        const auto dot = name.find('.');
        const auto base =
            dot == std::string_view::npos ? std::nullopt : offset_of_file(name.substr(0, dot), "");
        if (base > base_offset_max) {
            return fail(ErrorCode::corrupt_message,
                        "{} is of offset {}; no log reaches that: offsets end at {}. Move the file "
                        "elsewhere",
                        (folder / entry.name).string(), *base, base_offset_max);
        }
    }
    return {};
}

}  // namespace

/// What was known of the log before it was opened.
struct Log::Known {
    Offset log_start;
    Offset recovery_point;
    bool clean;
    bool cached;
    Now now;
    std::atomic<std::uint64_t>* scanned;
};

/// What reading a whole segment showed.
struct Log::Recovered {
    bool torn = false;      // its tail was no whole, valid batch, and was cut
    bool has_gaps = false;  // offsets without a record: compaction went over it
};

Result<std::unique_ptr<Log>> Log::open(OpenOptions options) {
    if (options.log_start > base_offset_max) {
        return fail(ErrorCode::corrupt_message, "{} cannot begin at offset {}: offsets end at {}",
                    options.partition, options.log_start, base_offset_max);
    }
    const Known known{.log_start = options.log_start,
                      .recovery_point = std::min(options.recovery_point, base_offset_max),
                      .clean = options.clean,
                      .cached = options.cached,
                      .now = options.now,
                      .scanned = options.scanned};
    auto log = std::unique_ptr<Log>(new Log(std::move(options)));
    TRY(log->load(known));
    if (log->unflushed() > 0) {
        log->unflushed_since_ = known.now.steady;  // what a crash left is due by flush.ms too
    }
    return log;
}

Result<void> Log::load(const Known& known) {
    std::vector<FoundSegment> found;
    if (disk_.is_directory(folder_)) {
        TRY_ASSIGN(found, tidy_folder());
    } else {
        TRY(disk_.create_directories(folder_));
    }
    may_lack_records_ = !known.clean || !known.cached || found.empty();
    if (found.empty()) {
        TRY(begin_anew(known.log_start, known.now.wall));
        parent_unsynced_ = true;
        return {};
    }
    if (!known.cached) {
        // What was renamed or removed before the disk failed must not come back behind what is
        // written from now on.
        TRY(disk_.sync_directory(folder_));
    }
    // What the process before us made and closed without a record to flush may not be durable.
    folder_unsynced_ = true;
    parent_unsynced_ = true;
    recovery_point_ = known.clean ? offset_max : known.recovery_point;
    TRY(load_segments(found, known));
    if (!known.cached) {
        TRY(rewrite_snapshots());
    } else if (!known.clean) {
        std::ranges::set_difference(snapshots_, std::views::keys(unsynced_snapshots_),
                                    std::inserter(unsure_snapshots_, unsure_snapshots_.end()));
    }
    recovery_point_ = std::min(recovery_point_, log_end());
    if (log_end() < known.log_start) {
        log_.warn(
            "{}: it ends at {} after a crash, but its records before {} were deleted; it "
            "begins anew there",
            partition_, log_end(), known.log_start);
        return begin_at_deleted(known);
    }
    log_start_ = std::max(known.log_start, segments_.begin()->first);
    high_watermark_ = log_start_;
    const bool cut = epochs_.truncate_to(log_end());
    TRY(known.clean ? Result<void>() : learn_first_epochs());
    if (epochs_.start_at(log_start_) || cut) {
        // A full disk must not keep the log from being read: the next write tries again.
        epochs_saved_ = false;
        if (const auto saved = save_epochs(); !saved) {
            log_.warn("{}: {}", partition_, saved.error().message);
        }
    }
    // What the file says may not have reached the medium yet: it goes there before the next record.
    epochs_saved_ = epochs_saved_ && known.clean;
    TRY(keep_useful_snapshots());
    count_bytes();
    return {};
}

/// Kafka forgets the producers here (LogLoader.load, truncateFullyAndStartAt). But whose batches
/// were synced and deleted since must not be able to write them once more.
Result<void> Log::begin_at_deleted(const Known& known) {
    auto producers = producers_;
    producers.forget_transactions();
    producers.set_map_end(known.log_start);
    // Another crash may come before the end: what it says now goes when that is on the medium.
    TRY(save_snapshot(known.log_start, producers));
    for (const auto& [offset, file] : unsynced_snapshots_) {
        TRY(file->sync());
    }
    unsynced_snapshots_.clear();
    TRY(disk_.sync_directory(folder_));
    TRY(begin_anew(known.log_start, known.now.wall));
    producers_ = std::move(producers);
    return disk_.sync_directory(folder_);
}

/// Removes what an interrupted deletion or cleaning left, completes finished swaps, and returns the
/// segments by rising base offset. Takes note of the producers' snapshots.
Result<std::vector<FoundSegment>> Log::tidy_folder() {
    TRY_ASSIGN(auto entries, disk_.list(folder_));
    TRY(check_names(folder_, entries));
    TRY_ASSIGN(const bool changed, finish_interrupted_swaps(disk_, folder_, entries, log_));
    if (changed) {
        TRY_ASSIGN(entries, disk_.list(folder_));
    }
    std::map<Offset, FoundSegment> found;
    std::map<std::string, std::uint64_t, std::less<>> indexes;  // sizes, by name
    for (const auto& entry : entries) {
        const std::string_view name = entry.name;
        if (name.ends_with(deleted_suffix) || name.ends_with(".tmp")) {
            TRY(disk_.remove(folder_ / entry.name));
        } else if (const auto base = offset_of_file(name, log_suffix)) {
            found.insert_or_assign(*base, FoundSegment{.base = *base,
                                                       .size = entry.size,
                                                       .modified = Timestamp{entry.modified}});
        } else if (const auto snapshot = offset_of_file(name, snapshot_suffix)) {
            snapshots_.insert(*snapshot);
        } else if (name == leader_epoch_file) {
            has_epoch_file_ = true;
        } else {
            indexes.insert_or_assign(std::string(name), entry.size);
        }
    }
    for (const auto& [name, size] : indexes) {
        const auto note = [&](std::string_view suffix, auto member) -> Result<void> {
            const auto base = offset_of_file(name, suffix);
            if (const auto segment = base ? found.find(*base) : found.end();
                segment != found.end()) {
                segment->second.*member = size;
            } else if (base) {
                TRY(disk_.remove(folder_ / name));  // of no segment
            }
            return {};
        };
        TRY(note(offset_index_suffix, &FoundSegment::offset_index));
        TRY(note(time_index_suffix, &FoundSegment::time_index));
        TRY(note(txn_index_suffix, &FoundSegment::txn_index));
    }
    std::vector<FoundSegment> segments;
    for (const auto& [base, segment] : found) {
        segments.push_back(segment);
    }
    return segments;
}

/// Where the first of `from` ends, without a look at it: before the next one; or where an orderly
/// stop says that the log ended, the checkpoint and the producers' snapshot alike.
std::optional<Offset> Log::known_end(std::span<const FoundSegment> from, const Known& known) const {
    if (from.size() > 1) {
        return from[1].base;
    }
    const bool agreed = known.clean && !snapshots_.empty() &&
                        *snapshots_.rbegin() == known.recovery_point &&
                        known.recovery_point > from.front().base;
    return agreed ? std::optional(known.recovery_point) : std::nullopt;
}

Result<std::unique_ptr<Segment>> Log::open_segment(const FoundSegment& found, bool cached) {
    if (cached) {
        return Segment::open(disk_, folder_, found, config_);
    }
    constexpr std::string_view kinds[] = {log_suffix, offset_index_suffix, time_index_suffix,
                                          txn_index_suffix};
    for (const auto kind : kinds) {
        if (const auto path = folder_ / file_name(found.base, kind); disk_.exists(path)) {
            TRY_ASSIGN(const auto file, disk_.open(path, runtime::OpenMode::read_write));
            file->forget_unsynced();
        }
    }
    return Segment::open(disk_, folder_, found.base, config_);  // it may be shorter now
}

/// Segments that may hold what was never synced are read and checked from the recovery point on,
/// others trusted as far as their indexes can be.
Result<void> Log::load_segments(const std::vector<FoundSegment>& found, const Known& known) {
    TRY_ASSIGN(const bool epochs_known, load_epochs(known.clean));
    bool producers_follow = false;  // they are those of all segments so far
    Offset replayed_from{0};
    bool compacted = config_.cleanup_compact;
    for (std::size_t i = 0; i < found.size(); ++i) {
        const auto rest = std::span(found).subspan(i);
        TRY_ASSIGN(auto opened, open_segment(found[i], known.cached));
        Segment& segment = *segments_.emplace(found[i].base, std::move(opened)).first->second;
        const bool last = rest.size() == 1;
        // One that ends at the recovery point was perhaps flushed before it was sealed: its batches
        // reached the medium, its indexes perhaps not.
        const bool suspect = !known.clean && (last || rest[1].base >= known.recovery_point);
        Offset checked_from = found[i].base;
        if (!suspect) {
            auto loaded = segment.load(known_end(rest, known));
            if (loaded) {
                TRY(epochs_known ? Result<void>() : learn_epochs(segment));
                producers_follow = false;
                continue;
            }
            if (loaded.error().code != ErrorCode::corrupt_message) {
                return loaded;
            }
            log_.warn("{}: {}; rebuilding its indexes", partition_, loaded.error().message);
        } else {
            // What is in memory alone of the indexes proves nothing after a failure of the disk.
            TRY_ASSIGN(const bool kept, known.cached ? segment.keep_until(known.recovery_point)
                                                     : Result<bool>(false));
            checked_from = kept ? segment.next_offset() : checked_from;
            TRY(kept && !epochs_known ? learn_epochs(segment) : Result<void>());
            // One behind the recovery point may be of records that were lost, whose offsets others
            // have now: removed once, it may have come back with the crash.
            TRY(remove_snapshots(std::max(checked_from, known.recovery_point) + 1, offset_max));
        }
        replayed_from = producers_follow ? replayed_from : checked_from;
        TRY(producers_follow
                ? replay_producers(segment, found[i].base, checked_from, known.now.wall, producers_)
                : load_producers(checked_from, known.now.wall));
        producers_follow = true;
        TRY_ASSIGN(const auto recovered, recover_segment(segment, known));
        compacted = compacted || recovered.has_gaps;
        if (last) {
            break;
        }
        if (const auto sealed = seal(segment); !sealed) {
            // A full disk must not keep the log from being read. The indexes are in memory; the
            // next flush, which begins there then, writes them.
            recovery_point_ = std::min(recovery_point_, segment.base());
            log_.warn("{}: {}", partition_, sealed.error().message);
        }
        TRY_ASSIGN(const bool lost, lost_before(rest[1].base, segment, known, compacted));
        if (suspect && (recovered.torn || lost)) {
            TRY(set_aside(rest.subspan(1)));
            break;
        }
        TRY(note_producers(segment, rest[1].base, known));
    }
    TRY(remove_snapshots(log_end() + 1, offset_max));
    // One that was synced knows of producers of which no batch is left.
    const auto behind = snapshots_.upper_bound(known.recovery_point);
    const bool knows_more = behind != snapshots_.begin() && *std::prev(behind) > replayed_from;
    return producers_follow && !knows_more ? Result<void>()
                                           : load_producers(log_end(), known.now.wall);
}

/// Whether the records between the segment, which was just read, and the next one were lost.
/// Batches follow one another, except where compaction took some away: a hole is the end of what
/// reached the medium. What was compacted may not be so any more by its settings, or they are not
/// known (Kafka's in ZooKeeper): then its own gaps tell. What was synced is not cut: there nothing
/// but compaction makes a hole, or somebody who removed a file. Kafka, which looks at no segment
/// that was closed in order, does not notice that either.
Result<bool> Log::lost_before(Offset next, Segment& segment, const Known& known, bool& compacted) {
    if (segment.next_offset() >= next || compacted) {
        return false;
    }
    TRY_ASSIGN(compacted, has_gaps(segment));
    if (compacted || next > known.recovery_point) {
        return !compacted;
    }
    log_.warn(
        "{}: there are no records between {} and {}; if it was never compacted, a segment is "
        "missing",
        partition_, segment.next_offset(), next);
    return false;
}

/// The producers of the segments up to the next one, which were read, for when retention takes
/// those.
Result<void> Log::note_producers(const Segment& segment, Offset next, const Known& known) {
    if (segment.next_offset() < next && next > known.recovery_point) {
        // Taken for compaction's work; if a crash did it, the snapshot tells of what was lost.
        TRY(remove_snapshots(segment.next_offset() + 1, next + 1));
    }
    if (const auto saved = save_snapshot(next, producers_); !saved) {
        // A full disk must not keep the log from being read: retention tries again.
        log_.warn("{}: {}", partition_, saved.error().message);
    }
    return {};
}

/// Reads what of a segment is not known to be sound, rebuilds what follows from it and cuts a torn
/// tail.
Result<Log::Recovered> Log::recover_segment(Segment& segment, const Known& known) {
    Recovered recovered;
    const auto each = [&](const ScannedBatch& scanned, wire::BatchView batch) -> Result<void> {
        if (known.scanned != nullptr) {
            *known.scanned += scanned.size;
        }
        recovered.has_gaps = recovered.has_gaps || batch.base_offset() > segment.next_offset() ||
                             batch.count() <= batch.last_offset() - batch.base_offset();
        // The file may tell of records that were lost, whose offsets others have now. But it alone
        // tells of epochs of which compaction has left no record.
        epochs_saved_ =
            !epochs_.learn(batch.leader_epoch(), batch.base_offset(), batch.last_offset()) &&
            epochs_saved_;
        // A marker that cannot be read ends nothing; its CRC is right, so it was written so.
        const auto end = read_transaction_end(batch).value_or(std::nullopt);
        if (const auto aborted = producers_.apply(batch, end, known.now.wall)) {
            segment.transactions().note(*aborted);
        }
        return {};
    };
    TRY_ASSIGN(const auto cut, segment.rebuild(each));
    if (cut > 0) {
        // Else another crash may bring it back, behind what is written in its place.
        TRY_ASSIGN(const auto file, segment.file());
        TRY(file->sync());
        log_.warn("{}: cut {} bytes that are no whole, valid batch; the log goes on at offset {}",
                  partition_, cut, segment.next_offset());
    }
    recovered.torn = cut > 0;
    TRY(keep_transactions(segment, known.recovery_point));
    return recovered;
}

/// The transaction index that recovery found is written. As far as it is of batches before the
/// recovery point the next recovery believes it, so it has to be on the medium at once.
Result<void> Log::keep_transactions(Segment& segment, Offset recovery_point) {
    if (const auto written = segment.transactions().write_out(); !written) {
        // A full disk must not keep the log from being read: the next flush tries again.
        log_.warn("{}: {}", partition_, written.error().message);
        return {};
    }
    if (segment.base() >= recovery_point) {
        return {};
    }
    TRY_ASSIGN(const auto file, segment.take_unsynced_transactions());
    if (file) {
        TRY(file->sync());
        TRY(disk_.sync_directory(folder_));
    }
    return {};
}

/// Whether offsets are missing between or in its batches.
Result<bool> Log::has_gaps(Segment& segment) {
    bool gaps = false;
    Offset next = segment.base();
    TRY(segment.scan(0, [&](const ScannedBatch& batch) {
        const auto& header = batch.header;
        gaps = header.base_offset() > next ||
               header.count() <= header.last_offset() - header.base_offset();
        next = header.last_offset() + 1;
        return !gaps;
    }));
    return gaps;
}

/// From the newest back, so that no crash leaves a hole. Behind lost records these are no part of
/// the log, but nobody but their owner knows whether they are of use: Kafka removes them
/// (LogLoader.recoverLog). Of what is empty, or in a copy, nothing is lost.
Result<void> Log::set_aside(std::span<const FoundSegment> found) {
    const bool is_copy = partition_of_future(folder_.filename().string()).has_value();
    for (const auto& segment : std::views::reverse(found)) {
        TRY_ASSIGN(const auto opened, Segment::open(disk_, folder_, segment, config_));
        if (segment.size == 0 || is_copy) {
            log_.warn(
                "{}: dropping the segment of offset {}, of {} bytes: records before it did "
                "not reach the disk",
                partition_, segment.base, segment.size);
        } else {
            const auto name = file_name(segment.base, log_suffix);
            const auto aside = stray_name(disk_, folder_, name);
            TRY(disk_.rename(folder_ / name, folder_ / aside));
            log_.warn(
                "{}: the segment of offset {}, of {} bytes, is set aside as {}: records "
                "before it did not reach the disk; it stays until you or the topic's "
                "deletion removes it",
                partition_, segment.base, segment.size, (folder_ / aside).string());
        }
        TRY(opened->remove());
    }
    return disk_.sync_directory(folder_);
}

/// False if they have to be learned from the batches.
Result<bool> Log::load_epochs(bool clean) {
    if (!has_epoch_file_) {
        return false;
    }
    const auto path = folder_ / leader_epoch_file;
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
    // A crash may leave an empty file under a name that was just given to it.
    return clean || !epochs_.entries().empty();
}

Result<void> Log::learn_epochs(Segment& segment) {
    TRY_ASSIGN(epochs_, with_epochs_of(segment, std::move(epochs_), offset_max));
    return {};
}

/// Of records that were deleted and came back with a crash the table does not tell.
Result<void> Log::learn_first_epochs() {
    const auto known = epochs_.entries();
    const Offset from = known.empty() ? log_end() : known.front().start;
    if (from <= log_start_) {
        return {};
    }
    LeaderEpochs epochs;
    for (auto at = segments_.begin(); at != segments_.end() && at->first < from; ++at) {
        TRY_ASSIGN(epochs, with_epochs_of(*at->second, std::move(epochs), from));
    }
    for (const auto& entry : known) {
        epochs.assign(entry.epoch, entry.start);
    }
    epochs_ = std::move(epochs);
    return {};
}

}  // namespace barnabas::log

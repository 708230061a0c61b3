// Opening a log: what is on disk becomes segments, epochs and producers again, and what a crash
// left behind is checked and cut.
#include "base/invariant.h"
#include "log/file_names.h"
#include "log/log.h"

#include <algorithm>
#include <set>
#include <utility>

namespace barnabas::log {

Result<std::unique_ptr<Log>> Log::open(OpenOptions options) {
    const auto log_start = options.log_start;
    const auto recovery_point = options.recovery_point;
    const bool clean = options.clean;
    const auto now = options.now;
    auto log = std::unique_ptr<Log>(new Log(std::move(options)));
    TRY(log->load(log_start, recovery_point, clean, now));
    return log;
}

Result<void> Log::load(Offset log_start, Offset recovery_point, bool clean, Now now) {
    // Spread by name, so that the logs of one topic do not roll at the same moment.
    const auto spread = std::hash<TopicPartition>{}(partition_);
    if (config_.segment_jitter_ms > 0) {
        jitter_ms_ = static_cast<std::int64_t>(
            spread % static_cast<std::uint64_t>(config_.segment_jitter_ms));
    }
    std::vector<Offset> bases;
    if (disk_.is_directory(folder_)) {
        TRY_ASSIGN(bases, tidy_folder());
    } else {
        TRY(disk_.create_directories(folder_));
    }
    if (bases.empty()) {
        TRY_ASSIGN(auto first, Segment::create(disk_, folder_, log_start, config_, now));
        segments_.emplace(log_start, std::move(first));
    } else {
        TRY(load_epochs());
        TRY(load_segments(bases, recovery_point, clean));
    }
    log_start_ = std::clamp(log_start, segments_.begin()->first, log_end());
    const bool cut = epochs_.truncate_to(log_end());
    if (epochs_.start_at(log_start_) || cut) {
        TRY(save_epochs());
    }
    for (const auto& [base, segment] : segments_) {
        size_bytes_ += segment->size();
    }
    high_watermark_ = log_start_;
    recovery_point_ = clean ? log_end() : std::min(recovery_point, log_end());
    return {};
}

/// Removes what an interrupted deletion or cleaning left, completes finished swaps, and returns the
/// base offsets of the segments, rising.
Result<std::vector<Offset>> Log::tidy_folder() {
    TRY_ASSIGN(const auto entries, disk_.list(folder_));
    std::vector<Offset> bases;
    for (const auto& entry : entries) {
        const std::string_view name = entry.name;
        if (name.ends_with(deleted_suffix) || name.ends_with(cleaned_suffix) ||
            name.ends_with(".tmp")) {
            TRY(disk_.remove(folder_ / entry.name));
        } else if (name.ends_with(swap_suffix)) {
            const auto final_name = name.substr(0, name.size() - swap_suffix.size());
            TRY(disk_.rename(folder_ / entry.name, folder_ / final_name));
            if (const auto base = offset_of_file(final_name, log_suffix)) {
                bases.push_back(*base);
            }
        } else if (const auto base = offset_of_file(name, log_suffix)) {
            bases.push_back(*base);
        }
    }
    std::ranges::sort(bases);
    const auto again = std::ranges::unique(bases);
    bases.erase(again.begin(), again.end());
    return bases;
}

Result<void> Log::load_segments(const std::vector<Offset>& bases, Offset recovery_point,
                                bool clean) {
    bool producers_loaded = false;
    for (std::size_t i = 0; i < bases.size(); ++i) {
        TRY_ASSIGN(auto opened, Segment::open(disk_, folder_, bases[i], config_));
        Segment& segment = *opened;
        segments_.emplace(bases[i], std::move(opened));
        const bool last = i + 1 == bases.size();
        const bool behind_recovery_point = last || bases[i + 1] > recovery_point;
        const bool suspect = !clean && behind_recovery_point;
        auto loaded = suspect ? Result<void>() : segment.load();
        if (loaded && !suspect) {
            continue;
        }
        if (!loaded) {
            log_.warn("{}: {}; rebuilding its indexes", partition_, loaded.error().message);
        }
        if (!producers_loaded) {
            TRY(load_producers(bases[i]));
            producers_loaded = true;
        }
        TRY_ASSIGN(const bool torn, recover_segment(segment));
        if (torn && !last) {
            TRY(drop_segments_after(bases[i]));
            break;
        }
    }
    if (!producers_loaded) {
        TRY(load_producers(log_end()));
    }
    return {};
}

/// Reads a whole segment, rebuilds what follows from it and cuts a torn tail; true if it had one.
Result<bool> Log::recover_segment(Segment& segment) {
    const auto each = [this, &segment](const ScannedBatch&, wire::BatchView batch) -> Result<void> {
        epochs_.assign(batch.leader_epoch(), batch.base_offset());
        TRY_ASSIGN(const auto end, read_transaction_end(batch));
        if (const auto aborted = producers_.apply(batch, end)) {
            TRY(segment.transactions().append(*aborted));
        }
        return {};
    };
    TRY_ASSIGN(const auto cut, segment.rebuild(each));
    if (cut > 0) {
        log_.warn("{}: cut {} bytes that are no whole, valid batch; the log ends at offset {}",
                  partition_, cut, segment.next_offset());
    }
    return cut > 0;
}

Result<void> Log::drop_segments_after(Offset base) {
    for (auto at = segments_.upper_bound(base); at != segments_.end();) {
        TRY(at->second->remove());
        at = segments_.erase(at);
    }
    TRY_ASSIGN(const auto left, tidy_folder());
    for (const auto dropped : left) {
        if (dropped > base) {
            log_.warn("{}: dropping the segment of offset {}: the one before it is torn",
                      partition_, dropped);
            TRY_ASSIGN(auto segment, Segment::open(disk_, folder_, dropped, config_));
            TRY(segment->remove());
        }
    }
    return {};
}

Result<void> Log::load_epochs() {
    const auto path = folder_ / leader_epoch_file;
    if (!disk_.exists(path)) {
        return {};
    }
    TRY_ASSIGN(const auto text, disk_.read_text(path));
    auto parsed = LeaderEpochs::parse(text);
    if (!parsed) {
        log_.warn("{}: {}: {}; leader epochs are learned anew", partition_, path.string(),
                  parsed.error().message);
        return {};
    }
    epochs_ = std::move(*parsed);
    return {};
}

/// The newest snapshot at or before `end`, and what the log says from there up to `end`.
Result<void> Log::load_producers(Offset end) {
    TRY_ASSIGN(const auto entries, disk_.list(folder_));
    std::set<Offset> snapshots;
    for (const auto& entry : entries) {
        const auto offset = offset_of_file(entry.name, snapshot_suffix);
        if (offset && *offset <= end) {
            snapshots.insert(*offset);
        }
    }
    Offset from = segments_.begin()->first;
    producers_.clear();
    while (!snapshots.empty()) {
        const Offset newest = *snapshots.rbegin();
        const auto path = folder_ / file_name(newest, snapshot_suffix);
        TRY_ASSIGN(const auto text, disk_.read_text(path));
        auto read = wire::read_producer_snapshot(as_bytes(text));
        if (read) {
            producers_.restore(*read, newest);
            from = std::max(from, newest);
            break;
        }
        log_.warn("{}: {}: {}; it is removed and the one before it used", partition_, path.string(),
                  read.error().message);
        TRY(disk_.remove(path));
        snapshots.erase(newest);
    }
    for (auto at = segment_holding(from); at != segments_.end() && at->first < end; ++at) {
        TRY(replay_producers(*at->second, from));
    }
    return {};
}

Result<void> Log::replay_producers(Segment& segment, Offset from) {
    if (segment.next_offset() <= from) {
        return {};
    }
    TRY_ASSIGN(const auto position, segment.position_of(from));
    Result<void> failed;
    TRY(segment.scan(position, [&](const ScannedBatch& batch) {
        if (!batch.header.has_producer() || batch.header.base_offset() < from) {
            return true;
        }
        ByteBuffer bytes;
        bytes.resize(batch.size);
        failed = segment.read(batch.position, bytes.mutable_view());
        if (!failed) {
            return false;
        }
        const wire::BatchView view(bytes.view());
        auto end = read_transaction_end(view);
        if (!end) {
            failed = fail(std::move(end));
            return false;
        }
        producers_.apply(view, *end);
        return true;
    }));
    return failed;
}

}  // namespace barnabas::log

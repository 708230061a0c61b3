// The part of a segment that is about its files: checking, rebuilding, closing, removing.
#include "base/invariant.h"
#include "log/file_names.h"
#include "log/segment.h"

#include <utility>

namespace barnabas::log {

Result<void> Segment::load(std::optional<Offset> end) {
    for (const auto* index : {&offset_index_.file(), &time_index_.file()}) {
        if (size_ > 0 && !index->is_there()) {
            return fail(ErrorCode::corrupt_message, "{} is missing", index->path().string());
        }
    }
    TRY_ASSIGN(const auto last, offset_index_.check(size_));
    TRY_ASSIGN(const auto newest, time_index_.last());
    // Whatever closed a segment in order left its largest timestamp in the index.
    const bool believable = size_ == 0 || (newest && (!last || last->offset < end.value_or(base_)));
    if (end && believable) {
        next_offset_ = *end;
        max_timestamp_ = newest.value_or(TimestampOffset{no_timestamp, no_offset});
        bytes_since_index_ = size_ - (last ? last->position : 0);
        end_proven_ = false;
    } else {
        TRY(load_state(last, newest));
        if (end && !newest && max_timestamp_.timestamp.get() >= 0) {
            return fail(ErrorCode::corrupt_message, "{} does not tell of timestamp {}",
                        time_index_.file().path().string(), max_timestamp_.timestamp);
        }
    }
    bool zeros = false;
    if (newest == TimestampOffset{.timestamp = Timestamp{0}, .offset = base_}) {
        TRY(scan(0, [&zeros](const ScannedBatch& first) {
            zeros = first.header.max_timestamp() != Timestamp{0};
            return false;
        }));
    }
    TRY(zeros ? fail(ErrorCode::corrupt_message, "{} is zeros", time_index_.file().path().string())
              : time_index_.check(newest, next_offset_));
    TRY(txn_index_.file().is_there() ? txn_index_.all()
                                     : Result<std::vector<AbortedTransaction>>());
    return {};
}

/// The indexes of a segment that was written to were perhaps not synced, and the last entries were
/// perhaps not even written: as much of them is kept as can be, and what is missing is added from
/// the batches' headers.
Result<bool> Segment::keep_until(Offset trusted) {
    kept_ = 0;
    if (trusted <= base_ || size_ == 0) {
        return false;
    }
    TRY_ASSIGN(const auto last, offset_index_.keep_sound(trusted, size_));
    TRY_ASSIGN(const auto newest, time_index_.keep_sound(trusted));
    TRY_ASSIGN(const auto floor, proven(last));
    TRY(txn_index_.keep_sound(trusted));
    if (floor != last) {
        return false;
    }
    // Timestamps behind the time index's last entry are in the batches alone.
    TRY_ASSIGN(const auto entry, newest ? offset_index_.floor_by_offset(newest->offset)
                                        : Result<std::optional<OffsetPosition>>());
    TRY_ASSIGN(const auto from, proven(entry));
    max_timestamp_ = newest.value_or(TimestampOffset{no_timestamp, no_offset});
    TRY_ASSIGN(const auto kept, index_kept(last, from ? from->position : 0, trusted));
    // The recovery point may be that of before a cut: then indexes may tell of what is not there.
    TRY_ASSIGN(const auto aborted, txn_index_.all());
    const bool beyond = (newest && newest->offset >= next_offset_) ||
                        (!aborted.empty() && aborted.back().last_offset >= next_offset_);
    kept_ = beyond ? 0 : kept.value_or(0);
    return kept.has_value() && !beyond;
}

/// Goes over the headers of the batches that end before `trusted`, from `from` on, and indexes
/// those that the index, whose last entry is `last`, does not reach. Where the first other batch
/// begins; nothing if what must be there is not, or contradicts the time index.
Result<std::optional<std::uint32_t>> Segment::index_kept(const std::optional<OffsetPosition>& last,
                                                         std::uint32_t from, Offset trusted) {
    const auto indexed = last ? last->position : 0;
    const auto newest = max_timestamp_;  // of the time index: a crash may have torn the entry
    Offset next = base_;
    bytes_since_index_ = 0;
    recent_next_ = 0;
    bool stopped = false;  // by a batch that is not to be kept
    Result<void> failed;
    const auto keep = [&](const ScannedBatch& batch) {
        const auto kept = check_kept(batch.header, next);
        stopped = kept && *kept >= trusted;
        if (!kept || stopped) {
            return false;
        }
        const TimestampOffset largest{batch.header.max_timestamp(), *kept};
        const bool newer = largest.timestamp > max_timestamp_.timestamp;
        const bool is_newest =
            batch.header.base_offset() <= newest.offset && newest.offset <= *kept;
        if ((newer && *kept <= newest.offset) ||
            (is_newest && largest.timestamp != newest.timestamp)) {
            return false;
        }
        next = *kept + 1;
        if (!last || *kept > last->offset) {
            failed = index_batch(*kept, batch.position, batch.size, largest);
        } else {
            max_timestamp_ = newer ? largest : max_timestamp_;
            bytes_since_index_ += batch.position >= indexed ? batch.size : 0;
            failed = index_time_again(*kept);
        }
        return failed.has_value();
    };
    TRY_ASSIGN(const auto end, scan(from, keep));
    TRY(std::move(failed));
    if ((end != size_ && !stopped) || end < indexed) {
        return std::optional<std::uint32_t>();
    }
    next_offset_ = next;
    return std::optional(end);
}

Result<std::uint32_t> Segment::rebuild(
    const std::function<Result<void>(const ScannedBatch&, wire::BatchView)>& each) {
    if (kept_ == 0) {
        offset_index_.reset();
        time_index_.file().reset_after_crash();
        txn_index_.reset();
        next_offset_ = base_;
        max_timestamp_ = {no_timestamp, no_offset};
        bytes_since_index_ = 0;
    }
    first_timestamp_.reset();
    recent_next_ = 0;
    last_floor_.reset();
    end_proven_ = true;
    rebuilt_ = true;
    ByteBuffer whole;
    Result<void> failed;
    const auto keep = [&](const ScannedBatch& batch) -> bool {
        whole.resize(batch.size);
        failed = read(batch.position, whole.mutable_view());
        const wire::BatchView view(whole.view());
        if (!failed || !view.ensure_valid()) {
            return false;
        }
        const auto last = check_kept(view, next_offset_);
        if (!last) {
            return false;
        }
        failed = each(batch, view);
        if (!failed) {
            return false;
        }
        next_offset_ = *last + 1;
        failed = index_batch(*last, batch.position, batch.size, {view.max_timestamp(), *last});
        return failed.has_value();
    };
    TRY_ASSIGN(const auto end, scan(std::exchange(kept_, 0), keep));
    TRY(std::move(failed));
    const auto cut = size_ - end;
    if (cut > 0) {
        TRY_ASSIGN(const auto file, this->file());
        TRY(file->truncate(end));
        size_ = end;
    }
    return cut;
}

/// The time index may have lost what the offset index kept. Whoever cuts the segment looks at the
/// batches behind the offset index's last entry alone: those before it are in the time index, as
/// far as they had the largest timestamp.
Result<void> Segment::index_time_again(Offset last) {
    TRY_ASSIGN(const auto entry, offset_index_.floor_by_offset(last));
    return entry && entry->offset == last ? time_index_.maybe_append(max_timestamp_)
                                          : Result<void>();
}

Result<bool> Segment::reserve(std::uint32_t bytes) {
    INVARIANT(may_reserve(), "{} has {} bytes", log_path_.string(), size_);
    room_taken_ = true;  // or it could not be: that is said once
    TRY_ASSIGN(const auto space, disk_.space(log_path_.parent_path()));
    if (space.total > 0 && space.free / 2 < bytes) {
        return fail(ErrorCode::kafka_storage_error,
                    "{} bytes are free, which is less than twice that", space.free);
    }
    TRY_ASSIGN(const auto file, this->file());
    return file->reserve(bytes);
}

/// Setting the size that it has takes away what is reserved behind it. Retention goes by the file's
/// date where records have none.
void Segment::give_room_back() {
    if (!std::exchange(room_taken_, false)) {
        return;
    }
    const auto cut = [this]() -> Result<void> {
        TRY_ASSIGN(const auto dated, modified());
        TRY_ASSIGN(const auto file, this->file());
        TRY(file->truncate(size_));
        return set_modified(dated);
    };
    ignore(cut(), "the records are there; the room is lost until the segment is removed");
}

Result<void> Segment::seal() {
    give_room_back();
    TRY(time_index_.maybe_append(max_timestamp_));
    TRY(offset_index_.file().rest());
    TRY(time_index_.file().rest());
    TRY(txn_index_.rest());
    rebuilt_ = false;  // what seals it syncs them
    return {};
}

Result<void> Segment::give_room() {
    give_room_back();
    rebuilt_ = true;  // they are to be written, should it stay
    TRY(offset_index_.file().give_room());
    return time_index_.file().give_room();
}

Result<std::vector<std::shared_ptr<runtime::File>>> Segment::take_unsynced_indexes() {
    std::vector<std::shared_ptr<runtime::File>> files;
    for (auto* index : index_files_) {
        TRY_ASSIGN(auto file, index->take_unsynced());
        if (file) {
            files.push_back(std::move(file));
        }
    }
    return files;
}

void Segment::lend_index_entries(PlannedWrites& writes) {
    for (auto* index : {&offset_index_.file(), &time_index_.file()}) {
        if (auto entries = index->lend_unwritten()) {
            lent_indexes_.push_back(index);
            writes.add(std::move(*entries));
        }
    }
}

void Segment::index_entries_written(const std::vector<bool>& done) {
    const auto lent = std::exchange(lent_indexes_, {});
    for (std::size_t i = 0; i < lent.size(); ++i) {
        lent[i]->wrote(i < done.size() && done[i]);
    }
}

bool Segment::make_index_files(PlannedWrites& writes) {
    if (std::exchange(has_index_files_, true)) {
        return false;
    }
    for (const auto* index : {&offset_index_.file(), &time_index_.file()}) {
        writes.add_empty(index->path());
    }
    return true;
}

Result<std::vector<std::shared_ptr<runtime::File>>> Segment::take_rebuilt_indexes() {
    std::vector<std::shared_ptr<runtime::File>> files;
    if (!rebuilt_) {
        return files;
    }
    for (auto* index : {&offset_index_.file(), &time_index_.file()}) {
        TRY(index->trim());
        TRY_ASSIGN(auto file, index->take_unsynced());
        if (file) {
            files.push_back(std::move(file));
        }
    }
    rebuilt_ = false;
    return files;
}

/// The log goes first: without it its indexes count for nothing, while recovery would believe a log
/// whose transaction index has gone. If it fails the files get their names back.
Result<void> Segment::mark_deleted() {
    const auto before = paths();
    for (std::size_t i = 0; i < before.size(); ++i) {
        const runtime::Path deleted = before[i].string() + std::string(deleted_suffix);
        if (auto renamed = rename_file(i, deleted); !renamed) {
            while (i-- > 0) {
                ignore(rename_file(i, before[i]), "it is known where it is");
            }
            return renamed;
        }
    }
    for (auto* index : index_files_) {
        index->discard();
    }
    file_.reset();
    return {};
}

void Segment::moved_to(const runtime::Path& folder) {
    log_path_ = folder / log_path_.filename();
    for (auto* index : index_files_) {
        index->renamed(folder / index->path().filename());
    }
}

Result<std::pair<std::size_t, std::size_t>> Segment::index_bytes() {
    TRY_ASSIGN(const auto offsets, offset_index_.file().count());
    TRY_ASSIGN(const auto times, time_index_.file().count());
    return std::pair(offsets * OffsetIndex::entry_size, times * TimeIndex::entry_size);
}

std::array<runtime::Path, 4> Segment::paths() const {
    return {log_path_, index_files_[0]->path(), index_files_[1]->path(), index_files_[2]->path()};
}

/// An index that is not there gets its new name too: the old one may soon be that of another
/// segment's file.
Result<void> Segment::rename_file(std::size_t which, const runtime::Path& path) {
    if (paths()[which] == path) {
        return {};  // an earlier attempt did it
    }
    if (which == 0) {
        TRY(disk_.rename(log_path_, path));
        log_path_ = path;
        return {};
    }
    auto& index = *index_files_[which - 1];
    TRY(disk_.exists(index.path()) ? disk_.rename(index.path(), path) : Result<void>());
    index.renamed(path);
    return {};
}

Result<void> Segment::rename(std::string_view suffix) {
    constexpr std::string_view kinds[] = {log_suffix, offset_index_suffix, time_index_suffix,
                                          txn_index_suffix};
    const auto rename_to = [&](std::size_t i) {
        return rename_file(i, log_path_.parent_path() / file_name(base_, kinds[i], suffix));
    };
    const bool log_first = suffix.empty();
    TRY(log_first ? rename_to(0) : Result<void>());
    is_fresh_ = is_fresh_ && !log_first;
    for (std::size_t i = 1; i < std::size(kinds); ++i) {
        TRY(rename_to(i));
    }
    return log_first ? Result<void>() : rename_to(0);
}

Result<void> Segment::remove_log() {
    return disk_.exists(log_path_) ? disk_.remove(log_path_) : Result<void>();
}

/// The log goes first: an index without one is removed when the log is opened. But not that of a
/// segment on its way in: its index without its log would be taken for that of the segment whose
/// place it was to take.
Result<void> Segment::remove() {
    TRY(is_fresh_ ? Result<void>() : remove_log());
    for (auto* index : index_files_) {
        index->discard();
        if (disk_.exists(index->path())) {
            TRY(disk_.remove(index->path()));
        }
    }
    return remove_log();
}

}  // namespace barnabas::log

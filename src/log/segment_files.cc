// The part of a segment that is about its files: checking, rebuilding, closing, removing.
#include "base/invariant.h"
#include "log/file_names.h"
#include "log/segment.h"

#include <utility>

namespace barnabas::log {

Result<void> Segment::load() {
    for (auto* index : {&offset_index_.file(), &time_index_.file()}) {
        if (size_ > 0 && !disk_.exists(index->path())) {
            return fail(ErrorCode::corrupt_message, "{} is missing", index->path().string());
        }
    }
    TRY(offset_index_.check(size_));
    TRY(load_state());
    TRY(time_index_.check(next_offset_));
    TRY(txn_index_.all());
    return {};
}

Result<std::uint32_t> Segment::rebuild(
    const std::function<Result<void>(const ScannedBatch&, wire::BatchView)>& each) {
    offset_index_.reset();
    time_index_.file().reset();
    TRY(txn_index_.clear());
    next_offset_ = base_;
    max_timestamp_ = {no_timestamp, no_offset};
    first_timestamp_.reset();
    bytes_since_index_ = 0;
    recent_next_ = 0;
    ByteBuffer whole;
    Result<void> failed;
    const auto keep = [&](const ScannedBatch& batch) -> bool {
        whole.resize(batch.size);
        failed = read(batch.position, whole.mutable_view());
        const wire::BatchView view(whole.view());
        if (!failed || !view.ensure_valid()) {
            return false;
        }
        const auto last = check_kept(view);
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
    TRY_ASSIGN(const auto end, scan(0, keep));
    TRY(std::move(failed));
    const auto cut = size_ - end;
    if (cut > 0) {
        TRY(file_->truncate(end));
        size_ = end;
    }
    return cut;
}

Result<void> Segment::seal() {
    TRY(time_index_.maybe_append(max_timestamp_));
    TRY(offset_index_.file().rest());
    TRY(time_index_.file().rest());
    return txn_index_.write_out();
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

Result<void> Segment::mark_deleted() {
    const auto renamed = [](const runtime::Path& path) {
        return runtime::Path(path.string() + std::string(deleted_suffix));
    };
    for (auto* index : index_files_) {
        index->discard();
        const auto path = index->path();
        TRY(disk_.exists(path) ? disk_.rename(path, renamed(path)) : Result<void>());
        // Also where there is none: the name may soon be that of another segment's file.
        index->renamed(renamed(path));
    }
    TRY(disk_.rename(log_path_, renamed(log_path_)));
    log_path_ = renamed(log_path_);
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

Result<void> Segment::rename_log(std::string_view suffix) {
    auto path = log_path_.parent_path() / file_name(base_, log_suffix, suffix);
    TRY(disk_.rename(log_path_, path));
    log_path_ = std::move(path);
    return {};
}

Result<void> Segment::rename_indexes(std::string_view suffix) {
    constexpr std::string_view kinds[] = {offset_index_suffix, time_index_suffix, txn_index_suffix};
    for (std::size_t i = 0; i < index_files_.size(); ++i) {
        auto* index = index_files_[i];
        auto path = log_path_.parent_path() / file_name(base_, kinds[i], suffix);
        if (disk_.exists(index->path())) {
            TRY(disk_.rename(index->path(), path));
        }
        index->renamed(std::move(path));
    }
    return {};
}

Result<void> Segment::rename(std::string_view suffix) {
    if (suffix.empty()) {
        TRY(rename_log(suffix));
        is_fresh_ = false;
        return rename_indexes(suffix);
    }
    TRY(rename_indexes(suffix));
    return rename_log(suffix);
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

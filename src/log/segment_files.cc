// The part of a segment that is about its files: checking, rebuilding, closing, removing.
#include "base/invariant.h"
#include "log/file_names.h"
#include "log/segment.h"

#include <utility>

namespace barnabas::log {

Result<void> Segment::load() {
    TRY(offset_index_.check(size_));
    TRY(time_index_.check());
    return load_state();
}

Result<std::uint32_t> Segment::rebuild(
    const std::function<Result<void>(const ScannedBatch&, wire::BatchView)>& each) {
    offset_index_.file().reset();
    time_index_.file().reset();
    TRY(txn_index_.clear());
    next_offset_ = base_;
    max_timestamp_ = {no_timestamp, no_offset};
    rolls_from_.reset();
    bytes_since_index_ = 0;
    recent_next_ = 0;
    ByteBuffer whole;
    Result<void> failed;
    const auto keep = [&](const ScannedBatch& batch) -> bool {
        whole.resize(batch.size);
        failed = read(batch.position, whole.mutable_view());
        const wire::BatchView view(whole.view());
        if (!failed || !view.ensure_valid() || view.last_offset() < next_offset_) {
            return false;
        }
        failed = each(batch, view);
        if (!failed) {
            return false;
        }
        if (!rolls_from_ && view.max_timestamp().get() >= 0) {
            rolls_from_ = view.max_timestamp();
        }
        next_offset_ = view.next_offset();
        failed = index_batch(view.last_offset(), batch.position, batch.size,
                             {view.max_timestamp(), view.last_offset()});
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
    return close();
}

Result<void> Segment::close() {
    TRY(offset_index_.file().unload());
    TRY(time_index_.file().unload());
    return txn_index_.write_out();
}

Result<void> Segment::sync() {
    TRY(file_->sync());
    TRY(offset_index_.file().sync());
    TRY(time_index_.file().sync());
    return txn_index_.sync();
}

Result<void> Segment::for_each_file(const std::function<Result<void>(const runtime::Path&)>& act) {
    for (const auto* path :
         {&paths_.log, &paths_.offset_index, &paths_.time_index, &paths_.txn_index}) {
        if (disk_.exists(*path)) {
            TRY(act(*path));
        }
    }
    return {};
}

Result<void> Segment::mark_deleted() {
    TRY(close());
    TRY(for_each_file([this](const runtime::Path& path) {
        return disk_.rename(path, runtime::Path(path.string() + std::string(deleted_suffix)));
    }));
    for (auto* path : {&paths_.log, &paths_.offset_index, &paths_.time_index, &paths_.txn_index}) {
        *path += deleted_suffix;
    }
    return {};
}

Result<void> Segment::remove() {
    return for_each_file([this](const runtime::Path& path) { return disk_.remove(path); });
}

}  // namespace barnabas::log

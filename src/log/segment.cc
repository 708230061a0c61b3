#include "log/segment.h"

#include "base/invariant.h"
#include "log/file_names.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace barnabas::log {
namespace {

constexpr std::size_t scan_window = 8192;
constexpr std::size_t header_size = wire::batch_layout::records_at;

/// Reads a segment's bytes through a window, so that small batches share one system call.
class Window {
public:
    Window(const runtime::File& file, std::uint32_t end) : file_(file), end_(end) {}

    /// Whether at() reads nothing.
    [[nodiscard]] bool holds(std::uint32_t position, std::size_t wanted) const {
        const auto available = std::min<std::size_t>(wanted, end_ - position);
        return position >= begin_ && position + available <= begin_ + filled_;
    }
    /// Up to `wanted` bytes from `position`; fewer only at the end.
    Result<ByteView> at(std::uint32_t position, std::size_t wanted) {
        const auto available = std::min<std::size_t>(wanted, end_ - position);
        if (!holds(position, wanted)) {
            begin_ = position;
            const auto size = std::min<std::size_t>(bytes_.size(), end_ - position);
            TRY_ASSIGN(filled_, file_.read_at(position, MutableByteView(bytes_).first(size)));
        }
        const auto skip = position - begin_;
        return ByteView(bytes_).subspan(skip, std::min(available, filled_ - skip));
    }

private:
    const runtime::File& file_;
    std::uint32_t end_;
    std::uint32_t begin_ = 0;
    std::size_t filled_ = 0;
    std::array<std::byte, scan_window> bytes_;
};

}  // namespace

Segment::Segment(runtime::Disk& disk, const runtime::Path& folder, Offset base,
                 const LogConfig& config, std::string_view suffix)
    : disk_(disk),
      log_path_(folder / file_name(base, log_suffix, suffix)),
      is_fresh_(!suffix.empty()),
      base_(base),
      index_interval_(config.index_interval_bytes),
      offset_index_(disk, folder / file_name(base, offset_index_suffix, suffix), base,
                    config.segment_index_bytes),
      time_index_(disk, folder / file_name(base, time_index_suffix, suffix), base,
                  config.segment_index_bytes),
      txn_index_(disk, folder / file_name(base, txn_index_suffix, suffix)),
      index_files_{&offset_index_.file(), &time_index_.file(), &txn_index_.file()},
      next_offset_(base) {}

Result<std::unique_ptr<Segment>> Segment::create(runtime::Disk& disk, const runtime::Path& folder,
                                                 Offset base, const LogConfig& config, Now now,
                                                 std::string_view suffix) {
    auto segment = std::unique_ptr<Segment>(new Segment(disk, folder, base, config, suffix));
    TRY_ASSIGN(segment->file_, disk.open(segment->log_path_, runtime::OpenMode::create_or_open));
    TRY_ASSIGN(const auto left, segment->file_->size());
    if (left > 0) {
        TRY(segment->file_->truncate(0));
    }
    segment->last_file_ = segment->file_;
    segment->created_ = now.wall;
    for (auto* index : segment->index_files_) {
        index->reset();
    }
    return segment;
}

Result<std::unique_ptr<Segment>> Segment::open(runtime::Disk& disk, const runtime::Path& folder,
                                               const FoundSegment& found, const LogConfig& config) {
    auto segment = std::unique_ptr<Segment>(new Segment(disk, folder, found.base, config));
    if (found.size > std::numeric_limits<std::int32_t>::max()) {
        return fail(ErrorCode::corrupt_message, "{} has {} bytes; a segment has at most {}",
                    segment->log_path_.string(), found.size,
                    std::numeric_limits<std::int32_t>::max());
    }
    segment->size_ = static_cast<std::uint32_t>(found.size);
    segment->created_ = found.modified;
    segment->append_may_wait_ = true;
    segment->room_taken_ = config.preallocate && found.size > 0;
    segment->offset_index_.file().listed(found.offset_index);
    segment->time_index_.file().listed(found.time_index);
    segment->txn_index_.file().listed(found.txn_index);
    return segment;
}

Result<std::unique_ptr<Segment>> Segment::open(runtime::Disk& disk, const runtime::Path& folder,
                                               Offset base, const LogConfig& config) {
    auto segment = std::unique_ptr<Segment>(new Segment(disk, folder, base, config));
    TRY_ASSIGN(const auto file, segment->file());
    TRY_ASSIGN(const auto size, file->size());
    TRY_ASSIGN(const auto modified, segment->modified());
    const auto size_of = [&disk](const IndexFile& index) -> Result<std::optional<std::uint64_t>> {
        if (!disk.exists(index.path())) {
            return std::optional<std::uint64_t>();
        }
        TRY_ASSIGN(const auto there, disk.open(index.path(), runtime::OpenMode::read));
        TRY_ASSIGN(const auto bytes, there->size());
        return std::optional(bytes);
    };
    FoundSegment found{.base = base, .size = size, .modified = modified};
    TRY_ASSIGN(found.offset_index, size_of(segment->offset_index_.file()));
    TRY_ASSIGN(found.time_index, size_of(segment->time_index_.file()));
    TRY_ASSIGN(found.txn_index, size_of(segment->txn_index_.file()));
    return open(disk, folder, found, config);
}

/// A disk that takes no writes any more can still be read.
Result<std::shared_ptr<runtime::File>> Segment::file() {
    file_used_ = true;
    if (!file_) {
        file_ = last_file_.lock();
    }
    if (!file_) {
        auto opened = disk_.open(log_path_, runtime::OpenMode::read_write);
        if (!opened) {
            opened = disk_.open(log_path_, runtime::OpenMode::read);
        }
        TRY_ASSIGN(file_, std::move(opened));
        last_file_ = file_;
    }
    return file_;
}

Result<Timestamp> Segment::modified() const {
    TRY_ASSIGN(const auto modified, disk_.modified_at(log_path_));
    return Timestamp{modified};
}

Result<void> Segment::set_modified(Timestamp when) {
    return disk_.set_modified(log_path_, when.get());
}

bool Segment::can_hold(Offset last) const {
    return last - base_ <= std::numeric_limits<std::int32_t>::max();
}

Result<void> Segment::prepare_append() {
    TRY(offset_index_.file().grow());
    TRY(time_index_.file().grow());
    TRY(prove_end());
    TRY(file());
    return {};
}

Result<void> Segment::append(ByteView batches, Offset last, TimestampOffset largest) {
    TRY(prepare_append());
    if (auto written = file_->write_at(size_, batches); !written) {
        ignore(file_->truncate(size_), "the write's error is the one to report");
        return written;
    }
    offset_index_.file().set_writes_itself(true);
    time_index_.file().set_writes_itself(true);
    note_append(static_cast<std::uint32_t>(batches.size()), last, largest);
    return {};
}

void Segment::appended(std::uint32_t size, Offset last, TimestampOffset largest) {
    offset_index_.file().set_writes_itself(false);
    time_index_.file().set_writes_itself(false);
    note_append(size, last, largest);
}

void Segment::note_append(std::uint32_t size, Offset last, TimestampOffset largest) {
    INVARIANT(last >= next_offset_, "offset {} behind {}", last, next_offset_);
    INVARIANT(can_hold(last), "offset {} in the segment of {}", last, base_);
    const auto position = size_;
    if (position == 0) {
        first_timestamp_ = largest.timestamp;
    }
    const Offset first = next_offset_;
    size_ += size;
    next_offset_ = last + 1;
    append_may_wait_ = false;
    remember(first, position);
    const auto indexed = index_batch(last, position, size, largest);
    INVARIANT(indexed, "an index that grows takes an entry: {}", indexed.error().message);
}

Result<void> Segment::append(ByteView bytes, std::span<const BatchPlace> batches) {
    INVARIANT(can_hold(batches.back().last), "offset {} in the segment of {}", batches.back().last,
              base_);
    TRY(prepare_append());
    if (auto written = file_->write_at(size_, bytes); !written) {
        ignore(file_->truncate(size_), "the write's error is the one to report");
        return written;
    }
    const auto end = size_ + bytes.size();
    for (const auto& batch : batches) {
        INVARIANT(batch.last >= next_offset_, "offset {} behind {}", batch.last, next_offset_);
        const auto indexed = index_batch(batch.last, size_, batch.size, batch.largest);
        INVARIANT(indexed, "an index that grows takes an entry: {}", indexed.error().message);
        size_ += batch.size;
        next_offset_ = batch.last + 1;
    }
    INVARIANT(size_ == end, "batches of {} bytes, {} were written", size_, end);
    append_may_wait_ = false;
    first_timestamp_.reset();
    recent_next_ = 0;
    return {};
}

Result<void> Segment::index_batch(Offset last, std::uint32_t position, std::uint32_t size,
                                  TimestampOffset largest) {
    if (largest.timestamp > max_timestamp_.timestamp) {
        max_timestamp_ = largest;
    }
    if (bytes_since_index_ > index_interval_) {
        offset_index_.append({.offset = last, .position = position});
        TRY(time_index_.maybe_append(max_timestamp_));
        bytes_since_index_ = 0;
    }
    bytes_since_index_ += size;
    return {};
}

void Segment::remember(Offset base, std::uint32_t position) {
    recent_[recent_next_ % recent_count] = {.base = base, .position = position};
    ++recent_next_;
}

std::optional<std::uint32_t> Segment::recent_position(Offset offset) const {
    if (offset >= next_offset_) {
        return size_;
    }
    for (std::size_t i = 0; i < std::min(recent_next_, recent_count); ++i) {
        const auto& recent = recent_[(recent_next_ - 1 - i) % recent_count];
        if (recent.base <= offset) {
            return recent.position;
        }
    }
    return std::nullopt;
}

Result<std::uint32_t> Segment::position_of(Offset offset) {
    if (const auto recent = recent_position(offset)) {
        return *recent;
    }
    TRY_ASSIGN(const auto entry, floor_of(offset));
    TRY_ASSIGN(const auto floor, proven(entry));
    std::optional<std::uint32_t> found;
    TRY_ASSIGN(const auto end, scan(floor ? floor->position : 0, [&](const ScannedBatch& batch) {
                   if (batch.header.last_offset() >= offset) {
                       found = batch.position;
                   }
                   return !found;
               }));
    if (!found && end != size_) {
        return fail(ErrorCode::corrupt_message, "{}: no whole batch at {} of {}",
                    log_path_.string(), end, size_);
    }
    return found ? *found : end;
}

Result<std::optional<OffsetPosition>> Segment::floor_of(Offset offset) {
    if (!last_floor_ || last_floor_->first != offset) {
        TRY_ASSIGN(const auto entry, offset_index_.floor_by_offset(offset));
        last_floor_.emplace(offset, entry);
    }
    return last_floor_->second;
}

/// The index first, and then in one question what is looked at to find the batch, the bytes
/// themselves, and what is looked at to find where the last whole batch ends.
Result<std::optional<ColdPart>> Segment::cold(Offset offset, std::uint32_t bytes) {
    const auto recent = recent_position(offset);
    if (recent && bytes == 0) {
        return std::optional<ColdPart>();  // it is known without a look
    }
    if (!recent || size_ - *recent > bytes) {
        TRY_ASSIGN(auto index, offset_index_.file().cold());
        if (index) {
            return index;
        }
    }
    std::uint32_t from = recent.value_or(0);
    if (!recent) {
        TRY_ASSIGN(const auto floor, floor_of(offset));
        from = floor ? floor->position : 0;
    }
    from = std::min(from, size_);
    const auto slack = std::uint64_t{scan_window} + (recent ? 0 : index_interval_);
    const auto end = from + std::min<std::uint64_t>(size_ - from, bytes + slack);
    checked_ = {};
    return cold_between(from, static_cast<std::uint32_t>(end));
}

Result<std::optional<ColdPart>> Segment::cold_between(std::uint32_t from, std::uint32_t end) {
    if (from == end || (checked_.first <= from && end <= checked_.second)) {
        return std::optional<ColdPart>();
    }
    if (file_ || file_asked_) {
        TRY_ASSIGN(const auto file, this->file());
        if (file->in_memory(from, end - from)) {
            checked_ = {from, end};
            return std::optional<ColdPart>();
        }
    }
    file_asked_ = true;
    return std::optional(
        ColdPart{.disk = &disk_, .path = log_path_, .position = from, .size = end - from});
}

/// The indexes, which are read whole when they begin to grow; the batches that prove the end; the
/// first one, which tells when to roll. Where all of that is known, the page that the write goes on
/// with: the system reads it first.
Result<std::optional<ColdPart>> Segment::cold_append() {
    for (auto* index : index_files_) {  // that of transactions for a marker
        TRY_ASSIGN(auto cold, index->cold());
        if (cold) {
            return cold;
        }
    }
    std::uint32_t from = size_ - std::min(size_, 1U);
    if (!end_proven_) {
        TRY_ASSIGN(const auto last, offset_index_.last());
        TRY_ASSIGN(const auto newest, time_index_.last());
        from = std::min(from, last && newest ? last->position : 0);
    }
    checked_ = {};
    TRY_ASSIGN(auto cold, cold_between(from, size_));
    return cold ? Result<std::optional<ColdPart>>(std::move(cold)) : cold_head();
}

Result<std::optional<ColdPart>> Segment::cold_head() {
    return first_timestamp_ ? Result<std::optional<ColdPart>>(std::nullopt)
                            : cold_between(0, std::min(size_, std::uint32_t{scan_window}));
}

void Segment::close_idle() {
    if (!std::exchange(file_used_, false)) {
        file_.reset();
        file_asked_ = false;
        append_may_wait_ = true;  // who opens it may wait, and its pages may leave memory
        checked_ = {};
    }
    for (auto* index : index_files_) {
        index->close_idle();
    }
}

/// An entry may stand for several batches, which a Kafka follower appended at once: then its offset
/// is the last of them all, its position that of the first.
Result<std::optional<OffsetPosition>> Segment::proven(std::optional<OffsetPosition> entry) {
    if (!entry || entry->position >= size_) {
        return std::optional<OffsetPosition>();
    }
    std::array<std::byte, header_size> bytes;
    TRY_ASSIGN(const auto file, this->file());
    TRY_ASSIGN(const auto filled, file->read_at(entry->position, MutableByteView(bytes)));
    const auto head = ByteView(bytes).first(filled);
    const auto size = wire::next_batch_size(head);
    if (!size || !*size || **size > size_ - entry->position) {
        return std::optional<OffsetPosition>();
    }
    const wire::BatchView batch(head.first(std::min(head.size(), **size)));
    const bool sound = batch.base_offset() >= base_ && batch.base_offset() <= batch.last_offset() &&
                       batch.last_offset() <= entry->offset;
    return sound ? entry : std::nullopt;
}

Result<std::uint32_t> Segment::whole_batches_end(std::uint32_t from, std::uint32_t max_bytes,
                                                 std::uint32_t end, bool at_least_one) {
    INVARIANT(from <= end && end <= size_, "[{}, {}) of {}", from, end, size_);
    if (end - from <= max_bytes) {
        return end;
    }
    // An index entry stands at a batch's beginning, which is where the batch before it ends.
    const auto limit = from + max_bytes;
    TRY_ASSIGN(const auto entry, offset_index_.floor_by_position(limit));
    TRY_ASSIGN(const auto floor, proven(entry));
    auto whole = floor && floor->position > from ? floor->position : from;
    bool first = whole == from;
    TRY(scan(whole, [&](const ScannedBatch& batch) {
        const auto behind = batch.position + batch.size;
        const bool fits = behind <= limit || (first && at_least_one);
        if (fits) {
            whole = behind;
        }
        first = false;
        return fits && whole < limit;
    }));
    return whole;
}

Result<runtime::FileSlice> Segment::slice(std::uint32_t from, std::uint32_t end) {
    INVARIANT(from <= end && end <= size_, "[{}, {}) of {}", from, end, size_);
    TRY_ASSIGN(auto file, this->file());
    return runtime::FileSlice{.file = std::move(file), .position = from, .size = end - from};
}

Result<std::uint32_t> Segment::scan(std::uint32_t from,
                                    const std::function<bool(const ScannedBatch&)>& each,
                                    std::optional<ColdPart>* cold) {
    if (from == size_) {
        return from;
    }
    if (cold != nullptr) {
        TRY_ASSIGN(*cold, cold_ahead(from));
        if (*cold) {
            return from;
        }
    }
    TRY_ASSIGN(const auto file, this->file());
    Window window(*file, size_);
    std::uint32_t position = from;
    while (position < size_) {
        if (cold != nullptr && !window.holds(position, header_size)) {
            TRY_ASSIGN(*cold, cold_ahead(position));
            if (*cold) {
                break;
            }
        }
        TRY_ASSIGN(const auto head, window.at(position, header_size));
        const auto size = wire::next_batch_size(head);
        if (!size || !*size || **size > size_ - position) {
            break;
        }
        const auto whole = static_cast<std::uint32_t>(**size);
        INVARIANT(whole > 0, "a batch of no bytes at {}", position);
        const ScannedBatch batch{
            .header = wire::BatchView(head.first(std::min<std::size_t>(head.size(), whole))),
            .position = position,
            .size = whole};
        if (!each(batch)) {
            break;
        }
        position += whole;
    }
    return position;
}

/// What the next window would have to wait for, with some of what a scan comes to then.
Result<std::optional<ColdPart>> Segment::cold_ahead(std::uint32_t position) {
    constexpr std::uint64_t ahead = 1 << 20;
    const std::uint64_t left = size_ - position;
    const auto window = static_cast<std::uint32_t>(std::min<std::uint64_t>(scan_window, left));
    TRY_ASSIGN(auto cold, cold_between(position, position + window));
    if (cold) {
        cold->size = std::min(ahead, left);
    }
    return cold;
}

Result<void> Segment::read(std::uint32_t position, MutableByteView into) {
    TRY_ASSIGN(const auto file, this->file());
    TRY_ASSIGN(const auto got, file->read_at(position, into));
    if (got != into.size()) {
        return fail(ErrorCode::kafka_storage_error, "{} ends {} bytes before position {}",
                    log_path_.string(), into.size() - got, position + into.size());
    }
    return {};
}

Result<std::uint32_t> Segment::search_from(Timestamp timestamp) {
    TRY_ASSIGN(const auto floor, time_index_.floor(timestamp - 1));
    return floor ? position_of(floor->offset) : Result<std::uint32_t>(0U);
}

Result<std::optional<ColdPart>> Segment::cold_search(Timestamp timestamp) {
    TRY_ASSIGN(auto index, time_index_.file().cold());
    if (index) {
        return index;
    }
    TRY_ASSIGN(const auto floor, time_index_.floor(timestamp - 1));
    return floor ? cold(floor->offset, 1) : std::optional<ColdPart>();
}

/// The file goes first: indexes that say too little are as good as they are.
Result<void> Segment::truncate_to(Offset offset) {
    if (offset >= next_offset_) {
        return {};
    }
    TRY_ASSIGN(const auto position, position_of(offset));
    TRY_ASSIGN(const auto file, this->file());
    TRY(file->truncate(position));
    size_ = position;
    recent_next_ = 0;
    last_floor_.reset();
    first_timestamp_.reset();
    TRY(offset_index_.truncate_to(offset));
    TRY(time_index_.truncate_to(offset));
    TRY(txn_index_.truncate_to(offset));
    TRY_ASSIGN(const auto last, offset_index_.last());
    TRY_ASSIGN(const auto newest, time_index_.last());
    return load_state(last, newest);
}

Result<std::optional<Timestamp>> Segment::rolls_from() {
    if (!first_timestamp_ && size_ > 0) {
        TRY(scan(0, [this](const ScannedBatch& batch) {
            first_timestamp_ = batch.header.max_timestamp();
            return false;
        }));
    }
    return first_timestamp_ && first_timestamp_->get() >= 0 ? first_timestamp_ : std::nullopt;
}

/// What is not on disk as such: the next offset and the largest timestamp, from the indexes' last
/// entries on.
Result<void> Segment::load_state(const std::optional<OffsetPosition>& last,
                                 const std::optional<TimestampOffset>& newest) {
    next_offset_ = base_;
    TRY_ASSIGN(const auto end, find_end(last, newest));
    next_offset_ = end.next_offset;
    max_timestamp_ = end.max_timestamp;
    bytes_since_index_ = size_ - (last ? last->position : 0);
    recent_next_ = 0;
    end_proven_ = true;
    return {};
}

Result<Segment::End> Segment::find_end(const std::optional<OffsetPosition>& last,
                                       const std::optional<TimestampOffset>& newest) {
    End found{.next_offset = base_,
              .max_timestamp = newest.value_or(TimestampOffset{no_timestamp, no_offset})};
    bool indexed = !last;  // some batch from there on ends where the entry says
    bool newest_known = true;
    const auto from = last && newest ? last->position : 0;
    TRY_ASSIGN(const auto end, scan(from, [&](const ScannedBatch& batch) {
                   const auto kept = check_kept(batch.header, found.next_offset);
                   if (!kept) {
                       return false;
                   }
                   indexed = indexed || *kept == last->offset;
                   found.next_offset = *kept + 1;
                   if (batch.header.max_timestamp() > found.max_timestamp.timestamp) {
                       newest_known = newest_known && (!newest || *kept > newest->offset);
                       found.max_timestamp = {batch.header.max_timestamp(), *kept};
                   }
                   return true;
               }));
    if (!newest_known) {
        return fail(ErrorCode::corrupt_message,
                    "{}: a batch before offset {} has a larger timestamp than {}",
                    time_index_.file().path().string(), newest->offset, newest->timestamp);
    }
    if (end != size_) {
        return fail(ErrorCode::corrupt_message, "{}: no whole batch at {} of {}",
                    log_path_.string(), end, size_);
    }
    if (!indexed) {
        return fail(ErrorCode::corrupt_message, "{}: no batch at or behind {} ends with offset {}",
                    offset_index_.file().path().string(), last->position, last->offset);
    }
    return found;
}

Result<void> Segment::prove_end() {
    if (end_proven_) {
        return {};
    }
    TRY_ASSIGN(const auto last, offset_index_.last());
    TRY_ASSIGN(const auto newest, time_index_.last());
    const auto end = find_end(last, newest);
    if (!end || end->next_offset != next_offset_) {
        return fail(ErrorCode::kafka_storage_error,
                    "{} was changed since the orderly stop, when it ended at offset {}: {}; remove "
                    ".kafka_cleanshutdown after the next stop, and the start after it will check "
                    "the log",
                    log_path_.string(), next_offset_,
                    end ? fmt::format("it ends at {}", end->next_offset) : end.error().message);
    }
    end_proven_ = true;
    return {};
}

/// The last offset of a batch that may follow at `next`; corrupt_message if its offsets are
/// impossible there.
Result<Offset> Segment::check_kept(const wire::BatchView& batch, Offset next) const {
    const Offset last = batch.last_offset();
    if (last < next || last < batch.base_offset() || !can_hold(last)) {
        return fail(ErrorCode::corrupt_message, "{}: a batch of [{}, {}] behind {}",
                    log_path_.string(), batch.base_offset(), last, next);
    }
    return last;
}

}  // namespace barnabas::log

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

    /// Up to `wanted` bytes from `position`; fewer only at the end.
    Result<ByteView> at(std::uint32_t position, std::size_t wanted) {
        const auto available = std::min<std::size_t>(wanted, end_ - position);
        if (position < begin_ || position + available > begin_ + filled_) {
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

Segment::Paths Segment::Paths::of(const runtime::Path& folder, Offset base) {
    return {.log = folder / file_name(base, log_suffix),
            .offset_index = folder / file_name(base, offset_index_suffix),
            .time_index = folder / file_name(base, time_index_suffix),
            .txn_index = folder / file_name(base, txn_index_suffix)};
}

Segment::Segment(runtime::Disk& disk, const runtime::Path& folder, Offset base,
                 const LogConfig& config)
    : disk_(disk),
      paths_(Paths::of(folder, base)),
      base_(base),
      config_(config),
      offset_index_(disk, paths_.offset_index, base, config.segment_index_bytes),
      time_index_(disk, paths_.time_index, base, config.segment_index_bytes),
      txn_index_(disk, paths_.txn_index),
      next_offset_(base) {}

Result<std::unique_ptr<Segment>> Segment::create(runtime::Disk& disk, const runtime::Path& folder,
                                                 Offset base, const LogConfig& config, Now now) {
    auto segment = std::unique_ptr<Segment>(new Segment(disk, folder, base, config));
    TRY_ASSIGN(segment->file_, disk.open(segment->paths_.log, runtime::OpenMode::create_or_open));
    TRY(segment->file_->truncate(0));
    segment->created_ = now.wall;
    segment->offset_index_.file().reset();
    segment->time_index_.file().reset();
    return segment;
}

Result<std::unique_ptr<Segment>> Segment::open(runtime::Disk& disk, const runtime::Path& folder,
                                               Offset base, const LogConfig& config) {
    auto segment = std::unique_ptr<Segment>(new Segment(disk, folder, base, config));
    TRY_ASSIGN(segment->file_, disk.open(segment->paths_.log, runtime::OpenMode::read_write));
    TRY_ASSIGN(const auto size, segment->file_->size());
    if (size > std::numeric_limits<std::int32_t>::max()) {
        return fail(ErrorCode::corrupt_message, "{} has {} bytes; a segment has at most {}",
                    segment->paths_.log.string(), size, std::numeric_limits<std::int32_t>::max());
    }
    segment->size_ = static_cast<std::uint32_t>(size);
    TRY_ASSIGN(const auto created, disk.modified_at(segment->paths_.log));
    segment->created_ = Timestamp{created};
    return segment;
}

bool Segment::indexes_full() const {
    return const_cast<OffsetIndex&>(offset_index_).file().is_full() ||
           const_cast<TimeIndex&>(time_index_).file().is_full();
}

bool Segment::can_hold(Offset last) const {
    return last - base_ <= std::numeric_limits<std::int32_t>::max();
}

Result<void> Segment::append(ByteView batches, Offset last, TimestampOffset largest) {
    INVARIANT(last >= next_offset_, "offset {} behind {}", last, next_offset_);
    INVARIANT(can_hold(last), "offset {} in the segment of {}", last, base_);
    const auto position = size_;
    if (auto written = file_->write_at(position, batches); !written) {
        ignore(file_->truncate(position), "the write's error is the one to report");
        return written;
    }
    const auto size = static_cast<std::uint32_t>(batches.size());
    if (!rolls_from_ && largest.timestamp.get() >= 0) {
        rolls_from_ = largest.timestamp;
    }
    const Offset first = next_offset_;
    size_ += size;
    next_offset_ = last + 1;
    remember(first, position);
    return index_batch(last, position, size, largest);
}

Result<void> Segment::index_batch(Offset last, std::uint32_t position, std::uint32_t size,
                                  TimestampOffset largest) {
    if (largest.timestamp > max_timestamp_.timestamp) {
        max_timestamp_ = largest;
    }
    if (bytes_since_index_ > config_.index_interval_bytes) {
        TRY(offset_index_.append({.offset = last, .position = position}));
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
    TRY_ASSIGN(const auto floor, offset_index_.floor_by_offset(offset));
    std::optional<std::uint32_t> found;
    TRY_ASSIGN(const auto end, scan(floor ? floor->position : 0, [&](const ScannedBatch& batch) {
                   if (batch.header.last_offset() >= offset) {
                       found = batch.position;
                   }
                   return !found;
               }));
    return found ? *found : end;
}

Result<std::uint32_t> Segment::whole_batches_end(std::uint32_t from, std::uint32_t max_bytes,
                                                 std::uint32_t end, bool at_least_one) {
    INVARIANT(from <= end && end <= size_, "[{}, {}) of {}", from, end, size_);
    if (end - from <= max_bytes) {
        return end;
    }
    // An index entry stands at a batch's beginning, which is where the batch before it ends.
    const auto limit = from + max_bytes;
    TRY_ASSIGN(const auto floor, offset_index_.floor_by_position(limit));
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

runtime::FileSlice Segment::slice(std::uint32_t from, std::uint32_t end) const {
    INVARIANT(from <= end && end <= size_, "[{}, {}) of {}", from, end, size_);
    return {.file = file_, .position = from, .size = end - from};
}

Result<std::uint32_t> Segment::scan(std::uint32_t from,
                                    const std::function<bool(const ScannedBatch&)>& each) {
    Window window(*file_, size_);
    std::uint32_t position = from;
    while (position < size_) {
        TRY_ASSIGN(const auto head, window.at(position, header_size));
        const auto size = wire::next_batch_size(head);
        if (!size || !*size || **size > size_ - position) {
            break;
        }
        const auto whole = static_cast<std::uint32_t>(**size);
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

Result<void> Segment::read(std::uint32_t position, MutableByteView into) const {
    TRY_ASSIGN(const auto got, file_->read_at(position, into));
    if (got != into.size()) {
        return fail(ErrorCode::kafka_storage_error, "{} ends {} bytes before position {}",
                    paths_.log.string(), into.size() - got, position + into.size());
    }
    return {};
}

Result<std::uint32_t> Segment::search_from(Timestamp timestamp) {
    TRY_ASSIGN(const auto floor, time_index_.floor(timestamp - 1));
    return floor ? position_of(floor->offset) : Result<std::uint32_t>(0U);
}

Result<void> Segment::truncate_to(Offset offset) {
    if (offset >= next_offset_) {
        return {};
    }
    recent_next_ = 0;
    TRY_ASSIGN(const auto position, position_of(offset));
    TRY(offset_index_.truncate_to(offset));
    TRY(time_index_.truncate_to(offset));
    TRY(txn_index_.truncate_to(offset));
    TRY(file_->truncate(position));
    size_ = position;
    return load_state();
}

/// What is not on disk as such: the next offset and the largest timestamp, from the indexes' last
/// entries on.
Result<void> Segment::load_state() {
    TRY_ASSIGN(const auto last_time, time_index_.last());
    max_timestamp_ = last_time.value_or(TimestampOffset{no_timestamp, no_offset});
    TRY_ASSIGN(const auto floor,
               offset_index_.floor_by_position(std::numeric_limits<std::uint32_t>::max()));
    const auto from = floor ? floor->position : 0;
    next_offset_ = floor ? floor->offset + 1 : base_;
    bytes_since_index_ = size_ - from;
    recent_next_ = 0;
    TRY_ASSIGN(const auto end, scan(from, [&](const ScannedBatch& batch) {
                   next_offset_ = std::max(next_offset_, batch.header.next_offset());
                   if (batch.header.max_timestamp() > max_timestamp_.timestamp) {
                       max_timestamp_ = {batch.header.max_timestamp(), batch.header.last_offset()};
                   }
                   return true;
               }));
    if (end != size_) {
        return fail(ErrorCode::corrupt_message, "{}: no whole batch at {} of {}",
                    paths_.log.string(), end, size_);
    }
    rolls_from_.reset();
    TRY(scan(0, [&](const ScannedBatch& batch) {
        if (batch.header.max_timestamp().get() >= 0) {
            rolls_from_ = batch.header.max_timestamp();
        }
        return false;
    }));
    return {};
}

}  // namespace barnabas::log

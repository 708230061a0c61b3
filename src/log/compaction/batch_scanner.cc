#include "log/compaction/batch_scanner.h"

#include "base/invariant.h"

#include <algorithm>
#include <cstring>

namespace barnabas::log {

void BatchScanner::start(const SourceSegment& segment) {
    segment_ = &segment;
    if (buffer_.capacity() > buffer_bytes_) {
        buffer_ = ByteBuffer();
    }
    buffer_.clear();
    used_ = 0;
    position_ = 0;
    next_offset_ = segment.base;
}

/// Sees to it that `wanted` bytes are at hand, or as many as are left.
Result<void> BatchScanner::fill(std::size_t wanted) {
    const std::size_t have = buffer_.size() - used_;
    const std::size_t left = segment_->size - position_;
    wanted = std::min(wanted, left);
    if (have >= wanted) {
        return {};
    }
    const std::size_t target = std::min(std::max(wanted, buffer_bytes_), left);
    if (have > 0 && used_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + used_, have);
    }
    used_ = 0;
    buffer_.resize(have);  // what was moved; resize() may copy it once more to grow
    buffer_.resize(target);
    const auto into = buffer_.mutable_view().subspan(have);
    TRY_ASSIGN(const auto got, segment_->file->read_at(position_ + have, into));
    if (got != into.size()) {
        return fail(ErrorCode::kafka_storage_error, "a segment of {} bytes ends after {}",
                    segment_->size, position_ + have + got);
    }
    return {};
}

Result<std::optional<wire::BatchView>> BatchScanner::next() {
    INVARIANT(segment_ != nullptr, "next() before start()");
    if (position_ == segment_->size) {
        return std::optional<wire::BatchView>();
    }
    TRY(fill(wire::batch_layout::up_to_magic));
    TRY_ASSIGN(const auto size, wire::next_batch_size(buffer_.view().subspan(used_)));
    if (!size || *size > segment_->size - position_) {
        return fail(ErrorCode::corrupt_message, "no whole batch at {} of {} in the segment of {}",
                    position_, segment_->size, segment_->base);
    }
    TRY(fill(*size));
    const wire::BatchView batch(buffer_.view().subspan(used_, *size));
    TRY(check(batch));
    used_ += *size;
    position_ += static_cast<std::uint32_t>(*size);
    next_offset_ = batch.next_offset();
    return std::optional(batch);
}

Result<void> BatchScanner::check(const wire::BatchView& batch) const {
    TRY(batch.ensure_valid());
    if (batch.base_offset() < next_offset_ || batch.last_offset() < batch.base_offset() ||
        batch.last_offset() >= segment_->end) {
        return fail(ErrorCode::corrupt_message,
                    "a batch of [{}, {}] at {} of the segment [{}, {}), behind offset {}",
                    batch.base_offset(), batch.last_offset(), position_, segment_->base,
                    segment_->end, next_offset_ - 1);
    }
    return {};
}

}  // namespace barnabas::log

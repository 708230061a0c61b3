#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "log/compaction/compaction_source.h"
#include "wire/records/batch_view.h"

#include <optional>

namespace barnabas::log {

/// Reads the batches of a sealed segment one after another, whole, through a buffer that grows only
/// for a batch that is larger. Owned by one compaction.
class BatchScanner {
public:
    explicit BatchScanner(std::size_t buffer_bytes) : buffer_bytes_(buffer_bytes) {}

    /// Begins a segment, which outlives the reading. What is read is one buffer's worth at a time.
    void start(const SourceSegment& segment);
    /// The next batch, valid until the next call, or nothing at the end. corrupt_message for what
    /// is no whole batch with a right checksum whose offsets follow those before it.
    Result<std::optional<wire::BatchView>> next();
    /// How many bytes of the segment have been handed out.
    [[nodiscard]] std::uint32_t position() const { return position_; }

private:
    Result<void> fill(std::size_t wanted);
    Result<void> check(const wire::BatchView& batch) const;

    std::size_t buffer_bytes_;
    const SourceSegment* segment_ = nullptr;
    ByteBuffer buffer_;
    std::size_t used_ = 0;        // of buffer_
    std::uint32_t position_ = 0;  // in the segment, of what is behind used_
    Offset next_offset_;
};

}  // namespace barnabas::log

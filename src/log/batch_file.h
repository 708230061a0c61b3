#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "runtime/disk.h"
#include "wire/records/batch_view.h"

#include <cstdint>
#include <memory>
#include <optional>

namespace barnabas::log {

/// A file of batches as the tools read it: from front to back, whatever is in it, nothing believed.
/// Kafka's FileLogInputStream decides what a whole batch is. Used by one thread.
class BatchFile {
public:
    static Result<BatchFile> open(runtime::Disk& disk, const runtime::Path& path);

    [[nodiscard]] std::uint64_t size() const { return size_; }

    /// The batch that begins at `position` and ends at or before `end` (at most size()), all of its
    /// bytes; valid until the next call. Nothing where no whole one is there; corrupt_message where
    /// its length or magic is impossible.
    Result<std::optional<wire::BatchView>> at(std::uint64_t position, std::uint64_t end);
    Result<std::optional<wire::BatchView>> at(std::uint64_t position) {
        return at(position, size_);
    }

private:
    BatchFile(std::shared_ptr<runtime::File> file, std::uint64_t size)
        : file_(std::move(file)), size_(size) {}

    /// `wanted` bytes from `position`, of which there are as many.
    Result<ByteView> bytes(std::uint64_t position, std::size_t wanted);

    std::shared_ptr<runtime::File> file_;
    std::uint64_t size_ = 0;
    ByteBuffer buffer_;
    std::uint64_t begin_ = 0;  // of the buffer in the file
};

}  // namespace barnabas::log

#include "log/batch_file.h"

#include "base/invariant.h"

#include <algorithm>

namespace barnabas::log {
namespace {

constexpr std::size_t read_ahead = std::size_t{256} << 10;

}  // namespace

Result<BatchFile> BatchFile::open(runtime::Disk& disk, const runtime::Path& path) {
    TRY_ASSIGN(auto file, disk.open(path, runtime::OpenMode::read));
    TRY_ASSIGN(const auto size, file->size());
    return BatchFile(std::move(file), size);
}

Result<ByteView> BatchFile::bytes(std::uint64_t position, std::size_t wanted) {
    if (position < begin_ || position + wanted > begin_ + buffer_.size()) {
        const auto left = size_ - position;
        const auto amount = std::min<std::uint64_t>(std::max(wanted, read_ahead), left);
        buffer_.resize(static_cast<std::size_t>(amount));
        begin_ = position;
        TRY_ASSIGN(const auto got, file_->read_at(position, buffer_.mutable_view()));
        buffer_.resize(got);
        if (got < wanted) {
            return fail(ErrorCode::kafka_storage_error,
                        "the file got shorter while it was read: {} bytes at {}, {} were there",
                        got, position, wanted);
        }
    }
    return buffer_.view().subspan(static_cast<std::size_t>(position - begin_), wanted);
}

Result<std::optional<wire::BatchView>> BatchFile::at(std::uint64_t position, std::uint64_t end) {
    INVARIANT(end <= size_, "up to {} of {}", end, size_);
    if (position + wire::batch_layout::up_to_magic >= end) {
        return std::optional<wire::BatchView>();
    }
    TRY_ASSIGN(const auto head, bytes(position, wire::batch_layout::up_to_magic));
    TRY_ASSIGN(const auto size, wire::next_batch_size(head));
    INVARIANT(size, "{} bytes tell no size", head.size());
    if (*size > end - position) {
        return std::optional<wire::BatchView>();
    }
    TRY_ASSIGN(const auto whole, bytes(position, *size));
    return std::optional(wire::BatchView(whole));
}

}  // namespace barnabas::log

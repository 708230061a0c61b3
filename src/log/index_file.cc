#include "log/index_file.h"

#include "base/invariant.h"

#include <utility>

namespace barnabas::log {

IndexFile::IndexFile(runtime::Disk& disk, runtime::Path path, std::size_t entry_size,
                     std::uint32_t capacity)
    : disk_(disk),
      path_(std::move(path)),
      entry_size_(entry_size),
      capacity_(capacity - capacity % static_cast<std::uint32_t>(entry_size)) {}

Result<void> IndexFile::open_file() {
    if (!file_) {
        TRY_ASSIGN(file_, disk_.open(path_, runtime::OpenMode::create_or_open));
    }
    return {};
}

Result<ByteView> IndexFile::entries() {
    if (!loaded_) {
        bytes_.clear();
        if (disk_.exists(path_)) {
            TRY(open_file());
            TRY_ASSIGN(const auto size, file_->size());
            if (size % entry_size_ != 0) {
                return fail(ErrorCode::corrupt_message, "{} has {} bytes, no multiple of {}",
                            path_.string(), size, entry_size_);
            }
            bytes_.resize(size);
            TRY_ASSIGN(const auto got, file_->read_at(0, bytes_.mutable_view()));
            if (got != size) {
                return fail(ErrorCode::kafka_storage_error, "{} ends after {} of {} bytes",
                            path_.string(), got, size);
            }
        }
        written_ = bytes_.size();
        loaded_ = true;
    }
    return bytes_.view();
}

void IndexFile::reset() {
    bytes_.clear();
    written_ = 0;
    loaded_ = true;
    preallocated_ = false;
}

Result<void> IndexFile::clear() {
    reset();
    return disk_.exists(path_) ? trim() : Result<void>();
}

Result<void> IndexFile::append(ByteView entry) {
    INVARIANT(loaded_, "{} is appended to before it is read", path_.string());
    INVARIANT(entry.size() == entry_size_, "an entry of {} bytes", entry.size());
    bytes_.append(entry);
    return bytes_.size() - written_ >= write_every ? write_out() : Result<void>();
}

Result<void> IndexFile::keep(std::size_t count) {
    TRY(entries());
    INVARIANT(count * entry_size_ <= bytes_.size(), "{} entries kept of {}", count,
              bytes_.size() / entry_size_);
    bytes_.resize(count * entry_size_);
    if (written_ > bytes_.size()) {
        written_ = bytes_.size();
        TRY(open_file());
        TRY(file_->truncate(written_));
        preallocated_ = false;
    }
    return {};
}

Result<void> IndexFile::write_out() {
    TRY(open_file());
    if (!preallocated_) {
        TRY(file_->truncate(written_));
        TRY(file_->truncate(capacity_));
        preallocated_ = true;
    }
    TRY(file_->write_at(written_, bytes_.view().subspan(written_)));
    written_ = bytes_.size();
    return {};
}

Result<void> IndexFile::trim() {
    TRY(entries());
    TRY(open_file());
    if (written_ < bytes_.size()) {
        TRY(file_->write_at(written_, bytes_.view().subspan(written_)));
        written_ = bytes_.size();
    }
    TRY(file_->truncate(written_));
    preallocated_ = false;
    return {};
}

Result<void> IndexFile::sync() {
    if (written_ < bytes_.size()) {
        TRY(write_out());
    }
    TRY(open_file());
    return file_->sync();
}

Result<void> IndexFile::unload() {
    if (loaded_) {
        TRY(trim());
    }
    bytes_ = ByteBuffer();
    written_ = 0;
    loaded_ = false;
    file_.reset();
    return {};
}

void IndexFile::renamed(runtime::Path path) {
    path_ = std::move(path);
}

}  // namespace barnabas::log

#include "log/index_file.h"

#include "base/invariant.h"

#include <algorithm>
#include <utility>

namespace barnabas::log {
namespace {

// At rest, an entry is searched for in the file; the last steps share one read.
constexpr std::size_t block_bytes = 1024;

// An index without a limit of its own is not preallocated.
constexpr std::uint32_t preallocated_max = std::uint32_t{1} << 31;

}  // namespace

IndexFile::IndexFile(runtime::Disk& disk, runtime::Path path, std::size_t entry_size,
                     std::uint32_t capacity)
    : disk_(disk),
      path_(std::move(path)),
      entry_size_(entry_size),
      capacity_(capacity - capacity % static_cast<std::uint32_t>(entry_size)) {
    INVARIANT(entry_size <= entry_size_max, "entries of {} bytes", entry_size);
}

Result<void> IndexFile::open_file() {
    if (!file_) {
        TRY_ASSIGN(file_, disk_.open(path_, runtime::OpenMode::create_or_open));
    }
    return {};
}

Result<void> IndexFile::look() {
    if (state_ != State::unknown) {
        return {};
    }
    count_ = 0;
    if (disk_.exists(path_)) {
        TRY_ASSIGN(const auto file, disk_.open(path_, runtime::OpenMode::read));
        TRY_ASSIGN(const auto size, file->size());
        if (size % entry_size_ != 0) {
            return fail(ErrorCode::corrupt_message, "{} has {} bytes, no multiple of {}",
                        path_.string(), size, entry_size_);
        }
        count_ = size / entry_size_;
    }
    state_ = State::at_rest;
    return {};
}

Result<std::size_t> IndexFile::count() {
    TRY(look());
    return state_ == State::growing ? bytes_.size() / entry_size_ : count_;
}

Result<std::optional<IndexFile::Entry>> IndexFile::last() {
    return last_where([](const std::byte*, std::int64_t) { return true; }, 0);
}

Result<std::optional<IndexFile::Entry>> IndexFile::last_where(Holds holds, std::int64_t key) {
    TRY_ASSIGN(const auto entries, count());
    std::size_t kept = 0;        // it holds for so many
    std::size_t open = entries;  // it does not hold from here on
    Entry entry{};
    ByteView block = bytes_.view();  // entries from `first` on
    std::size_t first = 0;
    std::array<std::byte, block_bytes> buffer;
    std::shared_ptr<runtime::File> file;
    if (state_ == State::at_rest && entries > 0) {
        TRY_ASSIGN(file, disk_.open(path_, runtime::OpenMode::read));
    }
    const auto read = [&](std::size_t index, std::size_t wanted) -> Result<void> {
        const auto into = MutableByteView(buffer).first(wanted * entry_size_);
        TRY_ASSIGN(const auto got, file->read_at(index * entry_size_, into));
        if (got != into.size()) {
            return fail(ErrorCode::kafka_storage_error, "{} ends before entry {} of {}",
                        path_.string(), index + wanted, entries);
        }
        first = index;
        block = into;
        return {};
    };
    const std::size_t per_block = block_bytes / entry_size_;
    bool whole = !file;  // what is left of the search is in `block`
    while (kept < open) {
        const std::size_t middle = kept + (open - kept) / 2;
        if (!whole && open - kept <= per_block) {
            TRY(read(kept, open - kept));
            whole = true;
        } else if (!whole) {
            TRY(read(middle, 1));
        }
        const std::byte* at = block.data() + (middle - first) * entry_size_;
        if (holds(at, key)) {
            std::copy_n(at, entry_size_, entry.begin());
            kept = middle + 1;
        } else {
            open = middle;
        }
    }
    return kept == 0 ? std::optional<Entry>() : std::optional(entry);
}

Result<ByteView> IndexFile::grow() {
    TRY(look());
    if (state_ == State::at_rest) {
        bytes_.resize(count_ * entry_size_);
        if (count_ > 0) {
            TRY(open_file());
            TRY_ASSIGN(const auto got, file_->read_at(0, bytes_.mutable_view()));
            if (got != bytes_.size()) {
                return fail(ErrorCode::kafka_storage_error, "{} ends after {} of {} bytes",
                            path_.string(), got, bytes_.size());
            }
        }
        written_ = bytes_.size();
        state_ = State::growing;
    }
    return bytes_.view();
}

void IndexFile::reset() {
    bytes_.clear();
    written_ = 0;
    state_ = State::growing;
    preallocated_ = false;
}

void IndexFile::append(ByteView entry) {
    INVARIANT(state_ == State::growing, "{} is appended to at rest", path_.string());
    INVARIANT(entry.size() == entry_size_, "an entry of {} bytes", entry.size());
    bytes_.append(entry);
    if (bytes_.size() - written_ >= write_every) {
        ignore(write_out(), "the entries are in memory; the next ones try again");
    }
}

Result<void> IndexFile::keep(std::size_t count) {
    TRY(grow());
    INVARIANT(count * entry_size_ <= bytes_.size(), "{} entries kept of {}", count,
              bytes_.size() / entry_size_);
    bytes_.resize(count * entry_size_);
    if (written_ > bytes_.size()) {
        written_ = bytes_.size();
        preallocated_ = false;
        TRY(open_file());
        unsynced_ = true;
        TRY(file_->truncate(written_));
    }
    return {};
}

/// Preallocates the file first, as that of a growing index is.
Result<void> IndexFile::write_out() {
    TRY(open_file());
    unsynced_ = true;
    if (!preallocated_ && capacity_ < preallocated_max) {
        TRY(file_->truncate(written_));
        TRY(file_->truncate(capacity_));
        preallocated_ = true;
    }
    TRY(file_->write_at(written_, bytes_.view().subspan(written_)));
    written_ = bytes_.size();
    return {};
}

Result<void> IndexFile::trim() {
    TRY(grow());
    TRY(open_file());
    if (written_ < bytes_.size()) {
        unsynced_ = true;
        TRY(file_->write_at(written_, bytes_.view().subspan(written_)));
        written_ = bytes_.size();
    }
    TRY_ASSIGN(const auto size, file_->size());
    if (size != written_) {
        unsynced_ = true;
        TRY(file_->truncate(written_));
    }
    preallocated_ = false;
    return {};
}

Result<void> IndexFile::rest() {
    if (state_ == State::growing || !disk_.exists(path_)) {
        TRY(trim());
        count_ = bytes_.size() / entry_size_;
        state_ = State::at_rest;
        bytes_ = ByteBuffer();
        written_ = 0;
    }
    file_.reset();
    return {};
}

void IndexFile::discard() {
    bytes_ = ByteBuffer();
    written_ = 0;
    state_ = State::unknown;
    preallocated_ = false;
    unsynced_ = false;
    file_.reset();
}

Result<std::shared_ptr<runtime::File>> IndexFile::take_unsynced() {
    if (!unsynced_) {
        return nullptr;
    }
    unsynced_ = false;
    return file_ ? Result<std::shared_ptr<runtime::File>>(file_)
                 : disk_.open(path_, runtime::OpenMode::read_write);
}

}  // namespace barnabas::log

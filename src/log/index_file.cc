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
        listed_.reset();
    }
    return {};
}

Result<void> IndexFile::open_reader() {
    reader_used_ = true;
    if (!reader_) {
        TRY_ASSIGN(reader_, disk_.open(path_, runtime::OpenMode::read));
    }
    return {};
}

void IndexFile::listed(std::optional<std::uint64_t> size) {
    INVARIANT(state_ == State::unknown, "{} is in use", path_.string());
    listed_ = size;
}

bool IndexFile::is_there() const {
    return listed_ ? listed_->has_value() : disk_.exists(path_);
}

Result<void> IndexFile::look() {
    if (state_ != State::unknown) {
        return {};
    }
    std::uint64_t size = 0;
    if (listed_) {
        size = listed_->value_or(0);
    } else if (disk_.exists(path_)) {
        TRY_ASSIGN(const auto file, disk_.open(path_, runtime::OpenMode::read));
        TRY_ASSIGN(size, file->size());
    }
    if (size % entry_size_ != 0) {
        return fail(ErrorCode::corrupt_message, "{} has {} bytes, no multiple of {}",
                    path_.string(), size, entry_size_);
    }
    count_ = size / entry_size_;
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
    const bool in_file = state_ == State::at_rest && entries > 0;
    TRY(in_file ? open_reader() : Result<void>());
    const auto read = [&](std::size_t index, std::size_t wanted) -> Result<void> {
        const auto into = MutableByteView(buffer).first(wanted * entry_size_);
        TRY_ASSIGN(const auto got, reader_->read_at(index * entry_size_, into));
        if (got != into.size()) {
            return fail(ErrorCode::kafka_storage_error, "{} ends before entry {} of {}",
                        path_.string(), index + wanted, entries);
        }
        first = index;
        block = into;
        return {};
    };
    const std::size_t per_block = block_bytes / entry_size_;
    bool whole = !in_file;  // what is left of the search is in `block`
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

Result<ByteView> IndexFile::read_all(ByteBuffer& buffer) {
    TRY_ASSIGN(const auto entries, count());
    if (state_ == State::growing || entries == 0) {
        return bytes_.view();
    }
    TRY(open_reader());
    buffer.resize(entries * entry_size_);
    TRY_ASSIGN(const auto got, reader_->read_at(0, buffer.mutable_view()));
    if (got != buffer.size()) {
        return fail(ErrorCode::kafka_storage_error, "{} ends after {} of {} bytes", path_.string(),
                    got, buffer.size());
    }
    return buffer.view();
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
        file_.reset();
        reader_.reset();
    }
    return bytes_.view();
}

/// In blocks: what was preallocated is long, and there is nothing in it.
Result<ByteView> IndexFile::grow_sound(const Sound& sound) {
    const bool there = is_there();
    reset();
    if (!there) {
        return bytes_.view();
    }
    TRY_ASSIGN(const auto file, disk_.open(path_, runtime::OpenMode::read));
    unsynced_ = true;
    const std::size_t block = write_every - write_every % entry_size_;
    std::size_t kept = 0;
    while (true) {
        bytes_.resize(kept + block);
        TRY_ASSIGN(const auto got, file->read_at(kept, bytes_.mutable_view().subspan(kept)));
        const auto end = kept + got - got % entry_size_;
        while (kept < end && sound(bytes_.data() + kept,
                                   kept == 0 ? nullptr : bytes_.data() + kept - entry_size_)) {
            kept += entry_size_;
        }
        if (kept < end || got < block) {
            break;
        }
    }
    bytes_.resize(kept);
    written_ = kept;
    return bytes_.view();
}

void IndexFile::reset() {
    bytes_.clear();
    reader_.reset();
    written_ = 0;
    state_ = State::growing;
    preallocated_ = false;
}

void IndexFile::reset_after_crash() {
    reset();
    unsynced_ = unsynced_ || is_there();
}

void IndexFile::append(ByteView entry) {
    INVARIANT(state_ == State::growing, "{} is appended to at rest", path_.string());
    INVARIANT(entry.size() == entry_size_, "an entry of {} bytes", entry.size());
    bytes_.append(entry);
    if (writes_itself_ && lent_ == 0 && bytes_.size() - written_ >= write_every) {
        ignore(write_out(), "the entries are in memory; the next ones try again");
    }
}

std::optional<PlannedWrites::IndexEntries> IndexFile::lend_unwritten() {
    if (state_ != State::growing || lent_ > 0 || bytes_.size() - written_ < write_every) {
        return std::nullopt;
    }
    PlannedWrites::IndexEntries entries{.path = path_, .from = written_, .entries = {}};
    entries.entries.append(bytes_.view().subspan(written_));
    entries.capacity = !preallocated_ && capacity_ < preallocated_max ? capacity_ : 0;
    lent_ = entries.entries.size();
    return entries;
}

void IndexFile::wrote(bool done) {
    const auto size = std::exchange(lent_, 0);
    if (done && size > 0) {
        INVARIANT(state_ == State::growing && written_ + size <= bytes_.size(),
                  "{} was cut while {} bytes were written", path_.string(), size);
        written_ += size;
        preallocated_ = preallocated_ || capacity_ < preallocated_max;
        unsynced_ = true;
        listed_.reset();
    }
}

/// As it was if it fails: whoever tries again must cut the file too.
Result<void> IndexFile::keep(std::size_t count) {
    TRY(grow());
    const auto size = count * entry_size_;
    INVARIANT(size <= bytes_.size(), "{} entries kept of {}", count, bytes_.size() / entry_size_);
    if (written_ > size) {
        TRY(open_file());
        unsynced_ = true;
        TRY(file_->truncate(size));
        written_ = size;
        preallocated_ = false;
    }
    bytes_.resize(size);
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
    file_.reset();  // every 4096 bytes it is opened again: thousands of logs share the descriptors
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
    file_.reset();
    return {};
}

Result<void> IndexFile::rest() {
    if (state_ == State::growing || !is_there()) {
        TRY(trim());
        count_ = bytes_.size() / entry_size_;
        state_ = State::at_rest;
        bytes_ = ByteBuffer();
        written_ = 0;
        listed_.reset();
    }
    return {};
}

Result<void> IndexFile::give_room() {
    TRY(grow());
    TRY(is_there() ? disk_.remove(path_) : Result<void>());
    written_ = 0;
    preallocated_ = false;
    unsynced_ = false;
    listed_.reset();
    file_.reset();
    return {};
}

void IndexFile::discard() {
    bytes_ = ByteBuffer();
    written_ = 0;
    state_ = State::unknown;
    preallocated_ = false;
    unsynced_ = false;
    listed_.reset();
    file_.reset();
    reader_.reset();
}

Result<std::optional<ColdPart>> IndexFile::cold() {
    TRY_ASSIGN(const auto entries, count());
    if (state_ == State::growing || entries == 0) {
        return std::optional<ColdPart>();
    }
    const auto size = entries * entry_size_;
    if (reader_ || reader_asked_) {
        TRY(open_reader());
        if (reader_->in_memory(0, size)) {
            return std::optional<ColdPart>();
        }
    }
    reader_asked_ = true;
    return std::optional(ColdPart{.disk = &disk_, .path = path_, .position = 0, .size = size});
}

void IndexFile::close_idle() {
    if (!std::exchange(reader_used_, false)) {
        reader_.reset();
        reader_asked_ = false;
    }
}

Result<std::shared_ptr<runtime::File>> IndexFile::take_unsynced() {
    if (!unsynced_) {
        return nullptr;
    }
    TRY_ASSIGN(auto file, file_ ? Result<std::shared_ptr<runtime::File>>(file_)
                                : disk_.open(path_, runtime::OpenMode::read_write));
    unsynced_ = false;
    return file;
}

}  // namespace barnabas::log

#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "log/cold_part.h"
#include "log/planned_writes.h"
#include "runtime/disk.h"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace barnabas::log {

/// The bytes of one index file: entries of one size, appended in order. While it grows they are in
/// memory too and reach the file in blocks; at rest only their number is known, and looking one up
/// reads the file, which stays open for the next lookup until close_idle(). What is lost in a crash
/// is rebuilt from the log. Owned by one segment.
/// Always: written_ <= bytes_.size(), both whole entries; growing: count_ entries are in bytes_.
class IndexFile {
public:
    static constexpr std::size_t entry_size_max = 34;
    using Entry = std::array<std::byte, entry_size_max>;

    /// Opens lazily: nothing is read or created yet. `capacity`: what is preallocated (sparse)
    /// while the index grows, and what it may hold.
    IndexFile(runtime::Disk& disk, runtime::Path path, std::size_t entry_size,
              std::uint32_t capacity);

    [[nodiscard]] const runtime::Path& path() const { return path_; }
    /// What a listing of the folder said of the file: its size, or nothing if it is not there.
    void listed(std::optional<std::uint64_t> size);
    [[nodiscard]] bool is_there() const;
    /// How many entries there are. corrupt_message: an incomplete one at the end.
    Result<std::size_t> count();
    /// The last entry; nothing if there is none.
    Result<std::optional<Entry>> last();
    /// The last of the entries for which `holds(entry, key)`, which are the first ones; nothing if
    /// it holds for none.
    using Holds = bool (*)(const std::byte* entry, std::int64_t key);
    Result<std::optional<Entry>> last_where(Holds holds, std::int64_t key);
    /// Whether less than `more` entries fit into the capacity; growing.
    [[nodiscard]] bool lacks_room_for(std::size_t more) const {
        return bytes_.size() + more * entry_size_ > capacity_;
    }

    /// All entries. At rest they are read into `buffer`, and stay in the file alone.
    Result<ByteView> read_all(ByteBuffer& buffer);

    /// Makes it grow: all entries are read into memory. Returns them.
    Result<ByteView> grow();
    /// After a crash: makes it grow with the first entries, as far as each is sound(); returns
    /// them. What follows is cut off with the next write.
    using Sound = std::function<bool(const std::byte* entry, const std::byte* before)>;
    Result<ByteView> grow_sound(const Sound& sound);
    /// Makes it grow from nothing, whatever the file holds; that is replaced with the next write.
    void reset();
    /// The same after a crash, of a file that the process before may have cut without a sync: the
    /// next sync takes it along, whether it has to be written or not.
    void reset_after_crash();
    /// Behind the last entry of a growing index. What cannot be written now is written with a later
    /// entry, or its failure shown by rest().
    void append(ByteView entry);
    /// Entries that are not in the file yet, if there are enough of them, for somebody else to
    /// write there; until he says wrote() the file is left to him, and who wants to cut it waits.
    std::optional<PlannedWrites::IndexEntries> lend_unwritten();
    void wrote(bool done);
    /// Whether append() may write by itself; else that is left to lend_unwritten().
    void set_writes_itself(bool writes) { writes_itself_ = writes; }
    /// Keeps the first `count` entries.
    Result<void> keep(std::size_t count);
    /// Writes what is not in the file yet and cuts the preallocated rest off. Creates the file.
    Result<void> trim();
    /// trim(), and the memory is given back; on failure it goes on growing.
    Result<void> rest();
    /// Removes the file, which another write makes anew: the entries are in memory meanwhile.
    Result<void> give_room();
    /// Gives the memory back; what was not written is lost. For files to be removed.
    void discard();
    /// The file under its new name.
    void renamed(runtime::Path path) { path_ = std::move(path); }
    /// What lookups would have to wait for; nothing if they need not. A file that is not open is
    /// such a thing once, because opening it may wait.
    Result<std::optional<ColdPart>> cold();
    /// Closes a file that no lookup has used since this was last called.
    void close_idle();
    /// Entries are in memory alone.
    [[nodiscard]] bool has_unwritten() const {
        return state_ == State::growing && written_ < bytes_.size();
    }
    /// The file, if something was written since this was last asked: it has to be synced.
    Result<std::shared_ptr<runtime::File>> take_unsynced();

    [[nodiscard]] std::size_t memory() const { return bytes_.capacity(); }

private:
    enum class State { unknown, at_rest, growing };

    Result<void> look();
    Result<void> open_file();
    Result<void> open_reader();
    Result<void> write_out();

    static constexpr std::size_t write_every = 4096;

    runtime::Disk& disk_;
    runtime::Path path_;
    std::size_t entry_size_;
    std::uint32_t capacity_;
    std::shared_ptr<runtime::File> file_;    // while something is written
    std::shared_ptr<runtime::File> reader_;  // at rest
    std::optional<std::optional<std::uint64_t>> listed_;
    ByteBuffer bytes_;
    std::size_t written_ = 0;
    std::size_t lent_ = 0;  // bytes from written_ on that somebody else writes
    bool writes_itself_ = true;
    std::size_t count_ = 0;
    State state_ = State::unknown;
    bool preallocated_ = false;
    bool unsynced_ = false;
    bool reader_used_ = false;
    bool reader_asked_ = false;  // cold() has asked for the file that is not open
};

}  // namespace barnabas::log

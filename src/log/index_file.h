#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "runtime/disk.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

namespace barnabas::log {

/// The bytes of one index file: entries of one size, appended in order. While it grows they are in
/// memory too and reach the file in blocks; at rest only their number is known, and looking one up
/// reads the file. What is lost in a crash is rebuilt from the log. Owned by one segment.
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

    /// Makes it grow: all entries are read into memory. Returns them.
    Result<ByteView> grow();
    /// Makes it grow from nothing, whatever the file holds; that is replaced with the next write.
    void reset();
    /// Behind the last entry of a growing index. What cannot be written now is written with a later
    /// entry, or its failure shown by rest().
    void append(ByteView entry);
    /// Keeps the first `count` entries.
    Result<void> keep(std::size_t count);
    /// Writes what is not in the file yet and cuts the preallocated rest off. Creates the file.
    Result<void> trim();
    /// trim(), and the memory is given back; on failure it goes on growing.
    Result<void> rest();
    /// Gives the memory back; what was not written is lost. For files to be removed.
    void discard();
    /// The file under its new name.
    void renamed(runtime::Path path) { path_ = std::move(path); }
    /// The file, if something was written since this was last asked: it has to be synced.
    Result<std::shared_ptr<runtime::File>> take_unsynced();

    [[nodiscard]] std::size_t memory() const { return bytes_.capacity(); }

private:
    enum class State { unknown, at_rest, growing };

    Result<void> look();
    Result<void> open_file();
    Result<void> write_out();

    static constexpr std::size_t write_every = 4096;

    runtime::Disk& disk_;
    runtime::Path path_;
    std::size_t entry_size_;
    std::uint32_t capacity_;
    std::shared_ptr<runtime::File> file_;
    ByteBuffer bytes_;
    std::size_t written_ = 0;
    std::size_t count_ = 0;
    State state_ = State::unknown;
    bool preallocated_ = false;
    bool unsynced_ = false;
};

}  // namespace barnabas::log

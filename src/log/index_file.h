#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "runtime/disk.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace barnabas::log {

/// The bytes of one index file: entries of one size, appended in order. They are in memory while
/// the index is in use and reach the file in blocks; what is lost in a crash is rebuilt from the
/// log. Owned by one segment. Always: written_ <= bytes_.size(), both whole entries.
class IndexFile {
public:
    /// Opens lazily: nothing is read or created yet. `capacity`: what is preallocated (sparse)
    /// while the index grows, and what it may hold.
    IndexFile(runtime::Disk& disk, runtime::Path path, std::size_t entry_size,
              std::uint32_t capacity);

    [[nodiscard]] const runtime::Path& path() const { return path_; }
    /// The entries, read from the file at first use. An incomplete entry at the end is an error:
    /// the index is corrupt and has to be rebuilt.
    Result<ByteView> entries();
    /// Whether one more entry fits into the capacity.
    [[nodiscard]] bool is_full() const { return bytes_.size() + entry_size_ > capacity_; }

    /// Starts empty, whatever the file holds; the file is replaced with the next write.
    void reset();
    /// Starts empty and empties the file, if there is one.
    Result<void> clear();
    /// Behind the last entry. The caller has loaded or reset it.
    Result<void> append(ByteView entry);
    /// Keeps the first `count` entries.
    Result<void> keep(std::size_t count);
    /// Writes what is not in the file yet, preallocating it as a growing index.
    Result<void> write_out();
    /// Writes everything and cuts the preallocated rest off: the segment is full or closed.
    Result<void> trim();
    /// Data and size to the medium.
    Result<void> sync();
    /// Forgets the entries; they are read again at the next use. Writes first what is unwritten.
    Result<void> unload();
    /// The file under its new name.
    void renamed(runtime::Path path);

    [[nodiscard]] std::size_t memory() const { return bytes_.capacity(); }

private:
    Result<void> open_file();

    static constexpr std::size_t write_every = 4096;

    runtime::Disk& disk_;
    runtime::Path path_;
    std::size_t entry_size_;
    std::uint32_t capacity_;
    std::shared_ptr<runtime::File> file_;
    ByteBuffer bytes_;
    std::size_t written_ = 0;
    bool loaded_ = false;
    bool preallocated_ = false;
};

}  // namespace barnabas::log

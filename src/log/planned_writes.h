#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "base/types.h"
#include "runtime/disk.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::log {

/// What a log has in memory and its files do not have yet, as the shard handed it to whoever may
/// wait for a disk. carry_out() touches nothing of the log: it may run on another thread while the
/// log goes on, and begins anew where it is called again.
class PlannedWrites {
public:
    /// Batches behind the end of the active segment's file. What a failed write may have left
    /// there is cut off again.
    struct Batches {
        std::shared_ptr<runtime::File> file;
        std::uint64_t position = 0;
        std::vector<std::shared_ptr<const ByteBuffer>> parts;
    };
    /// Entries of an index that grows, in a file that is preallocated to `capacity`.
    struct IndexEntries {
        runtime::Path path;
        std::uint64_t from = 0;
        std::uint64_t capacity = 0;  // 0: it is already, or has no limit
        ByteBuffer entries;
    };
    /// A producers' snapshot under the name of `offset`, and those that are of no use beside it.
    struct Snapshot {
        Offset offset;
        runtime::Path path;
        ByteBuffer bytes;
        std::vector<std::pair<Offset, runtime::Path>> useless;
    };

    void add_epochs(runtime::Path path, std::string text) {
        epochs_ = Epochs{.path = std::move(path), .text = std::move(text)};
    }
    void add(Batches batches) { batches_ = std::move(batches); }
    void add(IndexEntries entries) { indexes_.push_back(std::move(entries)); }
    void add(Snapshot snapshot) { snapshot_ = std::move(snapshot); }
    /// A file that is to be there, if only empty (Segment::make_index_files()).
    void add_empty(runtime::Path path) { empty_.push_back(std::move(path)); }

    [[nodiscard]] bool is_empty() const {
        return !epochs_ && !batches_ && !snapshot_ && indexes_.empty() && empty_.empty();
    }

    /// Epochs before the batches, so that no record is without its epoch. An error says that the
    /// batches are not in the file. Trouble with what a start after a crash would read faster, or
    /// with what Kafka alone misses, is no error.
    Result<void> carry_out(runtime::Disk& disk);

    // What came of it, afterwards.
    [[nodiscard]] bool has_epochs() const { return epochs_.has_value(); }
    [[nodiscard]] const std::shared_ptr<runtime::File>& epochs_file() const { return epochs_file_; }
    [[nodiscard]] const std::optional<Snapshot>& snapshot() const { return snapshot_; }
    /// nullptr if it could not be written, for the reason below.
    [[nodiscard]] const std::shared_ptr<runtime::File>& snapshot_file() const {
        return snapshot_file_;
    }
    [[nodiscard]] const std::string& snapshot_trouble() const { return snapshot_trouble_; }
    /// Whether the entries are in their file; in the order in which they were added.
    [[nodiscard]] const std::vector<bool>& indexes_written() const { return indexes_written_; }

private:
    struct Epochs {
        runtime::Path path;
        std::string text;
    };
    Result<void> write_epochs(runtime::Disk& disk);
    Result<void> write_batches();
    Result<void> write_snapshot(runtime::Disk& disk);

    std::optional<Epochs> epochs_;
    std::optional<Batches> batches_;
    std::optional<Snapshot> snapshot_;
    std::vector<IndexEntries> indexes_;
    std::vector<runtime::Path> empty_;
    std::shared_ptr<runtime::File> epochs_file_;
    std::shared_ptr<runtime::File> snapshot_file_;
    std::string snapshot_trouble_;
    std::vector<bool> indexes_written_;
};

}  // namespace barnabas::log

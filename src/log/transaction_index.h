#pragma once

#include "base/types.h"
#include "log/index_file.h"

#include <vector>

namespace barnabas::log {

/// A transaction that was aborted: its records are skipped by consumers that read committed.
struct AbortedTransaction {
    ProducerId producer_id;
    Offset first_offset;
    Offset last_offset;         // of the abort marker
    Offset last_stable_offset;  // of the log, when the marker was written

    friend bool operator==(const AbortedTransaction&, const AbortedTransaction&) = default;
};

/// An entry of the file. corrupt_message for another version than 0.
[[nodiscard]] Result<AbortedTransaction> parse_aborted(ByteView entry);

/// A segment's list of the aborted transactions that end in it: entries of 34 bytes (version 0,
/// producer id, first, last and last stable offset), by rising last offset
/// (org.apache.kafka.storage.internals.log.TransactionIndex). The file exists only if it has one.
class TransactionIndex {
public:
    static constexpr std::size_t entry_size = 34;

    TransactionIndex(runtime::Disk& disk, runtime::Path path);

    [[nodiscard]] IndexFile& file() { return file_; }

    /// Makes it ready for append(), which cannot fail then.
    Result<void> prepare();
    /// What cannot be written now is in memory and written by write_out().
    void append(const AbortedTransaction& aborted);
    /// The same, but nothing is written until write_out(): the file stays as it is meanwhile.
    void note(const AbortedTransaction& aborted);
    Result<std::vector<AbortedTransaction>> all();
    /// Drops all that is in memory; write_out() does it to the file.
    void reset() { file_.reset_after_crash(); }
    /// After a crash: keeps the entries below `trusted`, which were synced, and drops what follows,
    /// in memory and with the next write.
    Result<void> keep_sound(Offset trusted);
    /// Drops those that end at or behind `offset`.
    Result<void> truncate_to(Offset offset);
    /// Writes what is not in the file yet; creates none for nothing.
    Result<void> write_out();
    /// write_out(), and the memory is given back: all() reads the file from then on, which may have
    /// to be waited for (IndexFile::cold()).
    Result<void> rest();
    /// The file with all that there is, if it has to be synced.
    Result<std::shared_ptr<runtime::File>> take_unsynced();

private:
    IndexFile file_;
};

}  // namespace barnabas::log

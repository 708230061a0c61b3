#pragma once

#include "runtime/clock.h"
#include "runtime/disk.h"
#include "runtime/random.h"

#include <limits>
#include <memory>

namespace barnabas::runtime {

/// What a power failure does to what was not synced.
struct CrashOptions {
    /// Each unsynced write survives or not by lot, the last surviving one may be torn (a prefix of
    /// it, or without some of its 512-byte sectors: as they were, zero where the file was shorter).
    /// Off: all of them are lost.
    bool keep_some_writes = true;
    /// Of each directory, a prefix (by lot) of the unsynced creations, renames and removals
    /// survives; a rename within one directory is atomic. Off: all of them are undone.
    bool keep_some_entries = true;
};

/// What an operation throws that hangs, see SimulatedDisk::hang(). The simulated pool catches it.
struct DiskHangs {};

/// A file system in memory that treats what was not synced as badly as a real one may: see
/// CrashOptions. Everything is decided by the Random given, so one seed gives one outcome.
///
/// Used by one thread. Files and locks that were open before a crash() answer every call with an
/// error, so a broker object that outlives its machine for a moment harms nothing.
/// An entry is durable after sync_directory of its directory and of those above it.
class SimulatedDisk final : public Disk {
public:
    /// Both outlive the disk.
    SimulatedDisk(const Clock& clock, Random& random);
    ~SimulatedDisk() override;

    // --- trouble -------------------------------------------------------------------------------
    /// Power off and on again: only what was synced is sure to be there (see CrashOptions). Lifts
    /// stop_at() and fail_at(); capacity and failing directories stay as they are.
    void crash(CrashOptions options = {});
    /// Changing operations so far: open that creates, write, truncate, sync, rename, remove,
    /// create_directories, sync_directory. A test runs once, then again with trouble at each step.
    [[nodiscard]] std::uint64_t operations() const;
    /// The changing operation number `n` (counted as above, the first is 0) fails, with an I/O
    /// error, for want of space, or of descriptors (other); what comes after works. A sync of a
    /// file that fails loses what it was to write, as Linux does: the next one succeeds all the
    /// same.
    void fail_at(std::uint64_t n, DiskTrouble trouble = DiskTrouble::broken);
    /// From changing operation `n` on nothing works any more: the power is going. A write that is
    /// number n is on its way: crash() may leave it whole, torn or not at all.
    void stop_at(std::uint64_t n);
    /// Every operation below `directory` fails with an I/O error: a broken disk. Until heal().
    void break_directory(const Path& directory);
    /// Changing operations below `directory` fail: it is read-only. Until heal().
    void make_read_only(const Path& directory);
    void heal();
    /// Writes that would need more than this fail with "no space left", having written what fits.
    void set_capacity(std::uint64_t bytes);

    // --- where bytes are -----------------------------------------------------------------------
    /// The machine has these bytes of a file on the medium alone, until something reads them or
    /// goes on writing in the middle of their page. Does nothing to what is not there.
    void make_cold(const Path& file, std::uint64_t position = 0,
                   std::uint64_t size = std::numeric_limits<std::uint64_t>::max());
    /// Reads of bytes below `directory` that are on the medium alone do not end, until heal(): the
    /// disk hangs; nor do the changes that the blocking pool makes there, syncs above all, nor its
    /// looks whether something is there. Work of the pool that meets any begins anew until it gets
    /// through, so it must bear that.
    /// INVARIANT: nobody else meets such bytes, who would wait for ever.
    void hang(const Path& directory);
    /// The same, and not even how much room there is is answered: a network file system.
    void hang_without_answer(const Path& directory);
    /// How many reads met bytes that were on the medium alone: those of the blocking pool, and
    /// those of everybody else, who should not have waited.
    [[nodiscard]] std::uint64_t cold_reads_on_pool() const;
    [[nodiscard]] std::uint64_t cold_reads_elsewhere() const;
    /// All bytes that were read of a file, since it was created.
    [[nodiscard]] std::uint64_t bytes_read(const Path& file) const;
    /// What follows happens on the blocking pool, or no more.
    void on_pool(bool begins);

    // --- Disk ----------------------------------------------------------------------------------
    [[nodiscard]] Result<std::shared_ptr<File>> open(const Path& path, OpenMode mode) override;
    [[nodiscard]] bool exists(const Path& path) const override;
    [[nodiscard]] bool is_directory(const Path& path) const override;
    [[nodiscard]] Path absolute(const Path& path) const override;
    [[nodiscard]] Result<std::vector<DirectoryEntry>> list(const Path& directory) const override;
    Result<void> create_directories(const Path& directory) override;
    Result<void> rename(const Path& from, const Path& to) override;
    Result<void> remove(const Path& file) override;
    Result<void> remove_all(const Path& directory) override;
    Result<void> sync_directory(const Path& directory) override;
    [[nodiscard]] Result<DiskSpace> space(const Path& path) const override;
    [[nodiscard]] Result<std::int64_t> modified_at(const Path& path) const override;
    Result<void> set_modified(const Path& path, std::int64_t when) override;
    [[nodiscard]] Result<std::unique_ptr<FileLock>> lock(const Path& path) override;

    static constexpr std::uint64_t default_capacity = std::uint64_t{1} << 40;

private:
    struct State;
    class OpenFile;
    class Lock;

    std::shared_ptr<State> state_;  // shared with open files
};

}  // namespace barnabas::runtime

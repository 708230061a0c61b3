#pragma once

#include "base/logger.h"
#include "base/uuid.h"
#include "log/checkpoint_text.h"
#include "log/directory_facts.h"
#include "log/directory_health.h"
#include "log/directory_identity.h"
#include "log/log.h"
#include "runtime/disk.h"
#include "runtime/random.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::log {

/// The log directories of one broker: their locks, identity, checkpoints, health, and which
/// partition is where. The logs themselves belong to the shards of their partitions. One call at a
/// time; at any time, on any thread: use(), known(), failed(), look_at(), folders_in(), try_out(),
/// recover_log(), write_checkpoints_of() and mark_clean() of a directory.
/// Always: each directory that is online is locked by us and by nobody else.
class LogDirs {
public:
    struct Options {
        runtime::Disk& disk;
        runtime::Random& random;
        std::vector<runtime::Path> directories;
        Logger log;
        /// The directories go when the process ends: what they say of themselves is not synced.
        bool temporary = false;
    };

    /// Creates and locks the directories and reads what they say of themselves. A directory that
    /// cannot be used is offline; an error if none can, if another process holds one, or if two
    /// belong to different clusters or brokers.
    static Result<std::unique_ptr<LogDirs>> open(Options options);

    /// What the directories' meta.properties agree on; empty in new ones.
    [[nodiscard]] const DirectoryIdentity& identity() const { return identity_; }
    [[nodiscard]] bool temporary() const { return temporary_; }
    /// Writes meta.properties where there is none.
    Result<void> claim(BrokerId node, const std::string& cluster_id);

    /// The partitions' folders in all directories, by name; folders left by deletions are removed.
    /// A partition may be there twice, after a crash in the middle of a move: settle_doubles().
    /// A directory that cannot be listed has failed; a file that cannot be read is the trouble of
    /// its folder. An error if no directory is left, or if something is of a newer format.
    Result<std::vector<FoundLog>> scan();
    /// The unfinished copies that the last scan() or open_again() came across, in all directories
    /// or in one.
    [[nodiscard]] std::vector<FoundLog> take_futures();
    [[nodiscard]] std::vector<FoundLog> take_futures(std::size_t directory);
    /// The folders that it came across which were set aside, by set_aside() or by Kafka: that
    /// renames those of topics that its metadata do not know. A long topic name is cut in them.
    [[nodiscard]] std::vector<FoundLog> take_strays();
    /// Up to where the checkpoints say that there were records of it; nothing if they do not know
    /// it.
    [[nodiscard]] std::optional<Offset> known_end(const TopicPartition& partition) const;
    /// Of two folders of a partition the one with more records is kept; the other one is removed if
    /// it is the beginning of that, else set aside.
    std::vector<FoundLog> settle_doubles(std::vector<FoundLog> found, Now now);
    /// Renames a folder that is not to be served: its records are not removed.
    void set_aside(const FoundLog& found, std::string_view why);

    /// Opens one that scan() found, from its directory's checkpoints.
    Result<std::unique_ptr<Log>> open_log(const FoundLog& found, const LogConfig& config, Now now);
    /// One that scan() or reopen() found and that cannot be opened: its offsets stay in the
    /// checkpoints, and its directory is not marked clean.
    void leave_unopened(const FoundLog& found);
    /// One that is in no topic of the cluster: its offsets stay in the checkpoints, and its
    /// directory is marked clean only if it was so when it was opened. For whoever opens it next.
    void leave_alone(const FoundLog& found);
    /// Creates one in the online directory that has the fewest. A folder that is in its place, in
    /// any of them, is none of this partition's: it is set aside.
    Result<std::unique_ptr<Log>> create_log(const TopicPartition& partition, const TopicId& id,
                                            const LogConfig& config, Now now);
    /// The same where the directories have been asked for its folder: only those that have answered
    /// are touched. kafka_storage_error if there are none, or if another one is known to have one.
    Result<std::unique_ptr<Log>> create_log(const TopicPartition& partition, const TopicId& id,
                                            const LogConfig& config, Now now,
                                            const FolderLook& look);
    /// Of which of them the directory has a folder; none if it is offline. Looks at the disk.
    [[nodiscard]] std::vector<TopicPartition> folders_in(
        std::size_t directory, const std::vector<TopicPartition>& of) const;
    /// Creates a file and removes it: a disk may answer looks from memory and hang all the same.
    void try_out(std::size_t directory);
    /// Whether there is one as far as is known without a look.
    [[nodiscard]] bool has_folder(const TopicPartition& partition, std::size_t directory) const;
    /// Writes partition.metadata into a folder that has none.
    Result<void> write_topic_id(const FoundLog& found, const TopicId& id) const;
    /// Renames a closed log's folder out of the way; remove the answer after
    /// file.delete.delay.ms.
    Result<runtime::Path> delete_log(std::unique_ptr<Log> log);
    /// The same for what is left of a partition whose log is not open, in all directories that are
    /// online: folders of that topic, or of none. What follows an error is not renamed.
    Result<std::vector<runtime::Path>> delete_unopened(const TopicPartition& partition,
                                                       const TopicId& id);
    Result<std::vector<runtime::Path>> delete_unopened(const TopicPartition& partition,
                                                       const TopicId& id, const FolderLook& look);
    Result<void> remove_folder(const runtime::Path& folder) { return disk_.remove_all(folder); }
    /// The same for a folder whose log is closed and whose partition is elsewhere; durable.
    Result<runtime::Path> retire(const TopicPartition& partition, const runtime::Path& folder);

    // Moves. A future log is in no directory's count until it has taken its partition's place.
    Result<std::unique_ptr<Log>> create_future(const NewFuture& wanted);
    Result<void> remove_future(const FoundLog& found);
    [[nodiscard]] runtime::Path folder_of(const TopicPartition& partition,
                                          std::size_t directory) const;
    /// Its log is in that directory now.
    void moved(const TopicPartition& partition, std::size_t to);
    /// Where the partition is to be created, whenever that is.
    void prefer(const TopicPartition& partition, std::size_t directory);
    /// By its path, however that is spelled; log_dir_not_found.
    [[nodiscard]] Result<std::size_t> find_directory(const runtime::Path& asked) const;
    /// No new log goes there, unless there is no other place.
    void set_cordoned(const std::set<std::size_t>& cordoned);
    /// Likewise as long as its disk hangs.
    void set_hanging(std::size_t directory, bool hangs);
    [[nodiscard]] bool hangs(std::size_t directory) const;

    /// Directories that are online and whose disk has failed meanwhile: to be taken offline.
    [[nodiscard]] std::vector<std::size_t> failed() const;
    /// Calls `wake` when a disk fails, on the thread of the failure.
    void on_failure(std::function<void()> wake) { watch_->on_first_failure(std::move(wake)); }
    /// Notices a directory that is gone though nobody uses it. Looks at the disk.
    void look_at(std::size_t directory);
    /// A directory whose disk failed: nothing is written to it or placed in it any more, its lock
    /// is given up. Answers the partitions that are lost with it. Says so in the log, once; `why`
    /// counts where the disk has not said it.
    std::vector<TopicPartition> take_offline(std::size_t directory, std::string why = {});
    [[nodiscard]] bool any_online() const;
    /// No operation of its disk has failed since it was opened.
    [[nodiscard]] bool is_well(std::size_t directory) const;
    [[nodiscard]] bool is_in(const TopicPartition& partition, std::size_t directory) const;
    [[nodiscard]] std::vector<TopicPartition> logs_in(std::size_t directory) const;
    /// The directory that its log is in; nothing if it is offline, or nowhere.
    [[nodiscard]] std::optional<std::size_t> place_of(const TopicPartition& partition) const;
    /// Looks whether a directory that is offline is there and takes records again; if so, locks it
    /// and answers the partitions' folders. It must be the directory that it was. It stays offline
    /// until bring_online(); take_offline() ends the attempt. At any time, on any thread. Looks
    /// into the other directories too, for folders of those partitions: theirs may be disks that
    /// hang.
    Result<std::vector<FoundLog>> open_again(std::size_t directory);
    /// What is to be recovered of those: of a partition that had just moved there when it failed
    /// the better one of two, which may be in the directory that it came from.
    Result<std::vector<FoundLog>> settle_reopened(std::size_t directory,
                                                  std::vector<FoundLog> found, Now now);
    Result<std::vector<FoundLog>> reopen(std::size_t directory, Now now);  // both
    /// Opens one of those, one that scan() found, or a future log; on any thread, and several at
    /// once. place() or bring_online() follow.
    /// `scanned` counts the bytes of batches that had to be checked.
    [[nodiscard]] Result<std::unique_ptr<Log>> recover_log(
        const FoundLog& found, const LogConfig& config, Now now,
        std::atomic<std::uint64_t>* scanned = nullptr) const;
    void bring_online(std::size_t directory);
    /// The partition's log, which recover_log() opened, is in use.
    void place(const TopicPartition& partition, std::size_t directory);

    /// Writes recovery points, log start offsets and high watermarks of all logs: as many as can
    /// be; the first error. Nothing goes to a directory that has failed.
    Result<void> write_checkpoints(const std::vector<LogOffsets>& logs);
    /// The same for one directory, of those of `logs` that are in it; the others tell what has left
    /// it. False: it keeps what the files of such a one's directory do not have yet.
    Result<bool> write_checkpoints_of(std::size_t directory, const std::vector<LogOffsets>& logs);
    /// The directories of which the last of these has not written all, and why.
    using Unwritten = std::map<runtime::Path, Error>;
    [[nodiscard]] Unwritten unwritten() const;
    /// After every log of a directory was closed in order: the next start need not check them.
    /// Nothing happens in one that has failed, or where some were not opened and may need a check,
    /// or whose checkpoints could not be written.
    Result<void> mark_clean(std::size_t directory);
    Result<void> mark_clean();  // of all of them; the first error

    [[nodiscard]] std::size_t count() const { return directories_.size(); }
    /// With a look at the disks, which may take their time; known(): without, and no space.
    [[nodiscard]] std::vector<DirectoryUse> use() const;
    [[nodiscard]] DirectoryUse use_of(std::size_t directory) const;
    [[nodiscard]] std::vector<DirectoryUse> known() const;
    [[nodiscard]] DirectoryUse known(std::size_t directory) const;
    /// That of the directory's logs, until it is opened again.
    [[nodiscard]] std::shared_ptr<const DirectoryHealth> health_of(std::size_t directory) const;
    [[nodiscard]] std::size_t directory_of(const TopicPartition& partition) const;
    [[nodiscard]] runtime::Disk& disk() { return disk_; }
    [[nodiscard]] const runtime::Path& path_of(std::size_t directory) const;
    /// Where the broker keeps a file of its own: the directory online that has it; in new
    /// directories the first one online. An error if it may be in one that is offline or not
    /// mounted.
    [[nodiscard]] Result<std::size_t> home_of(std::string_view file) const;

private:
    struct Checkpoints {
        OffsetCheckpoint recovery_points;
        OffsetCheckpoint log_starts;
        OffsetCheckpoint high_watermarks;
        void keep(const TopicPartition& partition, const Checkpoints& written);
        /// False if they say nothing of it.
        bool forget(const TopicPartition& partition);
    };
    struct Directory {
        runtime::Path path;
        std::unique_ptr<runtime::FileLock> lock;
        std::shared_ptr<DirectoryHealth> health;
        std::optional<Uuid> id;  // of meta.properties
        bool online = false;     // under mutex_, as why_offline, cordoned, hangs
        bool was_online = false;
        bool cordoned = false;
        bool hangs = false;
        bool clean = false;
        bool has_identity = false;
        std::string why_offline;
        std::unique_ptr<std::mutex> writing = std::make_unique<std::mutex>();  // of checkpoints
        Checkpoints checkpoints;  // as they are in the files; under mutex_ from here
        std::map<TopicPartition, bool> unopened;  // and whether it keeps the mark away
        /// Where there is no other folder of one that open_again() found.
        std::set<std::pair<TopicPartition, std::size_t>> not_in;
        std::optional<Error> unwritten;  // why the files are not what they were to be
        bool keeps_others = false;       // offsets of logs that are elsewhere by now
        std::size_t logs = 0;

        [[nodiscard]] bool usable() const { return online && !health->failed(); }
    };

    explicit LogDirs(Options options);
    Result<void> open_directory(Directory& directory);
    Result<void> read_identity(Directory& directory);
    Result<void> check_identity(Directory& directory);
    Result<void> claim_one(Directory& directory, BrokerId node, const std::string& cluster_id);
    Result<void> read_checkpoints(Directory& directory);
    Result<std::vector<FoundLog>> try_open_again(std::size_t index);
    Result<std::vector<FoundLog>> try_settle(const std::vector<FoundLog>& here, Now now);
    Result<std::vector<FoundLog>> or_close(std::size_t index, Result<std::vector<FoundLog>> found);
    [[nodiscard]] bool may_be_replaced_in(std::size_t other, const FoundLog& log) const;
    void note_where_it_is_not(const std::vector<FoundLog>& found);
    Result<void> find_replaced(const FoundLog& log, std::vector<FoundLog>& into);
    void keep_longer(FoundLog& kept, FoundLog other, Now now);
    Result<void> inherit_start(const FoundLog& kept, const FoundLog& other);
    Result<void> spare_strays(const TopicPartition& partition, const runtime::Path& folder);
    [[nodiscard]] Log::OpenOptions options_for(const FoundLog& found, const LogConfig& config,
                                               Now now) const;
    [[nodiscard]] Uuid next_id();
    [[nodiscard]] std::string unique_name(const TopicPartition& partition, std::string_view suffix);
    Result<OffsetCheckpoint> read_checkpoint(const Directory& directory, std::string_view name);
    Result<void> scan_directory(std::size_t index, std::vector<FoundLog>& found);
    void note_stray(std::size_t index, const std::string& folder);
    [[nodiscard]] Result<FoundLog> look_at(std::size_t index, const TopicPartition& partition,
                                           const std::string& folder) const;
    [[nodiscard]] Result<std::optional<TopicId>> topic_id_in(const runtime::Path& folder) const;
    Result<std::size_t> roomiest(const TopicPartition& partition, const FolderLook& look);
    [[nodiscard]] FolderLook look_for(const TopicPartition& partition) const;
    Result<void> clear_way(const TopicPartition& partition, const FolderLook& look);
    Result<void> put_aside(const FoundLog& found, std::string_view why);
    Result<void> make_way(const TopicPartition& partition, std::size_t directory);
    Result<std::unique_ptr<Log>> create_in(std::size_t directory, const TopicPartition& partition,
                                           const TopicId& id, const LogConfig& config, Now now);
    [[nodiscard]] bool is_usable(std::size_t directory) const;
    [[nodiscard]] std::pair<Checkpoints, bool> wanted_in(std::size_t index,
                                                         const std::vector<LogOffsets>& logs) const;
    Result<void> write_files(std::size_t index, Checkpoints wanted);
    Result<void> forget_offsets(std::size_t index, const TopicPartition& partition);
    [[nodiscard]] runtime::Syncs synced() const {
        return temporary_ ? runtime::Syncs::nothing : runtime::Syncs::file_and_directory;
    }
    Result<void> write_file(Directory& directory, std::string_view name,
                            OffsetCheckpoint Checkpoints::* of, OffsetCheckpoint wanted);
    Result<void> write_metadata_file(const runtime::Path& folder, const TopicId& id) const;

    runtime::Disk& disk_;
    Uuid first_id_;
    std::atomic<std::uint32_t> ids_given_ = 0;
    Logger log_;
    const bool temporary_;
    std::shared_ptr<DirectoryWatch> watch_;
    mutable std::mutex mutex_;
    std::vector<Directory> directories_;
    DirectoryIdentity identity_;
    std::map<TopicPartition, std::size_t> where_;
    std::map<TopicPartition, std::size_t> preferred_;  // under mutex_
    std::vector<FoundLog> futures_;                    // under mutex_, as strays_
    std::vector<FoundLog> strays_;
};

}  // namespace barnabas::log

// Log directories that work again, and folders that are not to be served.
#include "base/invariant.h"
#include "log/directory_files.h"
#include "log/file_names.h"
#include "log/log_dirs.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>
#include <vector>

namespace barnabas::log {
namespace {

/// What is kept may be in memory alone so far.
Result<void> make_durable(Log& log, Log& other) {
    TRY(log.inherit_if_lost(other));
    return log.flush(Now{});
}

/// Segments that were set aside stay when the folder goes that they are in: they get one of their
/// own. Whether there are any.
Result<bool> keep_strays(runtime::Disk& disk, const runtime::Path& folder,
                         const runtime::Path& own) {
    TRY_ASSIGN(auto entries, disk.list(folder));
    std::erase_if(entries, [](const auto& entry) {
        return entry.is_directory || !entry.name.ends_with(stray_file_suffix);
    });
    if (entries.empty()) {
        return false;
    }
    TRY(disk.create_directories(own));
    for (const auto& entry : entries) {
        TRY(disk.rename(folder / entry.name, own / entry.name));
    }
    TRY(disk.sync_directory(own));
    TRY(disk.sync_directory(own.parent_path()));
    return true;
}

}  // namespace

std::vector<FoundLog> LogDirs::take_futures() {
    const std::lock_guard lock(mutex_);
    return std::exchange(futures_, {});
}

std::vector<FoundLog> LogDirs::take_futures(std::size_t directory) {
    const std::lock_guard lock(mutex_);
    std::vector<FoundLog> taken;
    std::erase_if(futures_, [directory, &taken](FoundLog& future) {
        if (future.directory != directory) {
            return false;
        }
        taken.push_back(std::move(future));
        return true;
    });
    return taken;
}

std::vector<FoundLog> LogDirs::take_strays() {
    const std::lock_guard lock(mutex_);
    return std::exchange(strays_, {});
}

Result<std::vector<FoundLog>> LogDirs::reopen(std::size_t index, Now now) {
    TRY_ASSIGN(auto found, open_again(index));
    return settle_reopened(index, std::move(found), now);
}

Result<std::vector<FoundLog>> LogDirs::open_again(std::size_t index) {
    {
        const std::lock_guard lock(mutex_);
        auto& directory = directories_[index];
        INVARIANT(!directory.online, "{} is online", directory.path.string());
        directory.health = watch_->renew(index);
        const auto is_here = [index](const FoundLog& log) { return log.directory == index; };
        std::erase_if(futures_, is_here);  // of an attempt before
        std::erase_if(strays_, is_here);
    }
    return or_close(index, try_open_again(index));
}

Result<std::vector<FoundLog>> LogDirs::settle_reopened(std::size_t index,
                                                       std::vector<FoundLog> found, Now now) {
    auto settled = or_close(index, try_settle(found, now));
    for (const auto& log : settled ? *settled : std::vector<FoundLog>()) {
        if (log.directory != index) {
            leave_unopened(log);  // its directory's checkpoints are written before it is opened
        }
    }
    return settled;
}

/// An error ends the attempt to open it again.
Result<std::vector<FoundLog>> LogDirs::or_close(std::size_t index,
                                                Result<std::vector<FoundLog>> found) {
    if (!found) {
        directories_[index].lock.reset();
        directories_[index].health->fail(found.error().message);
    }
    return found;
}

/// Nobody else works in it meanwhile: no log of it is open, and no new one is made there.
Result<std::vector<FoundLog>> LogDirs::try_open_again(std::size_t index) {
    auto& directory = directories_[index];
    if (!disk_.is_directory(directory.path)) {
        return fail(ErrorCode::kafka_storage_error, "{} is no directory", directory.path.string());
    }
    TRY(check_identity(directory));
    directory.lock.reset();  // of an attempt that began before
    TRY_ASSIGN(directory.lock, disk_.lock(directory.path / lock_file));
    // A disk that only reads is no use; and what is cached would not tell.
    const auto probe = directory.path / probe_file;
    TRY(disk_.replace_text(probe, "can this directory be written to?\n"));
    TRY(disk_.remove(probe));
    // Whoever failed at run time is to be recovered, whatever a file says that may not have been
    // removed for good.
    const bool is_marked = disk_.exists(directory.path / clean_shutdown_file);
    {
        const std::lock_guard lock(mutex_);
        directory.clean = !directory.was_online && is_marked;
    }
    if (is_marked) {
        TRY(disk_.remove(directory.path / clean_shutdown_file));
        TRY(disk_.sync_directory(directory.path));
    }
    TRY(read_checkpoints(directory));
    {
        const std::lock_guard lock(mutex_);
        directory.unopened.clear();
        directory.not_in.clear();
        directory.unwritten.reset();
    }
    if (!directory.has_identity && identity_.node && identity_.cluster_id) {
        TRY(claim_one(directory, *identity_.node, *identity_.cluster_id));
    }
    std::vector<FoundLog> found;
    TRY(scan_directory(index, found));
    note_where_it_is_not(found);
    return found;
}

/// So that whoever settles them need not ask the disks of all directories: there are few doubles.
/// No folder of a partition appears where there is none while no log of it is open.
void LogDirs::note_where_it_is_not(const std::vector<FoundLog>& found) {
    for (const auto& log : found) {
        for (std::size_t i = 0; i < directories_.size(); ++i) {
            if (may_be_replaced_in(i, log) && !disk_.is_directory(folder_of(log.partition, i)) &&
                is_usable(i)) {
                const std::lock_guard lock(mutex_);
                directories_[log.directory].not_in.emplace(log.partition, i);
            }
        }
    }
}

bool LogDirs::may_be_replaced_in(std::size_t other, const FoundLog& log) const {
    const std::lock_guard lock(mutex_);
    return other != log.directory && directories_[other].usable() &&
           !where_.contains(log.partition) &&
           !directories_[log.directory].not_in.contains({log.partition, other});
}

Result<std::vector<FoundLog>> LogDirs::try_settle(const std::vector<FoundLog>& here, Now now) {
    std::vector<FoundLog> found;
    for (const auto& log : here) {
        TRY(find_replaced(log, found));
    }
    found.insert(found.end(), here.begin(), here.end());
    std::ranges::sort(found, {},
                      [](const FoundLog& log) { return std::tie(log.partition, log.directory); });
    return settle_doubles(std::move(found), now);
}

/// A disk that fails right after a log has moved to it has not got all of it: the folder that the
/// log was in is there still, in a directory that does not know of it any more.
Result<void> LogDirs::find_replaced(const FoundLog& log, std::vector<FoundLog>& into) {
    for (std::size_t i = 0; i < directories_.size(); ++i) {
        const auto folder = folder_of(log.partition, i);
        if (may_be_replaced_in(i, log) && disk_.is_directory(folder)) {
            TRY_ASSIGN(auto other, look_at(i, log.partition, folder.filename().string()));
            if (!other.trouble.empty() || other.topic_id == log.topic_id) {
                into.push_back(std::move(other));
                const std::lock_guard lock(mutex_);
                directories_[i].clean = false;  // it was written to since the start
                directories_[i].unopened[log.partition] = true;  // and is being opened
            }
        }
    }
    return {};
}

/// It must be what it was: another disk in its place would be taken for a loss of all records.
Result<void> LogDirs::check_identity(Directory& directory) {
    const auto path = directory.path / identity_file;
    if (!disk_.exists(path)) {
        if (directory.id) {
            return fail(ErrorCode::kafka_storage_error,
                        "{} is missing: this is not the directory that failed; a restart of the "
                        "broker would begin it anew",
                        path.string());
        }
        return {};
    }
    TRY_ASSIGN(const auto text, disk_.read_text(path));
    TRY_ASSIGN(const auto found, parse_identity(text));
    const bool same = (!identity_.node || found.node == identity_.node) &&
                      (!identity_.cluster_id || found.cluster_id == identity_.cluster_id) &&
                      (!directory.id || found.directory_id == directory.id);
    if (!same) {
        return fail(ErrorCode::kafka_storage_error,
                    "{} is of broker {} of cluster {}, or of another directory than this one was",
                    path.string(), found.node.value_or(no_broker), found.cluster_id.value_or("?"));
    }
    directory.has_identity = true;
    directory.id = found.directory_id;
    return {};
}

Result<std::unique_ptr<Log>> LogDirs::recover_log(const FoundLog& found, const LogConfig& config,
                                                  Now now,
                                                  std::atomic<std::uint64_t>* scanned) const {
    if (!found.trouble.empty()) {
        return fail(ErrorCode::kafka_storage_error, "{}", found.trouble);
    }
    auto options = options_for(found, config, now);
    options.scanned = scanned;
    TRY_ASSIGN(auto log, Log::open(std::move(options)));
    const std::lock_guard lock(mutex_);
    const auto& committed = directories_[found.directory].checkpoints.high_watermarks;
    if (const auto known = committed.find(found.partition); known != committed.end()) {
        log->set_high_watermark(known->second);
    }
    return log;
}

void LogDirs::bring_online(std::size_t directory) {
    const std::lock_guard lock(mutex_);
    directories_[directory].online = true;
    directories_[directory].was_online = true;
    directories_[directory].why_offline.clear();
}

void LogDirs::leave_unopened(const FoundLog& found) {
    const std::lock_guard lock(mutex_);
    directories_[found.directory].unopened[found.partition] = true;
}

void LogDirs::leave_alone(const FoundLog& found) {
    const std::lock_guard lock(mutex_);
    auto& directory = directories_[found.directory];
    directory.unopened[found.partition] = !directory.clean;
}

void LogDirs::set_aside(const FoundLog& found, std::string_view why) {
    if (const auto put = put_aside(found, why); !put) {
        log_.error("it was to be set aside, because {}: {}", why, put.error().message);
    }
}

Result<void> LogDirs::put_aside(const FoundLog& found, std::string_view why) {
    auto& directory = directories_[found.directory];
    const auto target = directory.path / unique_name(found.partition, stray_folder_suffix);
    TRY(disk_.rename(directory.path / found.folder, target));
    {
        const std::lock_guard lock(mutex_);
        directory.unopened.erase(found.partition);
    }
    log_.warn("{} is set aside as {}: {}", (directory.path / found.folder).string(),
              target.filename().string(), why);
    return {};
}

Result<std::vector<runtime::Path>> LogDirs::delete_unopened(const TopicPartition& partition,
                                                            const TopicId& id) {
    return delete_unopened(partition, id, look_for(partition));
}

Result<std::vector<runtime::Path>> LogDirs::delete_unopened(const TopicPartition& partition,
                                                            const TopicId& id,
                                                            const FolderLook& look) {
    std::vector<runtime::Path> renamed;
    const auto found = look.folders.find(partition);
    for (const auto i : found != look.folders.end() ? found->second : std::vector<std::size_t>()) {
        const auto folder = folder_of(partition, i);
        if (!is_usable(i) || !disk_.is_directory(folder)) {
            continue;  // not any more
        }
        TRY_ASSIGN(const auto theirs, topic_id_in(folder));
        if (theirs && *theirs != id) {
            continue;
        }
        auto target = folder.parent_path() / unique_name(partition, delete_folder_suffix);
        TRY(disk_.rename(folder, target));
        {
            const std::lock_guard lock(mutex_);
            directories_[i].unopened.erase(partition);
        }
        renamed.push_back(std::move(target));
    }
    return renamed;
}

std::vector<FoundLog> LogDirs::settle_doubles(std::vector<FoundLog> found, Now now) {
    std::vector<FoundLog> settled;
    for (auto& one : found) {
        const bool doubled = !settled.empty() && settled.back().partition == one.partition;
        if (!doubled) {
            settled.push_back(std::move(one));
        } else if (settled.back().trouble.empty() && one.trouble.empty()) {
            keep_longer(settled.back(), std::move(one), now);
        } else {
            // Nobody knows which of them counts: neither is opened.
            auto& kept = settled.back();
            leave_unopened(one);
            kept.trouble = fmt::format(
                "it is in {} and in {}; {}", path_of(kept.directory).string(),
                path_of(one.directory).string(), kept.trouble.empty() ? one.trouble : kept.trouble);
        }
    }
    return settled;
}

/// A crash in the middle of a move leaves a log and its copy, which may have gone on: then the
/// shorter one's last batch is in the longer one, and the shorter one is not needed. Either may
/// have lost what it had not synced, the end of a segment in its middle too.
void LogDirs::keep_longer(FoundLog& kept, FoundLog other, Now now) {
    const LogConfig compacted{.cleanup_compact = true};  // whatever it is: holes are no end of it
    const auto first = Log::open(options_for(kept, compacted, now));
    const auto second = Log::open(options_for(other, compacted, now));
    // The checkpoint changes sides when the copy is on the medium. Before that a log without
    // records may be one that begins anew, behind what it had not synced: its copy knows more.
    const auto rank = [this](const FoundLog& found, Log& log, Log& beside) {
        const auto end = log.end_beside(beside).value_or(log.log_start());
        const std::lock_guard lock(mutex_);
        const auto& points = directories_[found.directory].checkpoints.recovery_points;
        const auto known = points.find(found.partition);
        const bool is_known = known != points.end();
        const bool anew = is_known && log.size_bytes() == 0 && known->second < log.log_start();
        return std::tuple(end, !anew, is_known);
    };
    const bool swaps =
        second && (!first || rank(other, **second, **first) > rank(kept, **first, **second));
    const auto& longer = swaps ? second : first;
    const auto& shorter = swaps ? first : second;
    const bool both = longer && shorter;
    const bool needless = both && (*shorter)->is_beginning_of(**longer);
    if (swaps) {
        std::swap(kept, other);
    }
    // A crash may have taken all of it that the copy, which begins later, has: nothing tells then
    // that they belong together, but what it knows of producers nobody else knows.
    const bool related = needless || (both && (*shorter)->end_of_batches().value_or(offset_max) <=
                                                  (*longer)->log_start());
    // What goes must not come back with a crash, when it may be the longer one.
    auto told = related ? make_durable(**longer, **shorter) : Result<void>();
    told = related && told ? inherit_start(kept, other) : std::move(told);
    if (!told) {
        log_.error("{}", told.error().message);
        return;
    }
    if (!needless) {
        set_aside(other, "the partition is in another directory too, with other records");
        return;
    }
    log_.info("{} has moved to {}; what is left of it in {} is removed", kept.partition,
              path_of(kept.directory).string(), path_of(other.directory).string());
    const auto folder = path_of(other.directory) / other.folder;
    auto removed = spare_strays(other.partition, folder);
    removed = removed ? disk_.remove_all(folder) : std::move(removed);
    removed = removed ? disk_.sync_directory(folder.parent_path()) : std::move(removed);
    if (!removed) {
        log_.error("{}", removed.error().message);
        return;
    }
    const std::lock_guard lock(mutex_);
    directories_[other.directory].unopened.erase(other.partition);
}

/// Before the folder is removed.
Result<void> LogDirs::spare_strays(const TopicPartition& partition, const runtime::Path& folder) {
    const auto own = folder.parent_path() / unique_name(partition, stray_folder_suffix);
    TRY_ASSIGN(const bool any, keep_strays(disk_, folder, own));
    if (any) {
        log_.warn("the segments of {} that had been set aside in {} are in {} now", partition,
                  folder.string(), own.string());
    }
    return {};
}

/// A copy that went on before its checkpoint was written begins where the other one did.
Result<void> LogDirs::inherit_start(const FoundLog& kept, const FoundLog& other) {
    auto& directory = directories_[kept.directory];
    const std::lock_guard one_at_a_time(*directory.writing);
    OffsetCheckpoint wanted;
    {
        const std::lock_guard lock(mutex_);
        const auto start =
            offset_in(directories_[other.directory].checkpoints.log_starts, kept.partition);
        wanted = directory.checkpoints.log_starts;
        if (start <= offset_in(wanted, kept.partition)) {
            return {};
        }
        wanted[kept.partition] = start;
    }
    return write_file(directory, log_start_file, &Checkpoints::log_starts, std::move(wanted));
}

Result<std::unique_ptr<Log>> LogDirs::create_future(const NewFuture& wanted) {
    const auto& path = directories_[wanted.directory].path;
    if (!is_usable(wanted.directory)) {
        return fail(ErrorCode::kafka_storage_error, "log directory {} is offline", path.string());
    }
    const auto folder = path / unique_name(wanted.partition, future_folder_suffix);
    TRY_ASSIGN(auto log, Log::open({.disk = disk_,
                                    .folder = folder,
                                    .partition = wanted.partition,
                                    .config = wanted.config,
                                    .log_start = wanted.start,
                                    .health = health_of(wanted.directory),
                                    .now = wanted.now,
                                    .log = log_}));
    TRY(write_metadata_file(folder, wanted.id));
    return log;
}

Result<void> LogDirs::remove_future(const FoundLog& found) {
    return disk_.remove_all(directories_[found.directory].path / found.folder);
}

runtime::Path LogDirs::folder_of(const TopicPartition& partition, std::size_t directory) const {
    return path_of(directory) / folder_name(partition);
}

void LogDirs::moved(const TopicPartition& partition, std::size_t to) {
    const std::lock_guard lock(mutex_);
    const auto where = where_.find(partition);
    INVARIANT(where != where_.end(), "{} is in no directory", partition);
    --directories_[where->second].logs;
    ++directories_[to].logs;
    where->second = to;
}

Result<runtime::Path> LogDirs::retire(const TopicPartition& partition,
                                      const runtime::Path& folder) {
    // Its successor first: names too, which a flush of records that are synced leaves out.
    const auto successor = folder_of(partition, directory_of(partition));
    TRY(disk_.sync_directory(successor));
    TRY(disk_.sync_directory(successor.parent_path()));
    TRY(spare_strays(partition, folder));
    const auto target = folder.parent_path() / unique_name(partition, delete_folder_suffix);
    TRY(disk_.rename(folder, target));
    TRY(disk_.sync_directory(folder.parent_path()));
    return target;
}

Result<std::size_t> LogDirs::find_directory(const runtime::Path& asked) const {
    const auto wanted = disk_.absolute(asked);
    for (std::size_t i = 0; i < directories_.size(); ++i) {
        if (directories_[i].path == wanted) {
            return i;
        }
    }
    return fail(ErrorCode::log_dir_not_found, "{} is none of the directories of log.dirs",
                asked.string());
}

void LogDirs::set_cordoned(const std::set<std::size_t>& cordoned) {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < directories_.size(); ++i) {
        directories_[i].cordoned = cordoned.contains(i);
    }
}

void LogDirs::set_hanging(std::size_t directory, bool hangs) {
    const std::lock_guard lock(mutex_);
    directories_[directory].hangs = hangs;
}

bool LogDirs::hangs(std::size_t directory) const {
    const std::lock_guard lock(mutex_);
    return directories_[directory].hangs;
}

void LogDirs::prefer(const TopicPartition& partition, std::size_t directory) {
    const std::lock_guard lock(mutex_);
    preferred_.insert_or_assign(partition, directory);
}

bool LogDirs::is_well(std::size_t directory) const {
    return !watch_->health(directory)->failed();
}

bool LogDirs::is_in(const TopicPartition& partition, std::size_t directory) const {
    return place_of(partition) == directory;
}

std::vector<TopicPartition> LogDirs::logs_in(std::size_t directory) const {
    const std::lock_guard lock(mutex_);
    std::vector<TopicPartition> partitions;
    for (const auto& [partition, place] : where_) {
        if (place == directory) {
            partitions.push_back(partition);
        }
    }
    return partitions;
}

std::optional<std::size_t> LogDirs::place_of(const TopicPartition& partition) const {
    const std::lock_guard lock(mutex_);
    const auto found = where_.find(partition);
    return found != where_.end() ? std::optional(found->second) : std::nullopt;
}

}  // namespace barnabas::log

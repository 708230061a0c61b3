#include "log/log_dirs.h"

#include "base/invariant.h"
#include "log/directory_files.h"
#include "log/file_names.h"
#include "log/foreign_directory.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace barnabas::log {
namespace {

/// Where it is made, with parents, their entries are durable: else a power failure would take the
/// directory with everything that was ever synced in it.
Result<void> make_directory(runtime::Disk& disk, const runtime::Path& path, bool temporary) {
    std::vector<runtime::Path> parents;
    // A disk that does not answer has no root either.
    for (auto missing = path; !temporary && missing.has_relative_path() && !disk.exists(missing);) {
        missing = missing.parent_path();
        parents.push_back(missing);
    }
    TRY(disk.create_directories(path));
    for (const auto& parent : parents) {
        TRY(disk.sync_directory(parent));
    }
    return {};
}

}  // namespace

LogDirs::LogDirs(Options options)
    : disk_(options.disk),
      first_id_(options.random.uuid()),
      log_(std::move(options.log)),
      temporary_(options.temporary) {
    for (auto& path : options.directories) {
        path = disk_.absolute(path);
    }
    watch_ = std::make_shared<DirectoryWatch>(disk_, options.directories);
    disk_.watch(watch_);
    for (auto& path : options.directories) {
        auto& directory = directories_.emplace_back();
        directory.health = watch_->health(directories_.size() - 1);
        directory.path = std::move(path);
    }
}

Result<std::unique_ptr<LogDirs>> LogDirs::open(Options options) {
    auto dirs = std::unique_ptr<LogDirs>(new LogDirs(std::move(options)));
    bool any = false;
    for (auto& directory : dirs->directories_) {
        auto opened = dirs->open_directory(directory);
        if (!opened && opened.error().code != ErrorCode::kafka_storage_error) {
            return fail(std::move(opened));
        }
        directory.online = opened.has_value();
        directory.was_online = directory.online;
        if (!opened) {
            directory.lock.reset();
            directory.why_offline = opened.error().message;
            dirs->log_.error("log directory {} is offline: {}", directory.path.string(),
                             directory.why_offline);
        }
        any = any || directory.online;
    }
    if (!any) {
        return fail(ErrorCode::kafka_storage_error, "no log directory can be used; {}: {}",
                    dirs->directories_.front().path.string(),
                    dirs->directories_.front().why_offline);
    }
    return dirs;
}

Result<void> LogDirs::open_directory(Directory& directory) {
    TRY(make_directory(disk_, directory.path, temporary_));
    const auto lock_path = directory.path / lock_file;
    auto lock = disk_.lock(lock_path);
    if (!lock) {
        // Whoever can open the file and not lock it is kept out by somebody.
        const bool held = disk_.open(lock_path, runtime::OpenMode::read_write).has_value();
        return fail(held ? ErrorCode::invalid_config : ErrorCode::kafka_storage_error, "{}: {}",
                    directory.path.string(), lock.error().message);
    }
    directory.lock = std::move(*lock);
    TRY(read_identity(directory));
    directory.clean = disk_.exists(directory.path / clean_shutdown_file);
    TRY(read_checkpoints(directory));
    if (directory.clean) {
        // From now on a stop that is not orderly has to be seen.
        TRY(disk_.remove(directory.path / clean_shutdown_file));
        TRY(disk_.sync_directory(directory.path));
    }
    return {};
}

Result<void> LogDirs::read_identity(Directory& directory) {
    const auto path = directory.path / identity_file;
    if (!disk_.exists(path)) {
        return check_not_foreign(disk_, directory.path);
    }
    TRY_ASSIGN(const auto text, disk_.read_text(path));
    auto parsed = parse_identity(text);
    if (!parsed) {
        return fail(ErrorCode::invalid_config, "{}: {}", path.string(), parsed.error().message);
    }
    auto& found = *parsed;
    const auto differs = [](const auto& mine, const auto& theirs) {
        return mine && theirs && *mine != *theirs;
    };
    if (differs(identity_.cluster_id, found.cluster_id) || differs(identity_.node, found.node)) {
        return fail(ErrorCode::invalid_config,
                    "{} is of broker {} of cluster {}; the directory before it is of broker {} of "
                    "cluster {}",
                    path.string(), found.node.value_or(no_broker), found.cluster_id.value_or("?"),
                    identity_.node.value_or(no_broker), identity_.cluster_id.value_or("?"));
    }
    directory.id = found.directory_id;
    directory.has_identity = true;
    identity_ = std::move(found);
    return {};
}

Result<void> LogDirs::claim(BrokerId node, const std::string& cluster_id) {
    for (auto& directory : directories_) {
        if (directory.online && !directory.has_identity) {
            TRY(claim_one(directory, node, cluster_id));
        }
    }
    identity_.node = node;
    identity_.cluster_id = cluster_id;
    return {};
}

Result<void> LogDirs::claim_one(Directory& directory, BrokerId node,
                                const std::string& cluster_id) {
    const auto id = next_id();
    // Its entry too: a directory that comes back without it would be taken for another one.
    TRY(disk_.replace_text(directory.path / identity_file, identity_text(node, cluster_id, id),
                           synced()));
    directory.has_identity = true;
    directory.id = id;
    return {};
}

/// The random source is its shard's, and this runs on the blocking pool: all ids follow from one.
Uuid LogDirs::next_id() {
    Uuid id = first_id_;
    const std::uint32_t number = ids_given_++;
    for (std::size_t i = 0; i < sizeof number; ++i) {
        id.bytes[id.bytes.size() - 1 - i] ^= static_cast<std::uint8_t>(number >> (8 * i));
    }
    return id;
}

Result<std::vector<FoundLog>> LogDirs::scan() {
    std::vector<FoundLog> found;
    Result<void> failed;
    for (std::size_t i = 0; i < directories_.size(); ++i) {
        auto scanned = directories_[i].online ? scan_directory(i, found) : Result<void>();
        if (!scanned && scanned.error().code == ErrorCode::unsupported_version) {
            return fail(std::move(scanned));
        }
        if (!scanned) {
            directories_[i].health->fail(scanned.error().message);  // whoever keeps them hears it
            failed = std::move(scanned);
        }
    }
    if (!failed && std::ranges::none_of(directories_, &Directory::usable)) {
        return fail(std::move(failed));
    }
    std::ranges::sort(found, {},
                      [](const FoundLog& log) { return std::tie(log.partition, log.directory); });
    return found;
}

/// Fails where the directory itself does, and where something is of a newer format.
Result<void> LogDirs::scan_directory(std::size_t index, std::vector<FoundLog>& found) {
    const auto& directory = directories_[index];
    TRY_ASSIGN(const auto entries, disk_.list(directory.path));
    for (const auto& entry : entries) {
        if (!entry.is_directory || entry.name == kraft_log_folder) {
            continue;
        }
        if (entry.name.ends_with(stray_folder_suffix)) {
            note_stray(index, entry.name);
            continue;
        }
        if (partition_of_deletion(entry.name)) {
            if (const auto removed = disk_.remove_all(directory.path / entry.name); !removed) {
                log_.error("{}; the next start tries again", removed.error().message);
            }
            continue;
        }
        const auto future = partition_of_future(entry.name);
        const auto partition = future ? future : partition_of_folder(entry.name);
        if (!partition) {
            log_.warn("{} is no folder of a partition; left alone",
                      (directory.path / entry.name).string());
            continue;
        }
        TRY_ASSIGN(auto folder, look_at(index, *partition, entry.name));
        if (!future) {
            found.push_back(std::move(folder));
            continue;
        }
        const std::lock_guard lock(mutex_);
        futures_.push_back(std::move(folder));
    }
    return {};
}

/// One file's error is its partition's alone; but what is of a newer format is not touched at all.
Result<FoundLog> LogDirs::look_at(std::size_t index, const TopicPartition& partition,
                                  const std::string& folder) const {
    FoundLog found{.directory = index, .partition = partition, .topic_id = {}, .folder = folder};
    auto id = topic_id_in(directories_[index].path / folder);
    if (id) {
        found.topic_id = *id;
    } else if (id.error().code == ErrorCode::unsupported_version) {
        return fail(std::move(id));
    } else {
        found.trouble = std::move(id.error().message);
    }
    return found;
}

Result<std::optional<TopicId>> LogDirs::topic_id_in(const runtime::Path& folder) const {
    const auto metadata = folder / partition_metadata_file;
    if (!disk_.exists(metadata)) {
        return std::optional<TopicId>();
    }
    TRY_ASSIGN(const auto text, disk_.read_text(metadata));
    const auto id = parse_partition_metadata(text);
    if (!id) {
        return fail(id.error().code, "{}: {}", metadata.string(), id.error().message);
    }
    return *id;
}

/// It is not opened: what cannot be read of it is no reason not to start.
void LogDirs::note_stray(std::size_t index, const std::string& folder) {
    const auto partition = partition_of_stray(folder);
    const auto id = topic_id_in(directories_[index].path / folder);
    if (partition && id) {
        const std::lock_guard lock(mutex_);
        strays_.push_back(
            {.directory = index, .partition = *partition, .topic_id = *id, .folder = folder});
    }
}

/// What the page cache has of a directory that failed counts for nothing until it is online again.
/// Neither the mark of a clean stop nor the checkpoints are of unfinished copies: one that nobody
/// opened before the stop is as a crash left it, so they are always checked whole.
Log::OpenOptions LogDirs::options_for(const FoundLog& found, const LogConfig& config,
                                      Now now) const {
    const auto& directory = directories_[found.directory];
    const std::lock_guard lock(mutex_);
    const auto& checkpoints = directory.checkpoints;
    const bool is_copy = found.folder.ends_with(future_folder_suffix);
    return {.disk = disk_,
            .folder = directory.path / found.folder,
            .partition = found.partition,
            .config = config,
            .log_start = offset_in(checkpoints.log_starts, found.partition),
            .recovery_point =
                is_copy ? Offset{0} : offset_in(checkpoints.recovery_points, found.partition),
            .clean = directory.clean && !is_copy,
            .health = directory.health,
            .cached = directory.online,
            .now = now,
            .log = log_};
}

Result<std::unique_ptr<Log>> LogDirs::open_log(const FoundLog& found, const LogConfig& config,
                                               Now now) {
    TRY_ASSIGN(auto log, recover_log(found, config, now));
    place(found.partition, found.directory);
    return log;
}

void LogDirs::place(const TopicPartition& partition, std::size_t directory) {
    const std::lock_guard lock(mutex_);
    ++directories_[directory].logs;
    directories_[directory].unopened.erase(partition);
    where_[partition] = directory;
}

Result<void> LogDirs::write_topic_id(const FoundLog& found, const TopicId& id) const {
    return write_metadata_file(directories_[found.directory].path / found.folder, id);
}

Result<void> LogDirs::write_metadata_file(const runtime::Path& folder, const TopicId& id) const {
    TRY_ASSIGN(const auto file,
               disk_.open(folder / partition_metadata_file, runtime::OpenMode::create_or_open));
    return file->write_at(0, as_bytes(partition_metadata_text(id)));
}

/// As Kafka, which cuts the topic's name to keep folder names within 255 characters.
std::string LogDirs::unique_name(const TopicPartition& partition, std::string_view suffix) {
    const auto rest =
        fmt::format("-{}.{:02x}{}", partition.partition, fmt::join(next_id().bytes, ""), suffix);
    return partition.topic.substr(0, 255 - rest.size()) + rest;
}

Result<runtime::Path> LogDirs::delete_log(std::unique_ptr<Log> log) {
    {
        const std::lock_guard lock(mutex_);
        const auto where = where_.find(log->partition());
        INVARIANT(where != where_.end(), "{} is in no directory", log->partition());
        --directories_[where->second].logs;
        where_.erase(where);
    }
    const auto folder = log->folder();
    const auto target = folder.parent_path() / unique_name(log->partition(), delete_folder_suffix);
    log.reset();
    TRY(disk_.rename(folder, target));
    return target;
}

std::vector<std::size_t> LogDirs::failed() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::size_t> failed;
    for (std::size_t i = 0; i < directories_.size(); ++i) {
        if (directories_[i].online && directories_[i].health->failed()) {
            failed.push_back(i);
        }
    }
    return failed;
}

void LogDirs::look_at(std::size_t directory) {
    if (known(directory).online) {
        watch_->look_for(directory);  // failed() tells
    }
}

std::vector<TopicPartition> LogDirs::take_offline(std::size_t directory, std::string why) {
    INVARIANT(directory < directories_.size(), "directory {} of {}", directory,
              directories_.size());
    auto& broken = directories_[directory];
    broken.health->fail(std::move(why));
    broken.lock.reset();
    auto lost = logs_in(directory);
    const std::lock_guard lock(mutex_);
    for (const auto& partition : lost) {
        where_.erase(partition);
    }
    if (broken.online) {
        broken.online = false;
        broken.why_offline = broken.health->why();
        broken.logs = 0;
        log_.error("log directory {} is offline with its {} partitions: {}", broken.path.string(),
                   lost.size(), broken.why_offline);
    }
    return lost;
}

bool LogDirs::is_usable(std::size_t directory) const {
    const std::lock_guard lock(mutex_);
    return directories_[directory].usable();
}

bool LogDirs::any_online() const {
    const std::lock_guard lock(mutex_);
    return std::ranges::any_of(directories_, &Directory::online);
}

std::vector<DirectoryUse> LogDirs::use() const {
    std::vector<DirectoryUse> uses;
    for (std::size_t i = 0; i < directories_.size(); ++i) {
        uses.push_back(use_of(i));
    }
    return uses;
}

std::vector<DirectoryUse> LogDirs::known() const {
    std::vector<DirectoryUse> uses;
    for (std::size_t i = 0; i < directories_.size(); ++i) {
        uses.push_back(known(i));
    }
    return uses;
}

DirectoryUse LogDirs::known(std::size_t index) const {
    const std::lock_guard lock(mutex_);
    const auto& directory = directories_[index];
    return {.index = index,
            .path = directory.path,
            .online = directory.usable(),
            .why_offline = directory.online ? directory.health->why() : directory.why_offline,
            .cordoned = directory.cordoned,
            .logs = directory.logs,
            .space = {}};
}

DirectoryUse LogDirs::use_of(std::size_t index) const {
    DirectoryUse use = known(index);
    if (use.online) {
        use.space = disk_.space(use.path).value_or(runtime::DiskSpace{});
    }
    return use;
}

std::shared_ptr<const DirectoryHealth> LogDirs::health_of(std::size_t directory) const {
    const std::lock_guard lock(mutex_);
    return directories_[directory].health;
}

std::size_t LogDirs::directory_of(const TopicPartition& partition) const {
    const std::lock_guard lock(mutex_);
    const auto found = where_.find(partition);
    INVARIANT(found != where_.end(), "{} is in no directory", partition);
    return found->second;
}

const runtime::Path& LogDirs::path_of(std::size_t directory) const {
    INVARIANT(directory < directories_.size(), "directory {} of {}", directory,
              directories_.size());
    return directories_[directory].path;
}

Result<std::size_t> LogDirs::home_of(std::string_view file) const {
    std::optional<std::size_t> first;
    bool used_before = false;
    const Directory* suspect = nullptr;  // offline, or empty where another disk should be mounted
    for (std::size_t i = 0; i < directories_.size(); ++i) {
        const auto& directory = directories_[i];
        if (!directory.online || !directory.has_identity) {
            suspect = suspect == nullptr ? &directory : suspect;
        }
        if (!directory.online) {
            continue;
        }
        if (disk_.exists(directory.path / file)) {
            return i;
        }
        used_before = used_before || directory.has_identity;
        first = first.value_or(i);
    }
    INVARIANT(first, "no directory of {} is online", directories_.size());
    if (used_before && suspect != nullptr) {
        return fail(ErrorCode::kafka_storage_error,
                    "{} is in no log directory that can be used, and {} {}; mend or mount it, or "
                    "take it out of log.dirs to begin without what it holds",
                    file, suspect->path.string(),
                    suspect->online ? "is empty" : "is offline: " + suspect->why_offline);
    }
    return *first;
}

}  // namespace barnabas::log

#include "log/log_dirs.h"

#include "base/invariant.h"
#include "log/file_names.h"

#include <algorithm>
#include <utility>

namespace barnabas::log {
namespace {

constexpr std::string_view clean_file = ".kafka_cleanshutdown";
constexpr std::string_view lock_file = ".lock";
constexpr std::string_view recovery_file = "recovery-point-offset-checkpoint";
constexpr std::string_view log_start_file = "log-start-offset-checkpoint";
constexpr std::string_view high_watermark_file = "replication-offset-checkpoint";
constexpr std::string_view kraft_log = "__cluster_metadata-0";

Offset offset_in(const OffsetCheckpoint& checkpoint, const TopicPartition& partition) {
    const auto found = checkpoint.find(partition);
    return found == checkpoint.end() ? Offset{0} : found->second;
}

}  // namespace

LogDirs::LogDirs(Options options)
    : disk_(options.disk), random_(options.random), log_(std::move(options.log)) {
    for (auto& path : options.directories) {
        directories_.emplace_back().path = std::move(path);
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
        if (!opened) {
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
    TRY(disk_.create_directories(directory.path));
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
    directory.clean = disk_.exists(directory.path / clean_file);
    TRY_ASSIGN(directory.checkpoints.recovery_points, read_checkpoint(directory, recovery_file));
    TRY_ASSIGN(directory.checkpoints.log_starts, read_checkpoint(directory, log_start_file));
    TRY_ASSIGN(directory.checkpoints.high_watermarks,
               read_checkpoint(directory, high_watermark_file));
    if (directory.clean) {
        // From now on a stop that is not orderly has to be seen.
        TRY(disk_.remove(directory.path / clean_file));
        TRY(disk_.sync_directory(directory.path));
    }
    return {};
}

Result<void> LogDirs::read_identity(Directory& directory) {
    const auto path = directory.path / identity_file;
    if (!disk_.exists(path)) {
        return {};
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
    identity_ = std::move(found);
    directory.has_identity = true;
    return {};
}

Result<void> LogDirs::claim(BrokerId node, const std::string& cluster_id) {
    for (auto& directory : directories_) {
        if (directory.online && !directory.has_identity) {
            TRY(disk_.replace_text(directory.path / identity_file,
                                   identity_text(node, cluster_id, random_.uuid())));
            directory.has_identity = true;
        }
    }
    identity_.node = node;
    identity_.cluster_id = cluster_id;
    return {};
}

/// An unreadable checkpoint costs a longer check of the logs, nothing else.
Result<OffsetCheckpoint> LogDirs::read_checkpoint(const Directory& directory,
                                                  std::string_view name) {
    const auto path = directory.path / name;
    if (!disk_.exists(path)) {
        return OffsetCheckpoint{};
    }
    TRY_ASSIGN(const auto text, disk_.read_text(path));
    auto parsed = parse_offset_checkpoint(text);
    if (!parsed) {
        log_.warn("{}: {}; taken as empty", path.string(), parsed.error().message);
        return OffsetCheckpoint{};
    }
    return parsed;
}

Result<std::vector<FoundLog>> LogDirs::scan() {
    std::map<TopicPartition, FoundLog> found;
    for (std::size_t i = 0; i < directories_.size(); ++i) {
        if (directories_[i].online) {
            TRY(scan_directory(i, found));
        }
    }
    std::vector<FoundLog> logs;
    for (auto& [partition, log] : found) {
        logs.push_back(std::move(log));
    }
    return logs;
}

Result<void> LogDirs::scan_directory(std::size_t index, std::map<TopicPartition, FoundLog>& found) {
    const auto& directory = directories_[index];
    TRY_ASSIGN(const auto entries, disk_.list(directory.path));
    for (const auto& entry : entries) {
        if (!entry.is_directory || entry.name == kraft_log) {
            continue;
        }
        if (entry.name.ends_with(delete_folder_suffix)) {
            TRY(disk_.remove_all(directory.path / entry.name));
            continue;
        }
        const auto partition = partition_of_folder(entry.name);
        if (!partition) {
            log_.warn("{} is no folder of a partition; left alone",
                      (directory.path / entry.name).string());
            continue;
        }
        FoundLog log{.directory = index, .partition = *partition, .topic_id = {}};
        const auto metadata = directory.path / entry.name / partition_metadata_file;
        if (disk_.exists(metadata)) {
            TRY_ASSIGN(const auto text, disk_.read_text(metadata));
            log.topic_id = parse_partition_metadata(text);
        }
        const auto [at, added] = found.emplace(*partition, log);
        if (!added) {
            return fail(ErrorCode::invalid_config, "{} is in {} and in {}; remove one of them",
                        *partition, directories_[at->second.directory].path.string(),
                        directory.path.string());
        }
    }
    return {};
}

Result<std::unique_ptr<Log>> LogDirs::open_log(const FoundLog& found, const LogConfig& config,
                                               Now now) {
    auto& directory = directories_[found.directory];
    TRY_ASSIGN(auto log,
               Log::open({.disk = disk_,
                          .folder = directory.path / folder_name(found.partition),
                          .partition = found.partition,
                          .config = config,
                          .log_start = offset_in(directory.checkpoints.log_starts, found.partition),
                          .recovery_point =
                              offset_in(directory.checkpoints.recovery_points, found.partition),
                          .clean = directory.clean,
                          .now = now,
                          .log = log_}));
    log->set_high_watermark(offset_in(directory.checkpoints.high_watermarks, found.partition));
    ++directory.logs;
    where_[found.partition] = found.directory;
    return log;
}

Result<LogDirs::Directory*> LogDirs::roomiest() {
    Directory* best = nullptr;
    for (auto& directory : directories_) {
        if (directory.online && (best == nullptr || directory.logs < best->logs)) {
            best = &directory;
        }
    }
    if (best == nullptr) {
        return fail(ErrorCode::kafka_storage_error, "every log directory is offline");
    }
    return best;
}

Result<std::unique_ptr<Log>> LogDirs::create_log(const TopicPartition& partition, const TopicId& id,
                                                 const LogConfig& config, Now now) {
    TRY_ASSIGN(auto* directory, roomiest());
    const auto folder = directory->path / folder_name(partition);
    // A folder that is not there yet need not be listed: half of all system calls of a creation.
    TRY_ASSIGN(auto log, Log::open({.disk = disk_,
                                    .folder = folder,
                                    .partition = partition,
                                    .config = config,
                                    .now = now,
                                    .log = log_}));
    TRY(write_metadata_file(folder, id));
    ++directory->logs;
    where_[partition] = static_cast<std::size_t>(directory - directories_.data());
    return log;
}

Result<void> LogDirs::write_topic_id(const FoundLog& found, const TopicId& id) {
    return write_metadata_file(directories_[found.directory].path / folder_name(found.partition),
                               id);
}

Result<void> LogDirs::write_metadata_file(const runtime::Path& folder, const TopicId& id) {
    TRY_ASSIGN(const auto file,
               disk_.open(folder / partition_metadata_file, runtime::OpenMode::create_or_open));
    return file->write_at(0, as_bytes(partition_metadata_text(id)));
}

Result<runtime::Path> LogDirs::delete_log(std::unique_ptr<Log> log) {
    const auto where = where_.find(log->partition());
    INVARIANT(where != where_.end(), "{} is in no directory", log->partition());
    const auto& id = random_.uuid();
    const auto folder = log->folder();
    // As Kafka, which cuts the topic's name to keep folder names within 255 characters.
    const auto suffix = fmt::format("-{}.{:02x}{}", log->partition().partition,
                                    fmt::join(id.bytes, ""), delete_folder_suffix);
    const auto name = log->partition().topic.substr(0, 255 - suffix.size());
    const auto target = folder.parent_path() / (name + suffix);
    log.reset();
    TRY(disk_.rename(folder, target));
    --directories_[where->second].logs;
    where_.erase(where);
    return target;
}

Result<void> LogDirs::write_checkpoints(const std::vector<LogOffsets>& logs) {
    std::vector<Checkpoints> wanted(directories_.size());
    for (const auto& log : logs) {
        auto& checkpoints = wanted[log.directory];
        checkpoints.recovery_points[log.partition] = log.recovery_point;
        checkpoints.high_watermarks[log.partition] = log.high_watermark;
        if (log.log_start > Offset{0}) {
            checkpoints.log_starts[log.partition] = log.log_start;
        }
    }
    for (std::size_t i = 0; i < directories_.size(); ++i) {
        auto& directory = directories_[i];
        if (directory.online) {
            TRY(write_checkpoint(directory, recovery_file, wanted[i].recovery_points,
                                 directory.checkpoints.recovery_points));
            TRY(write_checkpoint(directory, log_start_file, wanted[i].log_starts,
                                 directory.checkpoints.log_starts));
            TRY(write_checkpoint(directory, high_watermark_file, wanted[i].high_watermarks,
                                 directory.checkpoints.high_watermarks));
        }
    }
    return {};
}

/// What is in the file already is not written again: each writing is synced.
Result<void> LogDirs::write_checkpoint(const Directory& directory, std::string_view name,
                                       OffsetCheckpoint& wanted, OffsetCheckpoint& written) {
    const auto path = directory.path / name;
    if (wanted == written && disk_.exists(path)) {
        return {};
    }
    TRY(disk_.replace_text(path, offset_checkpoint_text(wanted)));
    written = std::move(wanted);
    return {};
}

void LogDirs::take_offline(std::size_t directory, std::string why) {
    INVARIANT(directory < directories_.size(), "directory {} of {}", directory,
              directories_.size());
    auto& broken = directories_[directory];
    if (broken.online) {
        log_.error("log directory {} is offline: {}", broken.path.string(), why);
        broken.online = false;
        broken.why_offline = std::move(why);
    }
}

Result<void> LogDirs::mark_clean() {
    for (const auto& directory : directories_) {
        if (directory.online) {
            TRY(disk_.replace_text(directory.path / clean_file,
                                   R"({"version":0,"brokerEpoch":-1})"));
        }
    }
    return {};
}

std::vector<DirectoryUse> LogDirs::use() const {
    std::vector<DirectoryUse> uses;
    for (const auto& directory : directories_) {
        DirectoryUse use{.path = directory.path,
                         .online = directory.online,
                         .why_offline = directory.why_offline,
                         .logs = directory.logs,
                         .space = {}};
        if (auto space = disk_.space(directory.path)) {
            use.space = *space;
        }
        uses.push_back(std::move(use));
    }
    return uses;
}

std::size_t LogDirs::directory_of(const TopicPartition& partition) const {
    const auto found = where_.find(partition);
    INVARIANT(found != where_.end(), "{} is in no directory", partition);
    return found->second;
}

const runtime::Path& LogDirs::first_directory() const {
    const auto online = std::ranges::find(directories_, true, &Directory::online);
    INVARIANT(online != directories_.end(), "no directory of {} is online", directories_.size());
    return online->path;
}

}  // namespace barnabas::log

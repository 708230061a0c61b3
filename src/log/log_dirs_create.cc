// Where a new partition's log goes, and what is in its way.
#include "log/directory_files.h"
#include "log/file_names.h"
#include "log/log_dirs.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

namespace barnabas::log {

/// Where it is wanted; else the one with the fewest logs, if it can be one that does not hang and
/// is not cordoned.
Result<std::size_t> LogDirs::roomiest(const TopicPartition& partition, const FolderLook& look) {
    const std::lock_guard lock(mutex_);
    const auto takes_it = [this, &look](std::size_t i) {
        return directories_[i].usable() && look.answered.contains(i);
    };
    if (const auto wanted = preferred_.find(partition);
        wanted != preferred_.end() && takes_it(wanted->second)) {
        return preferred_.extract(wanted).mapped();
    }
    std::optional<std::size_t> best;
    const auto rank = [this](std::size_t i) {
        return std::tuple(directories_[i].hangs, directories_[i].cordoned, directories_[i].logs);
    };
    bool any_usable = false;
    for (std::size_t i = 0; i < directories_.size(); ++i) {
        any_usable = any_usable || directories_[i].usable();
        if (takes_it(i) && (!best || rank(i) < rank(*best))) {
            best = i;
        }
    }
    if (!best) {
        return fail(ErrorCode::kafka_storage_error, "{}",
                    any_usable ? "the disk of every log directory that is online hangs"
                               : "every log directory is offline");
    }
    return *best;
}

Result<std::unique_ptr<Log>> LogDirs::create_log(const TopicPartition& partition, const TopicId& id,
                                                 const LogConfig& config, Now now) {
    return create_log(partition, id, config, now, look_for(partition));
}

Result<std::unique_ptr<Log>> LogDirs::create_log(const TopicPartition& partition, const TopicId& id,
                                                 const LogConfig& config, Now now,
                                                 const FolderLook& look) {
    TRY(clear_way(partition, look));
    while (true) {
        TRY_ASSIGN(const auto directory, roomiest(partition, look));
        auto created = create_in(directory, partition, id, config, now);
        // A directory whose disk fails just now is not tried again: the next one is.
        if (created || is_usable(directory)) {
            return created;
        }
    }
}

/// What a disk that hangs has in the way stays there, and would be found beside the new log.
Result<void> LogDirs::clear_way(const TopicPartition& partition, const FolderLook& look) {
    const auto asked = look.folders.find(partition);
    const auto found = asked != look.folders.end() ? asked->second : std::vector<std::size_t>();
    for (std::size_t i = 0; i < directories_.size(); ++i) {
        const bool is_there = std::ranges::find(found, i) != found.end();
        const bool answers = look.answered.contains(i) && !hangs(i);
        if (is_usable(i) && !answers && (is_there || has_folder(partition, i))) {
            return fail(ErrorCode::kafka_storage_error,
                        "{} is in the way of {}, and its disk hangs",
                        folder_of(partition, i).string(), partition);
        }
    }
    for (const auto directory : found) {
        if (!disk_.is_directory(folder_of(partition, directory))) {
            continue;  // it was deleted since
        }
        auto made = make_way(partition, directory);
        if (!made && is_usable(directory)) {
            return made;
        }
    }
    return {};
}

Result<std::unique_ptr<Log>> LogDirs::create_in(std::size_t directory,
                                                const TopicPartition& partition, const TopicId& id,
                                                const LogConfig& config, Now now) {
    const auto folder = directories_[directory].path / folder_name(partition);
    TRY(hangs(directory) ? forget_offsets(directory, partition) : Result<void>());
    // A folder that is not there yet need not be listed: half of all system calls of a creation.
    auto log = Log::open({.disk = disk_,
                          .folder = folder,
                          .partition = partition,
                          .config = config,
                          .health = directories_[directory].health,
                          .now = now,
                          .log = log_});
    auto made = log ? write_metadata_file(folder, id) : fail(std::move(log));
    if (!made) {
        if (disk_.is_directory(folder)) {
            ignore(disk_.remove_all(folder), "whoever creates it next sets aside what is left");
        }
        return fail(std::move(made));
    }
    place(partition, directory);
    return log;
}

/// In the directories that can be used.
FolderLook LogDirs::look_for(const TopicPartition& partition) const {
    FolderLook look;
    for (std::size_t i = 0; i < directories_.size(); ++i) {
        if (is_usable(i)) {
            look.answered.insert(i);
        }
        if (!folders_in(i, {partition}).empty()) {
            look.folders[partition].push_back(i);
        }
    }
    return look;
}

std::vector<TopicPartition> LogDirs::folders_in(std::size_t directory,
                                                const std::vector<TopicPartition>& of) const {
    std::vector<TopicPartition> found;
    for (const auto& partition : of) {
        if (is_usable(directory) && disk_.is_directory(folder_of(partition, directory))) {
            found.push_back(partition);
        }
    }
    return found;
}

void LogDirs::try_out(std::size_t directory) {
    if (!is_usable(directory)) {
        return;
    }
    const auto probe = path_of(directory) / probe_file;
    if (disk_.open(probe, runtime::OpenMode::create_or_open)) {
        ignore(disk_.remove(probe), "of a disk that fails its watch hears");
    }
}

bool LogDirs::has_folder(const TopicPartition& partition, std::size_t directory) const {
    const std::lock_guard lock(mutex_);
    const auto found = where_.find(partition);
    return (found != where_.end() && found->second == directory) ||
           directories_[directory].unopened.contains(partition);
}

/// What is in a new partition's place would be taken for its own, here or at the next start: a
/// topic that was not deleted to the end, one that Kafka made. So would what the checkpoints know.
Result<void> LogDirs::make_way(const TopicPartition& partition, std::size_t directory) {
    auto& there = directories_[directory];
    const FoundLog found{.directory = directory,
                         .partition = partition,
                         .topic_id = {},
                         .folder = folder_name(partition)};
    TRY(forget_offsets(directory, partition));
    TRY(put_aside(found, "it is not of the topic that is created now"));
    return temporary_ ? Result<void>() : disk_.sync_directory(there.path);
}

}  // namespace barnabas::log

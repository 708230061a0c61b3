// Where a new partition's log goes, and what is in its way.
#include "log/file_names.h"
#include "log/log_dirs.h"

#include <optional>
#include <tuple>
#include <utility>

namespace barnabas::log {

/// Where it is wanted; else the one with the fewest logs, if it can be one that does not hang and
/// is not cordoned.
Result<std::size_t> LogDirs::roomiest(const TopicPartition& partition) {
    const std::lock_guard lock(mutex_);
    if (const auto wanted = preferred_.extract(partition);
        !wanted.empty() && directories_[wanted.mapped()].usable()) {
        return wanted.mapped();
    }
    std::optional<std::size_t> best;
    const auto rank = [this](std::size_t i) {
        return std::tuple(directories_[i].hangs, directories_[i].cordoned, directories_[i].logs);
    };
    for (std::size_t i = 0; i < directories_.size(); ++i) {
        if (directories_[i].usable() && (!best || rank(i) < rank(*best))) {
            best = i;
        }
    }
    if (!best) {
        return fail(ErrorCode::kafka_storage_error, "every log directory is offline");
    }
    return *best;
}

Result<std::unique_ptr<Log>> LogDirs::create_log(const TopicPartition& partition, const TopicId& id,
                                                 const LogConfig& config, Now now) {
    for (const auto directory : folders_of(partition)) {
        auto made = make_way(partition, directory);
        if (!made && is_usable(directory)) {
            return fail(std::move(made));
        }
    }
    while (true) {
        TRY_ASSIGN(const auto directory, roomiest(partition));
        auto created = create_in(directory, partition, id, config, now);
        // A directory whose disk fails just now is not tried again: the next one is.
        if (created || is_usable(directory)) {
            return created;
        }
    }
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

/// The directories that can be used and have a folder of its name.
std::vector<std::size_t> LogDirs::folders_of(const TopicPartition& partition) const {
    const auto folder = folder_name(partition);
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < directories_.size(); ++i) {
        if (is_usable(i) && disk_.is_directory(directories_[i].path / folder)) {
            found.push_back(i);
        }
    }
    return found;
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

// What log directories keep of their logs' offsets, and the mark of a clean stop.
#include "log/directory_files.h"
#include "log/log_dirs.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace barnabas::log {
namespace {

/// The checkpoints of some thousands of partitions and, while they are written, the old ones.
constexpr std::size_t reserve_size = 256 << 10;

/// As well as the disk allows; tried again with every writing.
void keep_reserve(runtime::Disk& disk, const runtime::Path& reserve) {
    if (disk.exists(reserve)) {
        return;
    }
    const std::vector<std::byte> zeros(reserve_size);
    const auto file = disk.open(reserve, runtime::OpenMode::create_or_open);
    if (!file || !(*file)->write_at(0, zeros)) {
        ignore(disk.remove(reserve), "half of it is no use");
    }
}

/// On a disk without room the file's reserve makes some: where a log begins has to be written down
/// before DeleteRecords, which makes room, is answered.
Result<void> replace_checkpoint(runtime::Disk& disk, const DirectoryHealth& health,
                                const runtime::Path& path, std::string_view text,
                                runtime::Syncs syncs) {
    const auto reserve = path.parent_path() / reserve_file;
    auto written = disk.replace_text(path, text, syncs);
    if (!written && !health.failed() && disk.exists(reserve) && disk.remove(reserve)) {
        written = disk.replace_text(path, text, syncs);
    } else if (written && syncs != runtime::Syncs::nothing) {
        keep_reserve(disk, reserve);
    }
    return written;
}

void keep_first(Result<void>& failed, Result<void> next) {
    if (failed) {
        failed = std::move(next);
    }
}

}  // namespace

Result<void> LogDirs::read_checkpoints(Directory& directory) {
    const std::lock_guard no_writing(*directory.writing);
    Checkpoints found;
    TRY_ASSIGN(found.recovery_points, read_checkpoint(directory, recovery_point_file));
    TRY_ASSIGN(found.log_starts, read_checkpoint(directory, log_start_file));
    TRY_ASSIGN(found.high_watermarks, read_checkpoint(directory, high_watermark_file));
    // The cleaner reads its own by itself; here it only must not be of a newer format.
    TRY(read_checkpoint(directory, cleaner_offset_file));
    const std::lock_guard lock(mutex_);
    directory.checkpoints = std::move(found);
    return {};
}

/// An unreadable checkpoint costs a longer check of the logs, nothing else; one of a newer format
/// is not touched.
Result<OffsetCheckpoint> LogDirs::read_checkpoint(const Directory& directory,
                                                  std::string_view name) {
    const auto path = directory.path / name;
    if (!disk_.exists(path)) {
        return OffsetCheckpoint{};
    }
    TRY_ASSIGN(const auto text, disk_.read_text(path));
    auto parsed = parse_offset_checkpoint(text);
    if (!parsed && parsed.error().code == ErrorCode::unsupported_version) {
        return fail(ErrorCode::unsupported_version, "{}: {}", path.string(),
                    parsed.error().message);
    }
    if (!parsed) {
        log_.warn("{}: {}; taken as empty", path.string(), parsed.error().message);
        return OffsetCheckpoint{};
    }
    return parsed;
}

std::optional<Offset> LogDirs::known_end(const TopicPartition& partition) const {
    const std::lock_guard lock(mutex_);
    std::optional<Offset> end;
    for (const auto& directory : directories_) {
        const auto& known = directory.checkpoints.high_watermarks;
        if (const auto at = known.find(partition); at != known.end()) {
            end = std::max(end, std::optional(at->second));
        }
    }
    return end;
}

/// What `written` says of a partition of which nothing newer is known.
void LogDirs::Checkpoints::keep(const TopicPartition& partition, const Checkpoints& written) {
    for (const auto of :
         {&Checkpoints::recovery_points, &Checkpoints::log_starts, &Checkpoints::high_watermarks}) {
        const auto& known = written.*of;
        if (const auto offset = known.find(partition); offset != known.end()) {
            (this->*of).insert(*offset);
        }
    }
}

bool LogDirs::Checkpoints::forget(const TopicPartition& partition) {
    return recovery_points.erase(partition) + log_starts.erase(partition) +
               high_watermarks.erase(partition) >
           0;
}

/// Those of which a log has left a directory are tried twice: the other one may have its offsets by
/// then.
Result<void> LogDirs::write_checkpoints(const std::vector<LogOffsets>& logs) {
    Result<void> failed;
    std::vector<std::size_t> incomplete;
    for (std::size_t i = 0; i < directories_.size(); ++i) {
        const auto written = write_checkpoints_of(i, logs);
        if (!written) {
            keep_first(failed, std::unexpected(written.error()));
        } else if (!*written) {
            incomplete.push_back(i);
        }
    }
    for (const auto i : incomplete) {
        const auto written = write_checkpoints_of(i, logs);
        keep_first(failed, written ? Result<void>() : std::unexpected(written.error()));
    }
    return failed;
}

Result<bool> LogDirs::write_checkpoints_of(std::size_t index, const std::vector<LogOffsets>& logs) {
    auto& directory = directories_[index];
    const std::lock_guard one_at_a_time(*directory.writing);
    if (!is_usable(index)) {
        const std::lock_guard lock(mutex_);
        directory.unwritten =
            Error{.code = ErrorCode::kafka_storage_error,
                  .message = fmt::format("the checkpoints of {} are not written: {}",
                                         directory.path.string(), directory.health->why())};
        return true;
    }
    auto [wanted, is_complete] = wanted_in(index, logs);
    auto written = write_files(index, std::move(wanted));
    const std::lock_guard lock(mutex_);
    directory.unwritten = written ? std::nullopt : std::optional(written.error());
    directory.keeps_others = !is_complete;
    return written ? Result<bool>(is_complete) : fail(std::move(written));
}

/// The offsets of a log that has gone to another directory have to be in one or the other: they
/// stay until the files there have them.
std::pair<LogDirs::Checkpoints, bool> LogDirs::wanted_in(
    std::size_t index, const std::vector<LogOffsets>& logs) const {
    Checkpoints wanted;
    bool is_complete = true;
    for (const auto& log : logs) {
        if (log.directory == index) {
            wanted.recovery_points[log.partition] = log.recovery_point;
            wanted.high_watermarks[log.partition] = log.high_watermark;
            if (log.log_start > Offset{0}) {
                wanted.log_starts[log.partition] = log.log_start;
            }
        }
    }
    const std::lock_guard lock(mutex_);
    const auto& written = directories_[index].checkpoints;
    for (const auto& [partition, unclean] : directories_[index].unopened) {
        wanted.keep(partition, written);
    }
    for (const auto& log : logs) {
        if (log.directory == index || !written.recovery_points.contains(log.partition)) {
            continue;
        }
        const auto& there = directories_[log.directory].checkpoints;
        const bool known = there.recovery_points.contains(log.partition) &&
                           offset_in(there.log_starts, log.partition) >=
                               offset_in(written.log_starts, log.partition);
        if (!known) {
            wanted.keep(log.partition, written);
            is_complete = false;
        }
    }
    return {std::move(wanted), is_complete};
}

/// Whoever holds `writing`. One file that cannot be written does not keep the others from it,
/// unless the disk is broken.
Result<void> LogDirs::write_files(std::size_t index, Checkpoints wanted) {
    Result<void> failed;
    const auto write = [&](std::string_view name, OffsetCheckpoint Checkpoints::* of) {
        auto& directory = directories_[index];
        keep_first(failed, is_usable(index)
                               ? write_file(directory, name, of, std::move(wanted.*of))
                               : fail(ErrorCode::kafka_storage_error, "{} is not written: {}", name,
                                      directory.health->why()));
    };
    write(recovery_point_file, &Checkpoints::recovery_points);
    write(log_start_file, &Checkpoints::log_starts);
    write(high_watermark_file, &Checkpoints::high_watermarks);
    return failed;
}

/// What is in the file already is not written again: each writing is synced.
Result<void> LogDirs::write_file(Directory& directory, std::string_view name,
                                 OffsetCheckpoint Checkpoints::* of, OffsetCheckpoint wanted) {
    const auto path = directory.path / name;
    const bool same = [&] {
        const std::lock_guard lock(mutex_);
        return wanted == directory.checkpoints.*of;
    }();
    if (same && disk_.exists(path)) {
        return {};
    }
    TRY(replace_checkpoint(disk_, *directory.health, path, offset_checkpoint_text(wanted),
                           synced()));
    const std::lock_guard lock(mutex_);
    directory.checkpoints.*of = std::move(wanted);
    return {};
}

/// After a crash what is said of an older partition of that name would be taken for a new one:
/// records before its log start for deleted ones. Where a disk hangs, a writing may still be under
/// way that knows of the older one; elsewhere whoever creates logs has had them written before.
Result<void> LogDirs::forget_offsets(std::size_t index, const TopicPartition& partition) {
    auto& directory = directories_[index];
    const std::lock_guard one_at_a_time(*directory.writing);
    Checkpoints rest;
    {
        const std::lock_guard lock(mutex_);
        rest = directory.checkpoints;
    }
    return rest.forget(partition) ? write_files(index, std::move(rest)) : Result<void>();
}

LogDirs::Unwritten LogDirs::unwritten() const {
    const std::lock_guard lock(mutex_);
    Unwritten unwritten;
    for (const auto& directory : directories_) {
        if (directory.unwritten) {
            unwritten.emplace(directory.path, *directory.unwritten);
        }
    }
    return unwritten;
}

Result<void> LogDirs::mark_clean(std::size_t index) {
    const auto& directory = directories_[index];
    const bool clean = [&] {
        const std::lock_guard lock(mutex_);
        return directory.usable() && !directory.unwritten && !directory.keeps_others &&
               std::ranges::none_of(directory.unopened, [](const auto& one) { return one.second; });
    }();
    return clean ? disk_.replace_text(directory.path / clean_shutdown_file,
                                      R"({"version":0,"brokerEpoch":-1})", synced())
                 : Result<void>();
}

Result<void> LogDirs::mark_clean() {
    Result<void> failed;
    for (std::size_t i = 0; i < directories_.size(); ++i) {
        keep_first(failed, mark_clean(i));
    }
    return failed;
}

}  // namespace barnabas::log

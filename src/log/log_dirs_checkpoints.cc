// What log directories keep of their logs' offsets, and the mark of a clean stop.
#include "log/directory_files.h"
#include "log/log_dirs.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace barnabas::log {
namespace {

void keep_first(Result<void>& failed, Result<void> next) {
    if (failed) {
        failed = std::move(next);
    }
}

}  // namespace

Result<void> LogDirs::read_checkpoints(Directory& directory) {
    auto& checkpoints = directory.checkpoints;
    TRY_ASSIGN(checkpoints.recovery_points, read_checkpoint(directory, recovery_point_file));
    TRY_ASSIGN(checkpoints.log_starts, read_checkpoint(directory, log_start_file));
    TRY_ASSIGN(checkpoints.high_watermarks, read_checkpoint(directory, high_watermark_file));
    // The cleaner reads its own by itself; here it only must not be of a newer format.
    TRY(read_checkpoint(directory, cleaner_offset_file));
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
        for (const auto& [partition, unclean] : directories_[i].unopened) {
            if (directories_[i].usable()) {
                wanted[i].keep(partition, directories_[i].checkpoints);
            }
        }
    }
    // Those last that a log has left: its offsets have to be in one or the other.
    const auto loses_some = [&](std::size_t i) {
        return !std::ranges::all_of(
            directories_[i].checkpoints.recovery_points,
            [&](const auto& known) { return wanted[i].recovery_points.contains(known.first); });
    };
    std::vector<std::size_t> order(directories_.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::sort(order, {}, [&](std::size_t i) { return std::pair(loses_some(i), i); });
    Result<void> failed;
    bool all_others = true;
    for (const auto i : order) {
        auto& directory = directories_[i];
        const bool waits = !all_others && loses_some(i);
        directory.unwritten.reset();
        if (directory.usable() && !waits) {
            auto done = write_checkpoints_of(directory, std::move(wanted[i]));
            if (!done) {
                directory.unwritten = done.error();
                all_others = false;
            }
            keep_first(failed, std::move(done));
        } else {
            all_others = all_others && wanted[i].recovery_points.empty();
            directory.unwritten =
                Error{.code = ErrorCode::kafka_storage_error,
                      .message = fmt::format("the checkpoints of {} are not written: {}",
                                             directory.path.string(),
                                             waits ? "those of another log directory could not be"
                                                   : directory.health->why())};
        }
    }
    return failed;
}

/// One file that cannot be written does not keep the others from it, unless the disk is broken.
Result<void> LogDirs::write_checkpoints_of(Directory& directory, Checkpoints wanted) {
    Result<void> failed;
    const auto write = [&](std::string_view name, OffsetCheckpoint Checkpoints::* of) {
        if (directory.usable()) {
            keep_first(failed,
                       write_checkpoint(directory, name, wanted.*of, directory.checkpoints.*of));
        }
    };
    write(recovery_point_file, &Checkpoints::recovery_points);
    write(log_start_file, &Checkpoints::log_starts);
    write(high_watermark_file, &Checkpoints::high_watermarks);
    return failed;
}

/// What is in the file already is not written again: each writing is synced.
Result<void> LogDirs::write_checkpoint(const Directory& directory, std::string_view name,
                                       OffsetCheckpoint& wanted, OffsetCheckpoint& written) {
    const auto path = directory.path / name;
    if (wanted == written && disk_.exists(path)) {
        return {};
    }
    TRY(disk_.replace_text(path, offset_checkpoint_text(wanted), synced()));
    written = std::move(wanted);
    return {};
}

LogDirs::Unwritten LogDirs::unwritten() const {
    Unwritten unwritten;
    for (const auto& directory : directories_) {
        if (directory.unwritten) {
            unwritten.emplace(directory.path, *directory.unwritten);
        }
    }
    return unwritten;
}

Result<void> LogDirs::mark_clean(const std::set<std::size_t>& not_closed) {
    Result<void> failed;
    for (std::size_t i = 0; i < directories_.size(); ++i) {
        const auto& directory = directories_[i];
        const bool unclean =
            std::ranges::any_of(directory.unopened, [](const auto& one) { return one.second; });
        if (directory.usable() && !not_closed.contains(i) && !unclean && !directory.unwritten) {
            keep_first(failed, disk_.replace_text(directory.path / clean_shutdown_file,
                                                  R"({"version":0,"brokerEpoch":-1})", synced()));
        }
    }
    return failed;
}

}  // namespace barnabas::log

#include "log/check/directory_check.h"

#include "log/directory_files.h"
#include "log/file_names.h"

#include <algorithm>
#include <array>
#include <utility>

namespace barnabas::log {
namespace {

constexpr std::array checkpoint_files{recovery_point_file, log_start_file, high_watermark_file,
                                      cleaner_offset_file};
constexpr std::string_view temporary_suffix = ".tmp";
constexpr std::string_view broker_state = "cluster.db";
constexpr std::string_view kraft_bootstrap = "bootstrap.checkpoint";

/// Before a lock is made in it: nothing is written to what is somebody else's.
Result<void> ensure_log_directory(const runtime::Disk& disk, const runtime::Path& directory) {
    if (!disk.is_directory(directory)) {
        return fail(ErrorCode::invalid_config, "{} is no directory", directory.string());
    }
    TRY_ASSIGN(const auto entries, disk.list(directory));
    const bool any = std::ranges::any_of(entries, [](const runtime::DirectoryEntry& entry) {
        return entry.is_directory
                   ? partition_of_folder(entry.name).has_value()
                   : entry.name == identity_file ||
                         std::ranges::find(checkpoint_files, entry.name) != checkpoint_files.end();
    });
    if (!any) {
        return fail(ErrorCode::invalid_config,
                    "{} is no log directory: it has no {}, no checkpoint and no partition's folder",
                    directory.string(), identity_file);
    }
    return {};
}

}  // namespace

Result<std::unique_ptr<runtime::FileLock>> lock_for_tool(runtime::Disk& disk,
                                                         const runtime::Path& directory,
                                                         bool writing) {
    const auto path = directory / lock_file;
    TRY(ensure_log_directory(disk, directory));
    if (!writing && !disk.exists(path)) {
        return std::unique_ptr<runtime::FileLock>();
    }
    auto lock = disk.lock(path);
    if (lock) {
        return lock;
    }
    // Whoever can open the file and not lock it is kept out by somebody.
    if (disk.open(path, runtime::OpenMode::read_write)) {
        return fail(ErrorCode::invalid_config, "{} is used by a running broker: stop it first",
                    directory.string());
    }
    if (writing) {
        return lock;
    }
    return std::unique_ptr<runtime::FileLock>();
}

void DirectoryCheck::add(ProblemKind kind, const runtime::Path& path, std::string sentence,
                         std::optional<Mend> mend) {
    report_.problems.push_back(
        {.kind = kind, .path = path, .sentence = std::move(sentence), .mend = std::move(mend)});
}

Result<DirectoryReport> DirectoryCheck::run() {
    TRY(read_identity());
    TRY(read_checkpoints());
    report_.clean = disk_.exists(directory_ / clean_shutdown_file);
    TRY_ASSIGN(const auto entries, disk_.list(directory_));
    for (const auto& entry : entries) {
        TRY(check_entry(entry));
    }
    compare_checkpoints();
    if (!disk_.exists(directory_ / identity_file)) {
        add(ProblemKind::no_identity, directory_ / identity_file,
            "is missing; a broker that starts takes the directory for its own");
    }
    return std::move(report_);
}

Result<void> DirectoryCheck::read_identity() {
    const auto path = directory_ / identity_file;
    if (!disk_.exists(path)) {
        return {};
    }
    TRY_ASSIGN(const auto text, disk_.read_text(path));
    auto identity = parse_identity(text);
    if (!identity) {
        return fail(ErrorCode::unsupported_version, "{}: {}", path.string(),
                    identity.error().message);
    }
    report_.identity = std::move(*identity);
    return {};
}

Result<void> DirectoryCheck::read_checkpoints() {
    for (const auto name : checkpoint_files) {
        if (disk_.exists(directory_ / name)) {
            TRY_ASSIGN(checkpoints_[name], read_checkpoint(name));
        }
    }
    return {};
}

Result<OffsetCheckpoint> DirectoryCheck::read_checkpoint(std::string_view name) {
    const auto path = directory_ / name;
    TRY_ASSIGN(const auto text, disk_.read_text(path));
    auto offsets = parse_offset_checkpoint(text);
    if (offsets) {
        return offsets;
    }
    if (offsets.error().code == ErrorCode::unsupported_version) {
        return fail(ErrorCode::unsupported_version, "{}: {}", path.string(),
                    offsets.error().message);
    }
    auto readable = readable_offsets(text);
    add(ProblemKind::broken_checkpoint, path,
        fmt::format("{}; {} of its lines can be read", offsets.error().message, readable.size()),
        Mend{.kind = Mend::Kind::replace_text,
             .path = path,
             .text = offset_checkpoint_text(readable)});
    return readable;
}

Result<void> DirectoryCheck::check_entry(const runtime::DirectoryEntry& entry) {
    if (entry.is_directory) {
        return check_folder(entry.name);
    }
    check_file(entry.name);
    return {};
}

void DirectoryCheck::check_file(const std::string& name) {
    static constexpr std::array known{identity_file, lock_file, clean_shutdown_file, reserve_file,
                                      kraft_bootstrap};
    const auto is_in = [&name](const auto& names) {
        return std::ranges::find(names, name) != names.end();
    };
    const bool ours = name.starts_with(broker_state) || is_in(known) || is_in(checkpoint_files);
    if (name.ends_with(temporary_suffix) && !name.starts_with(broker_state)) {
        add(ProblemKind::leftover, directory_ / name, "is a file that was not written to its end",
            Mend{.kind = Mend::Kind::remove_file, .path = directory_ / name, .text = {}});
    } else if (!ours) {
        add(ProblemKind::note, directory_ / name, "is no file of a broker's; it is left alone");
    }
}

Result<void> DirectoryCheck::check_folder(const std::string& name) {
    const auto path = directory_ / name;
    if (name == kraft_log_folder) {
        return check_partition(name, {}, true);
    }
    if (partition_of_deletion(name)) {
        add(ProblemKind::leftover, path, "is of a partition that was deleted and not removed yet",
            Mend{.kind = Mend::Kind::remove_folder, .path = path, .text = {}});
    } else if (name.ends_with(future_folder_suffix)) {
        add(ProblemKind::note, path,
            "is of a partition that was on its way to this directory; it is left alone");
    } else if (name.ends_with(stray_folder_suffix)) {
        add(ProblemKind::note, path,
            "is of a partition that was no longer the broker's; it is left alone");
    } else if (const auto partition = partition_of_folder(name)) {
        return check_partition(name, *partition, false);
    } else {
        add(ProblemKind::note, path, "is no folder of a partition; it is left alone");
    }
    return {};
}

Result<void> DirectoryCheck::check_partition(const std::string& name,
                                             const TopicPartition& partition, bool kraft) {
    Offset log_start{0};
    if (const auto starts = checkpoints_.find(log_start_file); starts != checkpoints_.end()) {
        const auto found = starts->second.find(partition);
        log_start = found == starts->second.end() ? log_start : found->second;
    }
    PartitionCheck check({.disk = disk_,
                          .folder = directory_ / name,
                          .clean = report_.clean,
                          .log_start = log_start,
                          .kraft = kraft});
    TRY_ASSIGN(const auto facts, check.run(report_.problems));
    if (log_start > facts.end && !facts.damaged) {
        add(ProblemKind::note, directory_ / name,
            fmt::format("ends at offset {}; its records before {} were deleted: a broker begins it "
                        "anew there",
                        facts.end, log_start));
    }
    ++report_.partitions;
    report_.segments += facts.segments;
    report_.batches += facts.batches;
    report_.bytes += facts.bytes;
    if (!kraft) {
        logs_.emplace(partition, facts);
        report_.folders.emplace(partition, topic_id_in(name));
    }
    return {};
}

/// What is wrong with the file the partition's check says.
std::optional<TopicId> DirectoryCheck::topic_id_in(const std::string& folder) {
    const auto path = directory_ / folder / partition_metadata_file;
    const auto text = disk_.exists(path) ? disk_.read_text(path) : Result<std::string>("");
    return text ? parse_partition_metadata(*text).value_or(std::nullopt) : std::nullopt;
}

/// What is said of an offset in a checkpoint that lies behind the log's end.
struct DirectoryCheck::Beyond {
    std::string_view what;    // "t-0 was on disk up to offset 7"
    std::string_view effect;  // "records are lost"
    bool lowered = true;      // to the end; else the line goes
};

/// Kafka and we compact from the log's start on where the cleaner's offset is not in the log. As
/// what lies before an offset that was lowered has perhaps not been compacted, that line goes.
void DirectoryCheck::compare_checkpoints() {
    constexpr std::string_view lost = "records are lost";
    for (const auto& [name, checkpoint] : checkpoints_) {
        if (name == recovery_point_file) {
            compare_checkpoint(name, {.what = "was on disk up to offset", .effect = lost},
                               checkpoint);
        } else if (name == high_watermark_file) {
            compare_checkpoint(name, {.what = "was committed up to offset", .effect = lost},
                               checkpoint);
        } else if (name == cleaner_offset_file) {
            compare_checkpoint(name,
                               {.what = "was compacted up to offset",
                                .effect = "records are lost, or were cut",
                                .lowered = false},
                               checkpoint);
        }
    }
}

/// What a checkpoint says of a log that is not damaged lies within it.
void DirectoryCheck::compare_checkpoint(std::string_view name, const Beyond& beyond,
                                        const OffsetCheckpoint& offsets) {
    std::string sentence;
    OffsetCheckpoint mended;
    std::size_t others = 0;
    for (const auto& [partition, offset] : offsets) {
        const auto log = logs_.find(partition);
        if (log == logs_.end() || log->second.damaged || offset <= log->second.end) {
            mended.emplace(partition, offset);
            continue;
        }
        if (sentence.empty()) {
            sentence = fmt::format("says that {} {} {}; its log ends at {}: {}", partition,
                                   beyond.what, offset, log->second.end, beyond.effect);
        } else {
            ++others;
        }
        if (beyond.lowered) {
            mended.emplace(partition, log->second.end);
        }
    }
    if (sentence.empty()) {
        return;
    }
    if (others > 0) {
        sentence += fmt::format("; so are records of {} more partitions", others);
    }
    std::erase_if(report_.problems, [&](const Problem& problem) {
        return problem.kind == ProblemKind::broken_checkpoint && problem.path == directory_ / name;
    });
    add(ProblemKind::checkpoint_beyond_end, directory_ / name, std::move(sentence),
        Mend{.kind = Mend::Kind::replace_text,
             .path = directory_ / name,
             .text = offset_checkpoint_text(mended)});
}

}  // namespace barnabas::log

#include "log/swap_recovery.h"

#include "log/compaction/batch_scanner.h"
#include "log/file_names.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::log {
namespace {

constexpr std::size_t scan_bytes = std::size_t{256} << 10;
constexpr std::string_view kinds[] = {log_suffix, offset_index_suffix, time_index_suffix,
                                      txn_index_suffix};

/// A file of a segment: "<base><kind>" with what is behind it.
struct SegmentFile {
    std::string name;
    Offset base;
    bool is_log = false;
};

std::optional<SegmentFile> segment_file(std::string_view name, std::string_view state) {
    if (!name.ends_with(state)) {
        return std::nullopt;
    }
    const auto plain = name.substr(0, name.size() - state.size());
    for (const auto kind : kinds) {
        if (const auto base = offset_of_file(plain, kind)) {
            return SegmentFile{std::string(name), *base, kind == log_suffix};
        }
    }
    return std::nullopt;
}

std::vector<SegmentFile> files_of(std::span<const runtime::DirectoryEntry> entries,
                                  std::string_view state) {
    std::vector<SegmentFile> files;
    for (const auto& entry : entries) {
        if (auto file = segment_file(entry.name, state)) {
            files.push_back(std::move(*file));
        }
    }
    return files;
}

/// Where a segment that was synced before it got its name ends.
Result<Offset> end_of(runtime::Disk& disk, const runtime::Path& path, Offset base,
                      const Logger& log) {
    TRY_ASSIGN(auto file, disk.open(path, runtime::OpenMode::read));
    TRY_ASSIGN(const auto size, file->size());
    const SourceSegment segment{.base = base,
                                .end = Offset{std::numeric_limits<std::int64_t>::max()},
                                .file = std::move(file),
                                .size = static_cast<std::uint32_t>(std::min<std::uint64_t>(
                                    size, std::numeric_limits<std::int32_t>::max())),
                                .modified = no_timestamp};
    BatchScanner scanner(scan_bytes);
    scanner.start(segment);
    Offset end = base;
    while (true) {
        const auto batch = scanner.next();
        if (!batch) {
            log.warn("{}: {}; what follows it is left as it was", path.string(),
                     batch.error().message);
            return end;
        }
        if (!*batch) {
            return end;
        }
        end = (*batch)->next_offset();
    }
}

}  // namespace

Result<bool> finish_interrupted_swaps(runtime::Disk& disk, const runtime::Path& folder,
                                      std::span<const runtime::DirectoryEntry> entries,
                                      const Logger& log) {
    const auto cleaned = files_of(entries, cleaned_suffix);
    auto swaps = files_of(entries, swap_suffix);
    if (cleaned.empty() && swaps.empty()) {
        return false;
    }
    if (!cleaned.empty()) {
        const Offset first = std::ranges::min(cleaned, {}, &SegmentFile::base).base;
        for (const auto& swap : swaps) {
            TRY(swap.base >= first ? disk.remove(folder / swap.name) : Result<void>());
        }
        std::erase_if(swaps, [first](const auto& swap) { return swap.base >= first; });
    }
    for (const auto& file : cleaned) {
        TRY(disk.remove(folder / file.name));
    }
    Offset begin{std::numeric_limits<std::int64_t>::max()};
    Offset end{0};
    for (const auto& swap : swaps) {
        if (swap.is_log) {
            log.info("{}: a compaction that was interrupted is completed",
                     (folder / swap.name).string());
            TRY_ASSIGN(const auto swap_end, end_of(disk, folder / swap.name, swap.base, log));
            begin = std::min(begin, swap.base);
            end = std::max({end, swap_end, std::min(swap.base, base_offset_max) + 1});
        }
    }
    for (const auto& old : files_of(entries, {})) {
        TRY(old.base >= begin && old.base < end ? disk.remove(folder / old.name) : Result<void>());
    }
    std::ranges::partition(swaps, &SegmentFile::is_log);
    for (const auto& swap : swaps) {
        const auto name = swap.name.substr(0, swap.name.size() - swap_suffix.size());
        TRY(disk.rename(folder / swap.name, folder / name));
    }
    return true;
}

}  // namespace barnabas::log

#include "runtime/disk.h"

#include <algorithm>
#include <utility>

namespace barnabas::runtime {

void DiskWatchers::add(std::weak_ptr<DiskWatcher> watcher) {
    const std::lock_guard lock(mutex_);
    std::erase_if(watchers_, [](const auto& known) { return known.expired(); });
    watchers_.push_back(std::move(watcher));
}

void DiskWatchers::tell(const DiskFailure& failure) {
    std::vector<std::shared_ptr<DiskWatcher>> watching;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& known : watchers_) {
            if (auto watcher = known.lock()) {
                watching.push_back(std::move(watcher));
            }
        }
    }
    for (const auto& watcher : watching) {
        watcher->on_failure(failure);
    }
}

std::unexpected<Error> DiskWatchers::failed(DiskTrouble trouble, const Path& path,
                                            std::string sentence) {
    tell({.trouble = trouble, .path = path, .sentence = sentence});
    return std::unexpected(
        Error{.code = ErrorCode::kafka_storage_error, .message = std::move(sentence)});
}

Result<void> File::bring_in(std::uint64_t position, std::uint64_t size) const {
    constexpr std::uint64_t at_once = 256 << 10;
    const auto buffer =
        std::make_unique_for_overwrite<std::byte[]>(std::min<std::uint64_t>(size, at_once));
    while (size > 0) {
        const auto want = std::min(size, at_once);
        TRY_ASSIGN(const auto got, read_at(position, {buffer.get(), want}));
        if (got < want) {
            break;  // the end
        }
        position += got;
        size -= got;
    }
    return {};
}

Result<std::string> Disk::read_text(const Path& path, std::size_t limit) {
    TRY_ASSIGN(const auto file, open(path, OpenMode::read));
    TRY_ASSIGN(const auto size, file->size());
    if (size > limit) {
        return fail(ErrorCode::kafka_storage_error, "{} has {} bytes, at most {} are expected",
                    path.string(), size, limit);
    }
    std::string text(size, '\0');
    const auto into = std::as_writable_bytes(std::span(text));
    TRY_ASSIGN(const auto got, file->read_at(0, into));
    text.resize(got);
    return text;
}

Result<void> Disk::replace_text(const Path& path, std::string_view text, Syncs syncs) {
    Path temporary = path;
    temporary += ".tmp";
    {
        TRY_ASSIGN(const auto file, open(temporary, OpenMode::create_or_open));
        TRY(file->truncate(0));  // an earlier attempt may have left something
        TRY(file->write_at(0, as_bytes(text)));
        TRY(syncs == Syncs::nothing ? Result<void>() : file->sync());
    }
    TRY(rename(temporary, path));
    return syncs == Syncs::nothing ? Result<void>() : sync_directory(path.parent_path());
}

}  // namespace barnabas::runtime

#include "runtime/disk.h"

namespace barnabas::runtime {

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

Result<void> Disk::replace_text(const Path& path, std::string_view text) {
    Path temporary = path;
    temporary += ".tmp";
    {
        TRY_ASSIGN(const auto file, open(temporary, OpenMode::create_or_open));
        TRY(file->truncate(0));  // an earlier attempt may have left something
        TRY(file->write_at(0, as_bytes(text)));
        TRY(file->sync());
    }
    TRY(rename(temporary, path));
    return sync_directory(path.parent_path());
}

}  // namespace barnabas::runtime

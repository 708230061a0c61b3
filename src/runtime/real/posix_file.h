#pragma once

#include "runtime/disk.h"

#include <memory>
#include <mutex>
#include <string_view>
#include <utility>

namespace barnabas::runtime {

/// What errno says of the disk.
[[nodiscard]] DiskTrouble trouble_of(int error);

/// An error of `operation` ("open", "write to") on `path`, with errno's text; the watchers know.
[[nodiscard]] std::unexpected<Error> disk_error(DiskWatchers& watchers, std::string_view operation,
                                                const Path& path, int error);
/// The same of a sync, where every error means that written data is lost.
[[nodiscard]] std::unexpected<Error> sync_error(DiskWatchers& watchers, std::string_view operation,
                                                const Path& path, int error);

/// A file descriptor and the path it was opened by, for sentences. Closes it.
class PosixFile final : public File {
public:
    PosixFile(int descriptor, Path path, std::shared_ptr<DiskWatchers> watchers)
        : descriptor_(descriptor), path_(std::move(path)), watchers_(std::move(watchers)) {}
    PosixFile(const PosixFile&) = delete;
    PosixFile& operator=(const PosixFile&) = delete;
    ~PosixFile() override;

    using File::write_at;
    [[nodiscard]] Result<std::size_t> read_at(std::uint64_t position,
                                              MutableByteView into) const override;
    Result<void> write_at(std::uint64_t position, std::span<const ByteView> parts) override;
    Result<void> truncate(std::uint64_t size) override;
    [[nodiscard]] Result<bool> reserve(std::uint64_t size) override;
    Result<void> sync() override;
    void forget_unsynced() override;
    [[nodiscard]] Result<std::uint64_t> size() const override;
    [[nodiscard]] bool in_memory(std::uint64_t position, std::uint64_t size) const override;
    [[nodiscard]] int native_handle() const override { return descriptor_; }

private:
    int descriptor_;
    Path path_;
    std::shared_ptr<DiskWatchers> watchers_;
    std::mutex sync_mutex_;  // flushes of one log may meet here: one failure is that of all
    int sync_failed_ = 0;    // errno of the first sync that failed
};

}  // namespace barnabas::runtime

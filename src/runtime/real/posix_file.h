#pragma once

#include "runtime/disk.h"

#include <string_view>

namespace barnabas::runtime {

/// An error of `operation` ("open", "write 5 bytes at 7 of") on `path`, with errno's text.
[[nodiscard]] std::unexpected<Error> disk_error(std::string_view operation, const Path& path,
                                                int error);

/// A file descriptor and the path it was opened by, for sentences. Closes it.
class PosixFile final : public File {
public:
    PosixFile(int descriptor, Path path) : descriptor_(descriptor), path_(std::move(path)) {}
    PosixFile(const PosixFile&) = delete;
    PosixFile& operator=(const PosixFile&) = delete;
    ~PosixFile() override;

    using File::write_at;
    [[nodiscard]] Result<std::size_t> read_at(std::uint64_t position,
                                              MutableByteView into) const override;
    Result<void> write_at(std::uint64_t position, std::span<const ByteView> parts) override;
    Result<void> truncate(std::uint64_t size) override;
    Result<void> sync() override;
    [[nodiscard]] Result<std::uint64_t> size() const override;
    [[nodiscard]] int native_handle() const override { return descriptor_; }

private:
    int descriptor_;
    Path path_;
};

}  // namespace barnabas::runtime

#pragma once

#include "base/bytes.h"

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace barnabas::runtime {

/// A file's content in memory: pages that were never written read as zeros and cost nothing, so a
/// preallocated index is cheap. Always: bytes beyond size() inside the last page are zero.
class SparseBytes {
public:
    static constexpr std::size_t page_bytes = 4096;

    SparseBytes() = default;
    SparseBytes(SparseBytes&&) = default;
    SparseBytes& operator=(SparseBytes&&) = default;
    SparseBytes(const SparseBytes& other);
    SparseBytes& operator=(const SparseBytes& other);

    [[nodiscard]] std::uint64_t size() const { return size_; }
    /// Pages that hold written bytes: what a file system would count as used.
    [[nodiscard]] std::size_t pages_used() const { return used_; }
    /// How many pages a write of `size` bytes at `position` would add.
    [[nodiscard]] std::size_t pages_missing(std::uint64_t position, std::uint64_t size) const;

    [[nodiscard]] std::size_t read(std::uint64_t position, MutableByteView into) const;
    void write(std::uint64_t position, ByteView bytes);
    void resize(std::uint64_t size);

private:
    using Page = std::array<std::byte, page_bytes>;

    std::vector<std::unique_ptr<Page>> pages_;
    std::uint64_t size_ = 0;
    std::size_t used_ = 0;
};

}  // namespace barnabas::runtime

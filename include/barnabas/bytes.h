#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace barnabas {

using ByteView = std::span<const std::byte>;
using MutableByteView = std::span<std::byte>;

inline ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Growing bytes whose new room is not zeroed: frames are written once, front to back.
/// Move-only, owned by one thread at a time.
class ByteBuffer {
public:
    ByteBuffer() = default;
    explicit ByteBuffer(std::size_t capacity) { reserve(capacity); }
    ByteBuffer(ByteBuffer&& other) noexcept;
    ByteBuffer& operator=(ByteBuffer&& other) noexcept;
    ByteBuffer(const ByteBuffer&) = delete;
    ByteBuffer& operator=(const ByteBuffer&) = delete;
    ~ByteBuffer() = default;

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::size_t capacity() const { return capacity_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] std::byte* data() { return data_.get(); }
    [[nodiscard]] const std::byte* data() const { return data_.get(); }
    [[nodiscard]] ByteView view() const { return {data_.get(), size_}; }
    [[nodiscard]] MutableByteView mutable_view() { return {data_.get(), size_}; }

    void clear() { size_ = 0; }
    void reserve(std::size_t capacity);
    /// Grown bytes are indeterminate until written.
    void resize(std::size_t size);
    void append(ByteView bytes) {
        if (!bytes.empty()) {
            std::memcpy(grow(bytes.size()), bytes.data(), bytes.size());
        }
    }
    /// Makes the buffer `n` bytes longer and returns where they begin.
    std::byte* grow(std::size_t n) {
        if (size_ + n > capacity_) [[unlikely]] {
            reallocate(size_ + n);
        }
        std::byte* at = data_.get() + size_;
        size_ += n;
        return at;
    }

private:
    void reallocate(std::size_t at_least);

    std::unique_ptr<std::byte[]> data_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace barnabas

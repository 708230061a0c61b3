#include "base/bytes.h"

#include <algorithm>
#include <utility>

namespace barnabas {

ByteBuffer::ByteBuffer(ByteBuffer&& other) noexcept
    : data_(std::move(other.data_)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

ByteBuffer& ByteBuffer::operator=(ByteBuffer&& other) noexcept {
    data_ = std::move(other.data_);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
    return *this;
}

void ByteBuffer::reserve(std::size_t capacity) {
    if (capacity > capacity_) {
        auto larger = std::make_unique_for_overwrite<std::byte[]>(capacity);
        if (size_ > 0) {
            std::memcpy(larger.get(), data_.get(), size_);
        }
        data_ = std::move(larger);
        capacity_ = capacity;
    }
}

void ByteBuffer::resize(std::size_t size) {
    if (size > capacity_) {
        reallocate(size);
    }
    size_ = size;
}

void ByteBuffer::reallocate(std::size_t at_least) {
    constexpr std::size_t smallest = 64;
    reserve(std::max({at_least, capacity_ + capacity_ / 2, smallest}));
}

}  // namespace barnabas

#pragma once

#include "base/bytes.h"

#include <cstdint>

namespace barnabas::wire {

/// A message's records: null, or bytes in memory that the message does not own, or bytes that
/// whoever sends the message splices in from elsewhere (a segment file, by sendfile).
class Records {
public:
    Records() = default;  // null
    explicit Records(ByteView bytes) : bytes_(bytes), kind_(Kind::memory) {}

    /// `size` bytes from the sender's source number `source`.
    static Records spliced(std::uint32_t size, std::uint32_t source) {
        Records records;
        records.kind_ = Kind::spliced;
        records.size_ = size;
        records.source_ = source;
        return records;
    }

    [[nodiscard]] bool is_null() const { return kind_ == Kind::null; }
    [[nodiscard]] bool is_spliced() const { return kind_ == Kind::spliced; }
    [[nodiscard]] std::size_t size() const { return is_spliced() ? size_ : bytes_.size(); }
    [[nodiscard]] std::uint32_t source() const { return source_; }
    [[nodiscard]] ByteView bytes() const { return bytes_; }

    /// For the one who received the frame and owns its bytes: the broker assigns offsets in place.
    [[nodiscard]] MutableByteView mutable_bytes() const {
        return {const_cast<std::byte*>(bytes_.data()), bytes_.size()};
    }

private:
    enum class Kind : std::uint8_t { null, memory, spliced };

    ByteView bytes_;
    std::uint32_t size_ = 0;
    std::uint32_t source_ = 0;
    Kind kind_ = Kind::null;
};

}  // namespace barnabas::wire

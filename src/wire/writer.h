#pragma once

#include "base/bytes.h"
#include "base/endian.h"

#include <cstdint>
#include <string_view>

namespace barnabas::wire {

/// Puts primitives behind a buffer's end.
class Writer {
public:
    explicit Writer(ByteBuffer& out) : out_(out) {}

    template <class T>
    void integer(T value) {
        store_big_endian(out_.grow(sizeof(T)), value);
    }
    void bytes(ByteView bytes) { out_.append(bytes); }

    /// ByteUtils.writeUnsignedVarint.
    void unsigned_varint(std::uint32_t value) {
        while (value >= 0x80) {
            *out_.grow(1) = static_cast<std::byte>(value | 0x80);
            value >>= 7;
        }
        *out_.grow(1) = static_cast<std::byte>(value);
    }

    [[nodiscard]] ByteBuffer& buffer() { return out_; }

private:
    ByteBuffer& out_;
};

}  // namespace barnabas::wire

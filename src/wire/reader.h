#pragma once

#include "base/bytes.h"
#include "base/endian.h"

#include <cstdint>
#include <string>
#include <utility>

namespace barnabas::wire {

/// Takes primitives off the head of some bytes. The first failure sticks: later calls answer zero
/// and take nothing, so that callers check once. Names of fields are put before the sentence by
/// whoever knows them.
class Reader {
public:
    explicit Reader(ByteView input) : at_(input.data()), end_(input.data() + input.size()) {}

    [[nodiscard]] bool ok() const { return error_.empty(); }
    [[nodiscard]] const std::string& error() const { return error_; }
    [[nodiscard]] std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
    [[nodiscard]] const std::byte* position() const { return at_; }

    void fail(std::string sentence) {
        if (ok()) {
            error_ = std::move(sentence);
            at_ = end_;
        }
    }

    template <class T>
    T integer() {
        if (left() < sizeof(T)) [[unlikely]] {
            too_short(sizeof(T));
            return T{};
        }
        const T value = load_big_endian<T>(at_);
        at_ += sizeof(T);
        return value;
    }

    /// `size` bytes, which are checked to be there.
    ByteView bytes(std::size_t size) {
        if (left() < size) [[unlikely]] {
            too_short(size);
            return {};
        }
        const ByteView taken{at_, size};
        at_ += size;
        return taken;
    }

    /// Seven bits a byte, lowest first; at most 5 bytes (ByteUtils.readUnsignedVarint).
    std::uint32_t unsigned_varint() {
        if (at_ != end_ && std::to_integer<std::uint8_t>(*at_) < 0x80) [[likely]] {
            return std::to_integer<std::uint8_t>(*at_++);
        }
        return long_varint();
    }

private:
    std::uint32_t long_varint();
    void too_short(std::size_t wanted);

    const std::byte* at_;
    const std::byte* end_;
    std::string error_;
};

}  // namespace barnabas::wire

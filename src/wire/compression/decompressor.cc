#include "wire/compression/decompressor.h"

#include "base/invariant.h"
#include "wire/compression/payload_reader.h"

#include <algorithm>
#include <utility>

namespace barnabas::wire {
namespace {

constexpr std::size_t lz4_v0_slot = 0;  // codec none, which has no reader of its own
constexpr std::size_t piece_bytes = 64 * 1024;

std::unique_ptr<PayloadReader> make_reader(Codec codec, bool magic_v0) {
    switch (codec) {
        case Codec::gzip:
            return make_gzip_reader();
        case Codec::snappy:
            return make_snappy_reader();
        case Codec::lz4:
            return make_lz4_reader(magic_v0);
        case Codec::zstd:
            return make_zstd_reader();
        case Codec::none:
            break;
    }
    std::unreachable();
}

}  // namespace

Decompressor::Decompressor() = default;
Decompressor::Decompressor(Decompressor&&) noexcept = default;
Decompressor& Decompressor::operator=(Decompressor&&) noexcept = default;
Decompressor::~Decompressor() = default;

PayloadReader& Decompressor::reader_of(Codec codec, bool magic_v0) {
    const bool old_lz4 = codec == Codec::lz4 && magic_v0;
    auto& slot = readers_[old_lz4 ? lz4_v0_slot : static_cast<std::size_t>(codec)];
    if (!slot) {
        slot = make_reader(codec, magic_v0);
    }
    return *slot;
}

Result<> Decompressor::start(Codec codec, ByteView payload, Options options) {
    output_max_ = options.output_max;
    output_left_ = options.output_max;
    plain_ = payload;
    current_ = codec == Codec::none ? nullptr : &reader_of(codec, options.magic_v0);
    return current_ ? current_->start(payload) : Result<>{};
}

Result<std::size_t> Decompressor::read(MutableByteView into) {
    INVARIANT(!into.empty(), "nowhere to put decompressed bytes");
    // One byte more than is allowed, to tell the limit from an end that falls on it.
    into = into.first(std::min(into.size(), output_left_ + 1));
    std::size_t got = 0;
    if (current_) {
        TRY_ASSIGN(got, current_->read(into));
    } else {
        got = std::min(into.size(), plain_.size());
        std::copy_n(plain_.begin(), got, into.begin());
        plain_ = plain_.subspan(got);
    }
    if (got > output_left_) {
        // As Kafka 4.4, and unlike CORRUPT_MESSAGE nothing that a client would send again.
        return fail(ErrorCode::invalid_record,
                    "a compressed payload unfolds to more than the {} bytes allowed", output_max_);
    }
    output_left_ -= got;
    return got;
}

Result<> Decompressor::read_all(ByteBuffer& out) {
    while (true) {
        const std::size_t before = out.size();
        const std::size_t room = std::max(piece_bytes, out.capacity() - before);
        out.grow(room);
        auto got = read(out.mutable_view().subspan(before));
        out.resize(before + (got ? *got : 0));
        if (!got) {
            return fail(std::move(got));
        }
        if (*got == 0) {
            return {};
        }
    }
}

}  // namespace barnabas::wire

#include "base/endian.h"
#include "wire/compression/payload_reader.h"
#include "wire/compression/snappy_framing.h"

#include <snappy.h>

#include <algorithm>
#include <cstring>

namespace barnabas::wire {
namespace {

using namespace snappy_framing;

/// A copy of 64 bytes costs 3, so that nothing unfolds to more than this, whatever a block says
/// about itself. It bounds the memory that a block can ask for.
constexpr std::size_t growth_max = 22;

/// Room for unfolded blocks beyond this is given back after the payload that needed it.
constexpr std::size_t kept_room_max = std::size_t{1} << 20;

const char* chars(ByteView bytes) {
    return reinterpret_cast<const char*>(bytes.data());
}

bool begins_with_magic(ByteView bytes) {
    return bytes.size() >= header.size() &&
           std::memcmp(bytes.data(), header.data(), magic_size) == 0;
}

/// snappy-java's blocks, or one block of raw snappy, which is what a payload without its header is
/// taken for (org.xerial.snappy.SnappyInputStream). Where the caller has room for a whole block it
/// is unfolded right there, else aside and copied in pieces.
class SnappyReader final : public PayloadReader {
public:
    Result<> start(ByteView payload) override {
        rest_ = payload;
        block_left_ = {};
        if (aside_.capacity() > kept_room_max) {
            aside_ = ByteBuffer{};
        }
        framed_ = begins_with_magic(payload);
        if (framed_) {
            return skip_header();
        }
        if (payload.empty()) {
            return fail(ErrorCode::corrupt_message, "a snappy payload is empty");
        }
        return {};
    }

    Result<std::size_t> read(MutableByteView into) override {
        while (block_left_.empty()) {
            TRY_ASSIGN(const ByteView block, next_block());
            if (block.empty()) {
                return std::size_t{0};
            }
            TRY_ASSIGN(const std::size_t length, unfolded_size(block));
            if (length > 0 && length <= into.size()) {
                TRY(unfold(block, into.data()));
                return length;
            }
            aside_.clear();
            aside_.resize(length);
            TRY(unfold(block, aside_.data()));
            block_left_ = aside_.view();
        }
        const std::size_t got = std::min(into.size(), block_left_.size());
        std::memcpy(into.data(), block_left_.data(), got);
        block_left_ = block_left_.subspan(got);
        return got;
    }

private:
    Result<> skip_header() {
        const auto version = load_big_endian<std::int32_t>(rest_.data() + version_at);
        if (version < 1) {
            return fail(ErrorCode::corrupt_message,
                        "a snappy stream has version {}, 1 is the least", version);
        }
        rest_ = rest_.subspan(header.size());
        return {};
    }

    /// Empty at the end. Fewer than four bytes behind the last block are not looked at, and a
    /// second stream may follow the first, both as in snappy-java.
    Result<ByteView> next_block() {
        if (!framed_) {
            return std::exchange(rest_, {});
        }
        while (begins_with_magic(rest_)) {
            TRY(skip_header());
        }
        if (rest_.size() < block_head) {
            return ByteView{};
        }
        const auto size = load_big_endian<std::int32_t>(rest_.data());
        rest_ = rest_.subspan(block_head);
        if (size <= 0 || static_cast<std::size_t>(size) > rest_.size()) {
            return fail(ErrorCode::corrupt_message,
                        "a snappy block says that it has {} bytes where {} are left", size,
                        rest_.size());
        }
        const ByteView block = rest_.first(static_cast<std::size_t>(size));
        rest_ = rest_.subspan(block.size());
        return block;
    }

    static Result<std::size_t> unfolded_size(ByteView block) {
        std::size_t length = 0;
        if (!snappy::GetUncompressedLength(chars(block), block.size(), &length) ||
            length / growth_max > block.size()) {
            return fail(ErrorCode::corrupt_message,
                        "a snappy block of {} bytes does not begin with a length it can have",
                        block.size());
        }
        return length;
    }

    static Result<> unfold(ByteView block, std::byte* to) {
        if (!snappy::RawUncompress(chars(block), block.size(), reinterpret_cast<char*>(to))) {
            return fail(ErrorCode::corrupt_message, "a snappy block of {} bytes is corrupt",
                        block.size());
        }
        return {};
    }

    ByteView rest_;
    ByteBuffer aside_;
    ByteView block_left_;
    bool framed_ = false;
};

}  // namespace

std::unique_ptr<PayloadReader> make_snappy_reader() {
    return std::make_unique<SnappyReader>();
}

}  // namespace barnabas::wire

#include "base/endian.h"
#include "base/invariant.h"
#include "wire/compression/lz4_frame.h"
#include "wire/compression/payload_reader.h"

#include <lz4frame.h>

#include <array>
#include <cstring>

namespace barnabas::wire {
namespace lz4_frame {

Result<std::size_t> header_size(ByteView frame) {
    constexpr unsigned version_and_reserved = 0xC3;  // version, reserved bit, dictionary id
    constexpr unsigned version_1 = 0x40;
    constexpr unsigned independent_bit = 0x20;
    if (frame.size() < header_min) {
        return fail(ErrorCode::corrupt_message, "an lz4 payload of {} bytes has no whole header",
                    frame.size());
    }
    std::uint32_t found = 0;
    std::memcpy(&found, frame.data(), sizeof found);
    if (found != magic) {
        return fail(ErrorCode::corrupt_message, "an lz4 payload begins with {:#x}, not {:#x}",
                    found, magic);
    }
    const auto flags = std::to_integer<unsigned>(frame[flags_at]);
    if ((flags & version_and_reserved) != version_1 || (flags & independent_bit) == 0) {
        return fail(ErrorCode::corrupt_message,
                    "an lz4 frame has flags {:#x}; Kafka takes version 1 with independent blocks",
                    flags);
    }
    const std::size_t size = (flags & content_size_bit) != 0 ? header_max : header_min;
    if (frame.size() < size) {
        return fail(ErrorCode::corrupt_message, "an lz4 payload of {} bytes has no whole header",
                    frame.size());
    }
    return size;
}

}  // namespace lz4_frame

namespace {

struct FreeContext {
    void operator()(LZ4F_dctx* context) const { LZ4F_freeDecompressionContext(context); }
    void operator()(LZ4F_cctx* context) const { LZ4F_freeCompressionContext(context); }
};

/// The same header with the right checksum, as the library writes it.
Result<std::size_t> repaired_header(ByteView header,
                                    std::array<std::byte, LZ4F_HEADER_SIZE_MAX>& out) {
    LZ4F_cctx* raw = nullptr;
    const auto created = LZ4F_createCompressionContext(&raw, LZ4F_VERSION);
    INVARIANT(LZ4F_isError(created) == 0, "no lz4 context: {}", LZ4F_getErrorName(created));
    const std::unique_ptr<LZ4F_cctx, FreeContext> context(raw);

    const auto flags = std::to_integer<unsigned>(header[lz4_frame::flags_at]);
    const auto block_size = std::to_integer<unsigned>(header[lz4_frame::block_size_at]) >> 4;
    if (block_size < LZ4F_max64KB || block_size > LZ4F_max4MB) {
        return fail(ErrorCode::corrupt_message, "an lz4 frame has block size id {}; 4 to 7 exist",
                    block_size);
    }
    LZ4F_preferences_t wish = LZ4F_INIT_PREFERENCES;
    wish.frameInfo.blockSizeID = static_cast<LZ4F_blockSizeID_t>(block_size);
    wish.frameInfo.blockMode = LZ4F_blockIndependent;
    if ((flags & lz4_frame::block_checksum_bit) != 0) {
        wish.frameInfo.blockChecksumFlag = LZ4F_blockChecksumEnabled;
    }
    if ((flags & lz4_frame::content_checksum_bit) != 0) {
        wish.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
    }
    const std::size_t size = LZ4F_compressBegin(context.get(), out.data(), out.size(), &wish);
    if (LZ4F_isError(size) != 0) {
        return fail(ErrorCode::corrupt_message, "an lz4 frame has an impossible header: {}",
                    LZ4F_getErrorName(size));
    }
    return size;
}

/// One LZ4 frame; what follows it is left unread, as Kafka does.
class Lz4Reader final : public PayloadReader {
public:
    explicit Lz4Reader(bool broken_checksum) : broken_checksum_(broken_checksum) {
        LZ4F_dctx* raw = nullptr;
        const auto code = LZ4F_createDecompressionContext(&raw, LZ4F_VERSION);
        INVARIANT(LZ4F_isError(code) == 0, "no lz4 context: {}", LZ4F_getErrorName(code));
        context_.reset(raw);
    }

    Result<> start(ByteView payload) override {
        LZ4F_resetDecompressionContext(context_.get());
        ended_ = false;
        rest_ = payload;
        TRY_ASSIGN(const std::size_t header, lz4_frame::header_size(payload));
        if (broken_checksum_) {
            TRY(feed_repaired(payload.first(header)));
            rest_ = payload.subspan(header);
        }
        return {};
    }

    Result<std::size_t> read(MutableByteView into) override {
        while (!ended_) {
            std::size_t in = rest_.size();
            std::size_t out = into.size();
            TRY(step(into.data(), out, rest_.data(), in));
            rest_ = rest_.subspan(in);
            if (out > 0) {
                return out;
            }
            if (in == 0 && !ended_) {
                return fail(ErrorCode::corrupt_message, "an lz4 payload ends too early");
            }
        }
        return std::size_t{0};
    }

private:
    Result<> step(std::byte* to, std::size_t& out, const std::byte* from, std::size_t& in) {
        const std::size_t hint = LZ4F_decompress(context_.get(), to, &out, from, &in, nullptr);
        if (LZ4F_isError(hint) != 0) {
            return fail(ErrorCode::corrupt_message, "an lz4 payload is corrupt: {}",
                        LZ4F_getErrorName(hint));
        }
        ended_ = hint == 0;
        return {};
    }

    Result<> feed_repaired(ByteView header) {
        std::array<std::byte, LZ4F_HEADER_SIZE_MAX> repaired{};
        TRY_ASSIGN(std::size_t size, repaired_header(header, repaired));
        std::size_t none = 0;
        std::byte nowhere{};
        return step(&nowhere, none, repaired.data(), size);
    }

    bool broken_checksum_;
    std::unique_ptr<LZ4F_dctx, FreeContext> context_;
    ByteView rest_;
    bool ended_ = true;
};

}  // namespace

std::unique_ptr<PayloadReader> make_lz4_reader(bool broken_checksum) {
    return std::make_unique<Lz4Reader>(broken_checksum);
}

}  // namespace barnabas::wire

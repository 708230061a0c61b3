#include "base/invariant.h"
#include "wire/compression/payload_reader.h"

#include <zstd.h>

namespace barnabas::wire {
namespace {

struct FreeDecompression {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

/// A context beyond this is given back after its payload: the frame of a producer with a high
/// level may ask for a window of 128 MiB (zstd's own limit), which nobody should keep.
constexpr std::size_t kept_reader_context_max = std::size_t{9} << 20;

/// zstd, of one or more frames, skippable ones too; nothing else may follow.
class ZstdReader final : public PayloadReader {
public:
    Result<> start(ByteView payload) override {
        if (!context_ || ZSTD_sizeof_DCtx(context_.get()) > kept_reader_context_max) {
            context_.reset(ZSTD_createDCtx());
            INVARIANT(context_ != nullptr, "no memory for a zstd context");
        }
        ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only);
        rest_ = payload;
        inside_frame_ = payload.empty();  // no frame at all is an error, as a cut one
        return {};
    }

    Result<std::size_t> read(MutableByteView into) override {
        ZSTD_outBuffer out{into.data(), into.size(), 0};
        while (out.pos == 0 && (inside_frame_ || !rest_.empty())) {
            ZSTD_inBuffer in{rest_.data(), rest_.size(), 0};
            const std::size_t hint = ZSTD_decompressStream(context_.get(), &out, &in);
            if (ZSTD_isError(hint) != 0) {
                return fail(ErrorCode::corrupt_message, "a zstd payload is corrupt: {}",
                            ZSTD_getErrorName(hint));
            }
            rest_ = rest_.subspan(in.pos);
            inside_frame_ = hint != 0;
            if (in.pos == 0 && out.pos == 0 && inside_frame_) {
                return fail(ErrorCode::corrupt_message, "a zstd payload ends too early");
            }
        }
        return out.pos;
    }

private:
    std::unique_ptr<ZSTD_DCtx, FreeDecompression> context_;
    ByteView rest_;
    bool inside_frame_ = false;  ///< a frame is not over yet, so there must be more
};

}  // namespace

std::unique_ptr<PayloadReader> make_zstd_reader() {
    return std::make_unique<ZstdReader>();
}

}  // namespace barnabas::wire

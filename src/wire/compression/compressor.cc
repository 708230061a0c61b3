#include "wire/compression/compressor.h"

#include "base/endian.h"
#include "base/invariant.h"
#include "wire/compression/lz4_frame.h"
#include "wire/compression/snappy_framing.h"

#include <lz4frame.h>
#include <snappy.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

namespace barnabas::wire {
namespace {

struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
    void operator()(LZ4F_cctx* context) const { LZ4F_freeCompressionContext(context); }
};

/// A zstd context beyond this (a high level's tables) is given back after its payload.
constexpr std::size_t kept_context_max = std::size_t{16} << 20;

/// Appends at most `most` bytes that `write(at)` puts there and counts.
template <class Write>
void append_written(ByteBuffer& out, std::size_t most, Write&& write) {
    const std::size_t before = out.size();
    const std::size_t written = write(out.grow(most));
    out.resize(before + written);
}

void compress_snappy(ByteView payload, ByteBuffer& out) {
    using namespace snappy_framing;
    out.append(std::as_bytes(std::span{header}));
    do {
        const ByteView block = payload.first(std::min(payload.size(), block_bytes));
        const std::size_t most = block_head + snappy::MaxCompressedLength(block.size());
        append_written(out, most, [&](std::byte* at) {
            std::size_t size = 0;
            snappy::RawCompress(reinterpret_cast<const char*>(block.data()), block.size(),
                                reinterpret_cast<char*>(at + block_head), &size);
            store_big_endian(at, static_cast<std::int32_t>(size));
            return block_head + size;
        });
        payload = payload.subspan(block.size());
    } while (!payload.empty());
}

int within(Codec codec, int level) {
    const auto range = level_range(codec);
    return level == range.standard ? level : std::clamp(level, range.min, range.max);
}

}  // namespace

class Compressor::Gzip {
public:
    explicit Gzip(int level) : level_(level) {
        constexpr int window_bits = 15 + 16;  // gzip's header and trailer
        constexpr int memory_level = 8;
        const int code = deflateInit2(&stream_, level, Z_DEFLATED, window_bits, memory_level,
                                      Z_DEFAULT_STRATEGY);
        INVARIANT(code == Z_OK, "deflateInit2 answers {} for level {}", code, level);
    }
    ~Gzip() { deflateEnd(&stream_); }
    Gzip(const Gzip&) = delete;
    Gzip& operator=(const Gzip&) = delete;

    [[nodiscard]] int level() const { return level_; }

    Result<> compress(ByteView payload, ByteBuffer& out) {
        deflateReset(&stream_);  // first: behind a finished stream the bound leaves out the wrapper
        const std::size_t most = deflateBound(&stream_, payload.size());
        if (most > std::numeric_limits<uInt>::max()) {
            return fail(ErrorCode::record_list_too_large,
                        "{} bytes are too many for one gzip payload", payload.size());
        }
        append_written(out, most, [&](std::byte* at) {
            // zlib's type is not const; it does not write there.
            stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(payload.data()));
            stream_.avail_in = static_cast<uInt>(payload.size());
            stream_.next_out = reinterpret_cast<Bytef*>(at);
            stream_.avail_out = static_cast<uInt>(most);
            const int code = deflate(&stream_, Z_FINISH);
            INVARIANT(code == Z_STREAM_END, "deflate answers {} with room enough", code);
            return most - stream_.avail_out;
        });
        return {};
    }

private:
    z_stream stream_{};
    int level_;
};

class Compressor::Lz4 {
public:
    Lz4() {
        LZ4F_cctx* raw = nullptr;
        const auto code = LZ4F_createCompressionContext(&raw, LZ4F_VERSION);
        INVARIANT(LZ4F_isError(code) == 0, "no lz4 context: {}", LZ4F_getErrorName(code));
        context_.reset(raw);
    }

    Result<> compress(int level, ByteView payload, bool magic_v0, ByteBuffer& out) {
        LZ4F_preferences_t wish = LZ4F_INIT_PREFERENCES;
        wish.frameInfo.blockSizeID = LZ4F_max64KB;
        wish.frameInfo.blockMode = LZ4F_blockIndependent;
        // Kafka's standard level, 9, is the fast compressor; all others are the thorough one.
        constexpr int thorough_min = 3;
        wish.compressionLevel =
            level == level_range(Codec::lz4).standard ? 0 : std::max(level, thorough_min);
        wish.autoFlush = 1;
        const std::size_t before = out.size();
        const std::size_t most = LZ4F_HEADER_SIZE_MAX + LZ4F_compressBound(payload.size(), &wish);
        std::size_t size = 0;
        append_written(out, most, [&](std::byte* at) {
            size = write_frame(wish, payload, at, most);
            return LZ4F_isError(size) != 0 ? 0 : size;
        });
        if (LZ4F_isError(size) != 0) {
            return fail(ErrorCode::unknown_server_error, "lz4 cannot compress {} bytes: {}",
                        payload.size(), LZ4F_getErrorName(size));
        }
        auto& checksum = out.data()[before + lz4_frame::header_min - 1];
        INVARIANT(checksum == lz4_frame::kafka_checksum, "lz4 wrote an unexpected header");
        if (magic_v0) {
            checksum = lz4_frame::kafka_checksum_v0;
        }
        return {};
    }

private:
    /// The size of the frame, or the library's error.
    std::size_t write_frame(const LZ4F_preferences_t& wish, ByteView payload, std::byte* at,
                            std::size_t room) {
        std::size_t size = LZ4F_compressBegin(context_.get(), at, room, &wish);
        std::size_t part = size;
        if (LZ4F_isError(part) == 0 && !payload.empty()) {
            part = LZ4F_compressUpdate(context_.get(), at + size, room - size, payload.data(),
                                       payload.size(), nullptr);
            size += part;
        }
        if (LZ4F_isError(part) == 0) {
            part = LZ4F_compressEnd(context_.get(), at + size, room - size, nullptr);
            size += part;
        }
        return LZ4F_isError(part) != 0 ? part : size;
    }

    std::unique_ptr<LZ4F_cctx, Free> context_;
};

class Compressor::Zstd {
public:
    Result<> compress(int level, ByteView payload, ByteBuffer& out) {
        if (!context_) {
            context_.reset(ZSTD_createCCtx());
            INVARIANT(context_ != nullptr, "no memory for a zstd context");
        }
        std::size_t size = 0;
        const std::size_t most = ZSTD_compressBound(payload.size());
        append_written(out, most, [&](std::byte* at) {
            size =
                ZSTD_compressCCtx(context_.get(), at, most, payload.data(), payload.size(), level);
            return ZSTD_isError(size) != 0 ? 0 : size;
        });
        if (ZSTD_sizeof_CCtx(context_.get()) > kept_context_max) {
            context_.reset();
        }
        if (ZSTD_isError(size) != 0) {
            return fail(ErrorCode::unknown_server_error, "zstd cannot compress {} bytes: {}",
                        payload.size(), ZSTD_getErrorName(size));
        }
        return {};
    }

private:
    std::unique_ptr<ZSTD_CCtx, Free> context_;
};

Compressor::Compressor() = default;
Compressor::Compressor(Compressor&&) noexcept = default;
Compressor& Compressor::operator=(Compressor&&) noexcept = default;
Compressor::~Compressor() = default;

Result<> Compressor::compress(Compression how, ByteView payload, bool magic_v0, ByteBuffer& out) {
    const int level = within(how.codec, how.level);
    switch (how.codec) {
        case Codec::none:
            out.append(payload);
            return {};
        case Codec::gzip:
            if (!gzip_ || gzip_->level() != level) {
                gzip_ = std::make_unique<Gzip>(level);
            }
            return gzip_->compress(payload, out);
        case Codec::snappy:
            compress_snappy(payload, out);
            return {};
        case Codec::lz4:
            lz4_ = lz4_ ? std::move(lz4_) : std::make_unique<Lz4>();
            return lz4_->compress(level, payload, magic_v0, out);
        case Codec::zstd:
            zstd_ = zstd_ ? std::move(zstd_) : std::make_unique<Zstd>();
            return zstd_->compress(level, payload, out);
    }
    std::unreachable();
}

}  // namespace barnabas::wire

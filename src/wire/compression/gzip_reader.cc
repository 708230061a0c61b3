#include "base/invariant.h"
#include "wire/compression/payload_reader.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

namespace barnabas::wire {
namespace {

constexpr int gzip_window_bits = 15 + 16;  // the largest window; gzip's header and trailer

/// gzip of one or more members. What follows the last member and is none is left unread, as
/// java.util.zip.GZIPInputStream does.
class GzipReader final : public PayloadReader {
public:
    GzipReader() {
        const int code = inflateInit2(&stream_, gzip_window_bits);
        INVARIANT(code == Z_OK, "inflateInit2 answers {}", code);
    }
    ~GzipReader() override { inflateEnd(&stream_); }
    GzipReader(const GzipReader&) = delete;
    GzipReader& operator=(const GzipReader&) = delete;

    Result<> start(ByteView payload) override {
        rest_ = payload;
        ended_ = false;
        inflateReset(&stream_);
        return {};
    }

    Result<std::size_t> read(MutableByteView into) override {
        while (!ended_) {
            TRY_ASSIGN(const std::size_t got, inflate_some(into));
            if (got > 0) {
                return got;
            }
        }
        return std::size_t{0};
    }

private:
    Result<std::size_t> inflate_some(MutableByteView into) {
        constexpr std::size_t most = std::numeric_limits<uInt>::max();
        const std::size_t in = std::min(rest_.size(), most);
        const std::size_t out = std::min(into.size(), most);
        // zlib's type is not const; it does not write there.
        stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(rest_.data()));
        stream_.avail_in = static_cast<uInt>(in);
        stream_.next_out = reinterpret_cast<Bytef*>(into.data());
        stream_.avail_out = static_cast<uInt>(out);
        const int code = inflate(&stream_, Z_NO_FLUSH);
        rest_ = rest_.subspan(in - stream_.avail_in);
        const std::size_t got = out - stream_.avail_out;
        if (code == Z_STREAM_END) {
            begin_next_member();
        } else if (code == Z_BUF_ERROR && got == 0) {
            return fail(ErrorCode::corrupt_message, "a gzip payload ends too early");
        } else if (code != Z_OK && code != Z_BUF_ERROR) {
            return fail(ErrorCode::corrupt_message, "a gzip payload is corrupt: {}",
                        stream_.msg ? stream_.msg : "no reason given");
        }
        return got;
    }

    void begin_next_member() {
        constexpr std::size_t member_min = 18;  // header and trailer
        const bool another = rest_.size() >= member_min && rest_[0] == std::byte{0x1f} &&
                             rest_[1] == std::byte{0x8b} && rest_[2] == std::byte{Z_DEFLATED};
        ended_ = !another;
        if (another) {
            inflateReset(&stream_);
        }
    }

    z_stream stream_{};
    ByteView rest_;
    bool ended_ = false;
};

}  // namespace

std::unique_ptr<PayloadReader> make_gzip_reader() {
    return std::make_unique<GzipReader>();
}

}  // namespace barnabas::wire

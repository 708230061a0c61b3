#include "wire/records/legacy_reader.h"

#include "base/checksum.h"
#include "base/endian.h"

namespace barnabas::wire {
namespace {

using namespace batch_layout;

/// Where a message's fields stand, counted from its CRC.
constexpr std::size_t message_magic_at = 4;
constexpr std::size_t message_attributes_at = 5;
constexpr std::size_t message_timestamp_at = 6;

/// Reads a size and that many bytes at `at`, and moves `at` behind them.
Result<NullableBytes> sized_bytes(ByteView bytes, std::size_t& at, const char* what) {
    if (bytes.size() < at + sizeof(std::int32_t)) {
        return fail(ErrorCode::invalid_record, "a message of {} bytes ends before its {}",
                    bytes.size(), what);
    }
    const auto size = load_big_endian<std::int32_t>(bytes.data() + at);
    at += sizeof size;
    if (size < 0) {
        return NullableBytes{};
    }
    if (static_cast<std::size_t>(size) > bytes.size() - at) {
        return fail(ErrorCode::invalid_record, "a message's {} is {} bytes long where {} are left",
                    what, size, bytes.size() - at);
    }
    const ByteView found = bytes.subspan(at, static_cast<std::size_t>(size));
    at += found.size();
    return NullableBytes{found};
}

/// Offset and size of the message that comes next in an unfolded value, or nothing where it is
/// not there as a whole, which ends the walk quietly, as in Kafka.
struct InnerHead {
    std::int64_t offset = 0;
    std::size_t size = 0;
};

Result<std::optional<InnerHead>> inner_head(PayloadWindow& window) {
    TRY_ASSIGN(const bool there, window.need(log_overhead));
    if (!there) {
        return std::nullopt;
    }
    const auto offset = load_big_endian<std::int64_t>(window.begin());
    const auto size = load_big_endian<std::int32_t>(window.begin() + length_at);
    if (size < static_cast<std::int32_t>(legacy_length_min)) {
        return fail(ErrorCode::corrupt_message, "an inner message has {} bytes, {} are the least",
                    size, legacy_length_min);
    }
    window.advance_to(window.begin() + log_overhead);
    return InnerHead{.offset = offset, .size = static_cast<std::size_t>(size)};
}

void fill(RecordView& out, const LegacyMessage& message) {
    out.sequence = no_sequence;
    out.magic = message.magic;
    out.attributes = message.attributes;
    out.timestamp = message.timestamp;
    out.key = message.key;
    out.value = message.value;
    out.headers = {};
}

}  // namespace

Result<LegacyMessage> parse_legacy_message(ByteView bytes) {
    if (bytes.size() < legacy_length_min) {
        return fail(ErrorCode::invalid_record, "a message has {} bytes, {} are the least",
                    bytes.size(), legacy_length_min);
    }
    LegacyMessage message;
    message.crc = load_big_endian<std::uint32_t>(bytes.data());
    message.magic = load_big_endian<std::int8_t>(bytes.data() + message_magic_at);
    message.attributes = load_big_endian<std::int8_t>(bytes.data() + message_attributes_at);
    std::size_t at = message_timestamp_at;
    if (message.magic == magic_v1) {
        message.timestamp =
            Timestamp{load_big_endian<std::int64_t>(bytes.data() + message_timestamp_at)};
        at += sizeof(std::int64_t);
    } else if (message.magic != magic_v0) {
        return fail(ErrorCode::invalid_record, "a message has magic {} where only 0 and 1 can be",
                    message.magic);
    }
    TRY_ASSIGN(message.key, sized_bytes(bytes, at, "key"));
    TRY_ASSIGN(message.value, sized_bytes(bytes, at, "value"));
    return message;
}

Result<> LegacyReader::start(const BatchView& batch, PayloadWindow& window,
                             std::size_t decompressed_max) {
    batch_ = batch;
    window_ = &window;
    done_ = true;
    TRY_ASSIGN(const Codec codec, batch.codec());
    last_bytes_ = batch.bytes().subspan(log_overhead);
    TRY_ASSIGN(outer_, parse_legacy_message(last_bytes_));
    compressed_ = codec != Codec::none;
    if (compressed_) {
        TRY(start_wrapper(codec, decompressed_max));
    }
    done_ = false;
    return {};
}

Result<> LegacyReader::start_wrapper(Codec codec, std::size_t decompressed_max) {
    if (codec == Codec::zstd) {
        return fail(ErrorCode::invalid_record, "magic {} knows no zstd", outer_.magic);
    }
    if (!outer_.value) {
        return fail(ErrorCode::invalid_record, "a compressed message of magic {} has no value",
                    outer_.magic);
    }
    const Decompressor::Options options{.output_max = decompressed_max,
                                        .magic_v0 = outer_.magic == magic_v0};
    TRY(window_->start(codec, *outer_.value, options));
    TRY(find_base_offset());
    return window_->start(codec, *outer_.value, options);
}

/// Goes over the inner messages once, for the offset of the last.
Result<> LegacyReader::find_base_offset() {
    std::optional<std::int64_t> last;
    while (true) {
        TRY_ASSIGN(const auto head, inner_head(*window_));
        if (!head) {
            break;
        }
        TRY_ASSIGN(const bool whole, window_->skip(head->size));
        if (!whole) {
            break;
        }
        last = head->offset;
    }
    if (!last) {
        return fail(ErrorCode::invalid_record, "a compressed message of magic {} holds no message",
                    outer_.magic);
    }
    base_offset_ = 0;
    const auto wrapper = batch_.base_offset().get();
    // An outer offset of 0 came from certain versions of librdkafka.
    if (outer_.magic == magic_v1 && wrapper != 0) {
        if (wrapper < *last) {
            return fail(ErrorCode::invalid_record,
                        "a compressed message has offset {}, less than {} of the last within",
                        wrapper, *last);
        }
        base_offset_ = static_cast<std::int64_t>(static_cast<std::uint64_t>(wrapper) -
                                                 static_cast<std::uint64_t>(*last));
    }
    return {};
}

std::uint32_t LegacyReader::last_crc() const {
    return load_big_endian<std::uint32_t>(last_bytes_.data());
}

Result<> LegacyReader::ensure_last_valid() const {
    const auto stored = last_crc();
    const auto computed = crc32(last_bytes_.subspan(message_magic_at));
    if (stored != computed) {
        return fail(ErrorCode::corrupt_message,
                    "a message within a compressed one is corrupt: its checksum says {}, its bytes "
                    "give {}",
                    stored, computed);
    }
    return {};
}

Result<bool> LegacyReader::next(RecordView& out) {
    if (done_) {
        return false;
    }
    if (compressed_) {
        return next_inner(out);
    }
    done_ = true;
    fill(out, outer_);
    out.offset = batch_.base_offset();
    return true;
}

Result<bool> LegacyReader::next_inner(RecordView& out) {
    TRY_ASSIGN(const auto head, inner_head(*window_));
    if (!head) {
        done_ = true;
        return false;
    }
    TRY_ASSIGN(const bool whole, window_->need(head->size));
    if (!whole) {
        done_ = true;
        return false;
    }
    last_bytes_ = {window_->begin(), head->size};
    TRY_ASSIGN(const auto message, parse_legacy_message(last_bytes_));
    if ((message.attributes & codec_mask) != 0) {
        return fail(ErrorCode::invalid_record, "a message within a compressed one is compressed");
    }
    fill(out, message);
    const bool by_log = batch_.timestamp_type() == TimestampType::log_append_time;
    if (message.magic == magic_v1 && by_log) {
        out.timestamp = outer_.timestamp;
    }
    out.offset = Offset{static_cast<std::int64_t>(static_cast<std::uint64_t>(base_offset_) +
                                                  static_cast<std::uint64_t>(head->offset))};
    window_->advance_to(window_->begin() + head->size);
    return true;
}

}  // namespace barnabas::wire

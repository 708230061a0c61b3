#include "wire/records/record_reader.h"

#include "wire/records/record_walk.h"

namespace barnabas::wire {
namespace {

NullableBytes nullable(const std::byte* from, std::int32_t length) {
    if (length < 0) {
        return std::nullopt;
    }
    return ByteView{from, static_cast<std::size_t>(length)};
}

std::int64_t wrapping_sum(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

/// Sees to it that a whole record is at hand, and says where its body ends. The last record also
/// has to be the last thing in the payload.
Result<const std::byte*> whole_record(PayloadWindow& window, std::int32_t index, bool last) {
    constexpr std::size_t varint_max = 5;
    TRY_ASSIGN(const bool size_there, window.need(varint_max));
    std::int32_t size = 0;
    const std::byte* const body = read_varint(window.begin(), window.end(), size);
    if (!body && !size_there) {
        return malformed_record(index, "the payload ends before it");
    }
    if (!body || size < 0) {
        return malformed_record(index, "its size is negative or too long");
    }
    window.advance_to(body);
    const auto length = static_cast<std::size_t>(size);
    TRY_ASSIGN(const bool more, window.need(length + (last ? 1 : 0)));
    if (window.size() < length) {
        return malformed_record(index, "the payload ends within it");
    }
    if (last && more) {
        return malformed_record(index, "the batch counts it as the last, but bytes follow it");
    }
    return window.begin() + length;
}

}  // namespace

Result<> RecordReader::start(const BatchView& batch, std::size_t decompressed_max) {
    batch_ = batch;
    decompressed_max_ = decompressed_max;
    read_ = 0;
    count_ = 0;
    if (batch.is_legacy()) {
        return legacy_.start(batch, window_, decompressed_max);
    }
    if (!batch.has_whole_header()) {
        return fail(ErrorCode::corrupt_message, "a batch of {} bytes has no whole header",
                    batch.size());
    }
    if (batch.count() < 0) {
        return fail(ErrorCode::invalid_record, "a batch says that it has {} records",
                    batch.count());
    }
    TRY_ASSIGN(const Codec codec, batch.codec());
    count_ = batch.count();
    if (count_ == 0) {
        return {};
    }
    return window_.start(codec, batch.payload(),
                         {.output_max = decompressed_max, .magic_v0 = false});
}

Result<> RecordReader::restart() {
    const bool again = !batch_.is_legacy() && (count_ == 0 || window_.try_rewind());
    if (!again) {
        return start(BatchView(batch_), decompressed_max_);
    }
    read_ = 0;
    return {};
}

Result<bool> RecordReader::next(RecordView& out) {
    return batch_.is_legacy() ? legacy_.next(out) : next_default(out);
}

Result<> RecordReader::ensure_record_valid() const {
    return batch_.is_legacy() && batch_.is_compressed() ? legacy_.ensure_last_valid() : Result<>{};
}

std::optional<std::uint32_t> RecordReader::record_crc() const {
    return batch_.is_legacy() ? std::optional(legacy_.last_crc()) : std::nullopt;
}

Result<bool> RecordReader::next_default(RecordView& out) {
    if (read_ == count_) {
        return false;
    }
    TRY_ASSIGN(const std::byte* const end, whole_record(window_, read_, read_ + 1 == count_));
    RecordFields fields;
    if (const auto fault = parse_record(window_.begin(), end, fields)) {
        return malformed_record(read_, fault);
    }
    window_.advance_to(end);
    ++read_;
    const bool by_log = batch_.timestamp_type() == TimestampType::log_append_time;
    out.offset = Offset{wrapping_sum(batch_.base_offset().get(), fields.offset_delta)};
    out.timestamp =
        by_log ? batch_.max_timestamp()
               : Timestamp{wrapping_sum(batch_.base_timestamp().get(), fields.timestamp_delta)};
    out.sequence = batch_.base_sequence() < 0
                       ? no_sequence
                       : sequence_after(batch_.base_sequence(), fields.offset_delta);
    out.magic = magic_v2;
    out.attributes = fields.attributes;
    out.key = nullable(fields.key, fields.key_length);
    out.value = nullable(fields.value, fields.value_length);
    out.headers = {ByteView{fields.headers, end}, fields.header_count};
    return true;
}

}  // namespace barnabas::wire

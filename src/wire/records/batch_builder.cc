#include "wire/records/batch_builder.h"

#include "base/invariant.h"
#include "wire/records/batch_header.h"
#include "wire/varint.h"

#include <cstring>
#include <limits>

namespace barnabas::wire {
namespace {

using namespace batch_layout;

/// Room for records before compression beyond this is given back with the next batch.
constexpr std::size_t kept_capacity_max = std::size_t{4} << 20;

std::int64_t length_of(const NullableBytes& bytes) {
    return bytes ? static_cast<std::int64_t>(bytes->size()) : -1;
}

std::size_t sized(const NullableBytes& bytes) {
    return varlong_size(length_of(bytes)) + (bytes ? bytes->size() : 0);
}

std::byte* write_bytes(std::byte* to, ByteView bytes) {
    if (!bytes.empty()) {
        std::memcpy(to, bytes.data(), bytes.size());
    }
    return to + bytes.size();
}

std::byte* write_sized(std::byte* to, const NullableBytes& bytes) {
    to = write_varlong(to, length_of(bytes));
    return bytes ? write_bytes(to, *bytes) : to;
}

/// Wraps, as Kafka's does: a delete horizon may be any number.
std::int64_t delta(Timestamp timestamp, Timestamp base) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(timestamp.get()) -
                                     static_cast<std::uint64_t>(base.get()));
}

std::size_t headers_size(std::span<const RecordHeader> headers) {
    std::size_t size = 0;
    for (const auto& header : headers) {
        size += sized(as_bytes(header.key)) + sized(header.value);
    }
    return size;
}

}  // namespace

/// What the parts of a record add up to.
struct BatchBuilder::Shape {
    std::int64_t timestamp_delta = 0;
    std::size_t headers_bytes = 0;
    std::int64_t header_count = 0;
};

void BatchBuilder::start(ByteBuffer& out, const BatchOptions& options) {
    if (out_ == &out && out.size() >= begin_) {
        out.resize(begin_);
    }
    options_ = options;
    out_ = &out;
    begin_ = out.size();
    count_ = 0;
    last_offset_ = options.base_offset - 1;
    max_timestamp_ = no_timestamp;
    base_timestamp_ = options.delete_horizon.value_or(no_timestamp);
    out.grow(records_at);
    if (uncompressed_.capacity() > kept_capacity_max) {
        uncompressed_ = ByteBuffer{};
    }
    uncompressed_.clear();
    records_ = options.compression.codec == Codec::none ? out_ : &uncompressed_;
}

std::size_t BatchBuilder::uncompressed_size() const {
    return records_ == out_ ? out_->size() - begin_ : records_at + uncompressed_.size();
}

Result<> BatchBuilder::check(Offset offset, Timestamp timestamp) const {
    if (offset <= last_offset_) {
        return fail(ErrorCode::invalid_record, "offset {} does not follow {}", offset,
                    last_offset_);
    }
    if (offset - options_.base_offset > std::numeric_limits<std::int32_t>::max()) {
        return fail(ErrorCode::invalid_record, "offset {} is too far from the base offset {}",
                    offset, options_.base_offset);
    }
    if (timestamp < no_timestamp) {
        return fail(ErrorCode::invalid_timestamp, "timestamp {} is negative", timestamp);
    }
    return {};
}

std::byte* BatchBuilder::append_head(const Shape& shape, Offset offset, const NullableBytes& key,
                                     const NullableBytes& value) {
    const auto offset_delta = offset - options_.base_offset;
    const std::size_t body = 1 + varlong_size(shape.timestamp_delta) + varlong_size(offset_delta) +
                             sized(key) + sized(value) + varlong_size(shape.header_count) +
                             shape.headers_bytes;
    const auto size = static_cast<std::int64_t>(body);
    std::byte* to = records_->grow(varlong_size(size) + body);
    to = write_varlong(to, size);
    *to++ = std::byte{0};  // attributes, of which none exist
    to = write_varlong(to, shape.timestamp_delta);
    to = write_varlong(to, offset_delta);
    to = write_sized(to, key);
    to = write_sized(to, value);
    return write_varlong(to, shape.header_count);
}

Result<> BatchBuilder::append(Offset offset, const Record& record) {
    INVARIANT(out_ != nullptr, "append before start()");
    TRY(check(offset, record.timestamp));
    if (count_ == 0 && !options_.delete_horizon) {
        base_timestamp_ = record.timestamp;
    }
    std::byte* to = append_head({.timestamp_delta = delta(record.timestamp, base_timestamp_),
                                 .headers_bytes = headers_size(record.headers),
                                 .header_count = std::ssize(record.headers)},
                                offset, record.key, record.value);
    for (const auto& header : record.headers) {
        to = write_sized(to, as_bytes(header.key));
        to = write_sized(to, header.value);
    }
    ++count_;
    last_offset_ = offset;
    max_timestamp_ = std::max(max_timestamp_, record.timestamp);
    return {};
}

Result<> BatchBuilder::append_copy(Offset offset, const RecordView& record) {
    INVARIANT(out_ != nullptr, "append before start()");
    TRY(check(offset, record.timestamp));
    if (count_ == 0 && !options_.delete_horizon) {
        base_timestamp_ = record.timestamp;
    }
    std::byte* to = append_head({.timestamp_delta = delta(record.timestamp, base_timestamp_),
                                 .headers_bytes = record.headers.bytes().size(),
                                 .header_count = record.headers.size()},
                                offset, record.key, record.value);
    write_bytes(to, record.headers.bytes());
    ++count_;
    last_offset_ = offset;
    max_timestamp_ = std::max(max_timestamp_, record.timestamp);
    return {};
}

void BatchBuilder::cover_up_to(Offset last) {
    INVARIANT(last >= last_offset_, "a batch cannot end at {} before its record at {}", last,
              last_offset_);
    last_offset_ = last;
}

Result<MutableByteView> BatchBuilder::finish() {
    INVARIANT(out_ != nullptr, "finish() before start()");
    ByteBuffer& out = *std::exchange(out_, nullptr);
    const Codec codec = count_ == 0 ? Codec::none : options_.compression.codec;
    if (codec != Codec::none) {
        auto compressed =
            compressor_.compress(options_.compression, uncompressed_.view(), false, out);
        if (!compressed) {
            out.resize(begin_);
            return fail(std::move(compressed));
        }
    }
    const std::size_t size = out.size() - begin_;
    if (size > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
        out.resize(begin_);
        return fail(ErrorCode::record_list_too_large, "a batch of {} bytes is too large", size);
    }
    write_header(out.data() + begin_, size, codec);
    return out.mutable_view().subspan(begin_);
}

void BatchBuilder::write_header(std::byte* at, std::size_t size, Codec codec) const {
    const bool by_log = options_.timestamp_type == TimestampType::log_append_time;
    write_batch_header(
        {at, size},
        {.codec = codec,
         .timestamp_type = options_.timestamp_type,
         .transactional = options_.transactional,
         .control = options_.control,
         .delete_horizon = options_.delete_horizon.has_value(),
         .base_offset = options_.base_offset,
         .leader_epoch = options_.leader_epoch,
         .last_offset_delta = static_cast<std::int32_t>(last_offset_ - options_.base_offset),
         .base_timestamp = base_timestamp_,
         .max_timestamp = by_log && count_ > 0 ? options_.log_append_time : max_timestamp_,
         .producer_id = options_.producer_id,
         .producer_epoch = options_.producer_epoch,
         .base_sequence = options_.base_sequence,
         .count = count_});
}

}  // namespace barnabas::wire

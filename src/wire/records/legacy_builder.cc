#include "wire/records/legacy_builder.h"

#include "base/checksum.h"
#include "base/invariant.h"

#include <algorithm>
#include <cstring>

namespace barnabas::wire {
namespace {

using namespace batch_layout;

void append_sized(ByteBuffer& to, const NullableBytes& bytes) {
    const auto size = bytes ? static_cast<std::int32_t>(bytes->size()) : -1;
    store_big_endian(to.grow(sizeof size), size);
    if (bytes) {
        to.append(*bytes);
    }
}

}  // namespace

LegacySetBuilder::LegacySetBuilder(ByteBuffer& out, const Options& options)
    : out_(out), options_(options) {
    INVARIANT(options.magic == magic_v0 || options.magic == magic_v1, "magic {} is not an old one",
              options.magic);
    INVARIANT(options.compression.codec != Codec::zstd, "magic {} knows no zstd", options.magic);
}

void LegacySetBuilder::append(Offset offset, Timestamp timestamp, const NullableBytes& key,
                              const NullableBytes& value) {
    INVARIANT(offset > last_offset_, "offset {} does not follow {}", offset, last_offset_);
    const bool by_log = options_.timestamp_type == TimestampType::log_append_time;
    const Timestamp stamped = by_log ? options_.log_append_time : timestamp;
    const bool wrapped = options_.compression.codec != Codec::none;
    const bool relative = wrapped && options_.magic == magic_v1;
    const Offset stored = relative ? Offset{offset - options_.base_offset} : offset;
    write_message(wrapped ? inner_ : out_, stored, 0, stamped, key, value);
    last_offset_ = offset;
    max_timestamp_ = std::max(max_timestamp_, stamped);
}

Result<> LegacySetBuilder::finish() {
    if (inner_.empty()) {
        return {};
    }
    ByteBuffer value;
    Compressor compressor;
    TRY(compressor.compress(options_.compression, inner_.view(), options_.magic == magic_v0,
                            value));
    const bool by_log = options_.timestamp_type == TimestampType::log_append_time;
    write_message(out_, last_offset_, static_cast<std::int8_t>(options_.compression.codec),
                  by_log ? options_.log_append_time : max_timestamp_, std::nullopt, value.view());
    inner_.clear();
    return {};
}

void LegacySetBuilder::write_message(ByteBuffer& to, Offset offset, std::int8_t attributes,
                                     Timestamp timestamp, const NullableBytes& key,
                                     const NullableBytes& value) const {
    const std::size_t begin = to.size();
    const bool timed = options_.magic == magic_v1;
    std::byte* head = to.grow(legacy_timestamp_at);
    if (timed && options_.timestamp_type == TimestampType::log_append_time) {
        attributes |= log_append_time_bit;
    }
    store_big_endian(head + offset_at, offset.get());
    store_big_endian(head + magic_at, options_.magic);
    store_big_endian(head + legacy_attributes_at, attributes);
    if (timed) {
        store_big_endian(to.grow(sizeof(std::int64_t)), timestamp.get());
    }
    append_sized(to, key);
    append_sized(to, value);
    head = to.data() + begin;
    const std::size_t size = to.size() - begin;
    store_big_endian(head + length_at, static_cast<std::int32_t>(size - log_overhead));
    store_big_endian(head + legacy_crc_at, crc32({head + magic_at, size - magic_at}));
}

}  // namespace barnabas::wire

// The first byte chooses the codec, the second the number of records; the rest is the payload of a
// magic 2 batch. What validation takes, a reader has to read.
#include "base/checksum.h"
#include "base/invariant.h"
#include "fuzz/input.h"
#include "wire/records/append_validation.h"
#include "wire/records/record_reader.h"

#include <algorithm>

namespace barnabas::wire {
namespace {

constexpr std::size_t decompressed_max = 1 << 20;

ByteBuffer make_batch(Codec codec, std::int32_t count, ByteView payload) {
    using namespace batch_layout;
    ByteBuffer out;
    out.resize(records_at);
    std::byte* const at = out.data();
    std::fill_n(at, records_at, std::byte{0});
    store_big_endian(at + length_at, static_cast<std::int32_t>(records_at + payload.size() - 12));
    store_big_endian(at + magic_at, magic_v2);
    store_big_endian(at + attributes_at, static_cast<std::int16_t>(codec));
    store_big_endian(at + last_offset_delta_at, count - 1);
    store_big_endian(at + producer_id_at, std::int64_t{-1});
    store_big_endian(at + count_at, count);
    out.append(payload);
    return out;
}

/// The records read, or -1 where they cannot be.
std::int32_t read_all(const BatchView& batch) {
    static RecordReader reader;
    if (!reader.start(batch, decompressed_max)) {
        return -1;
    }
    RecordView record;
    for (std::int32_t n = 0;; ++n) {
        const auto more = reader.next(record);
        if (!more) {
            return -1;
        }
        if (!*more) {
            return n;
        }
    }
}

}  // namespace
}  // namespace barnabas::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace barnabas::wire;
    barnabas::fuzzing::Input input{data, size};
    const auto codec = static_cast<Codec>(input.byte() % codec_count);
    const auto count = std::int32_t{input.byte()};
    auto batch = make_batch(codec, count, input.rest());

    static AppendValidator validator;
    AppendRules rules;
    rules.timestamp_after_max_ms = std::numeric_limits<std::int64_t>::max();
    rules.decompressed_max = decompressed_max;
    const auto valid = validator.validate(batch.mutable_view(), rules);
    const auto read = read_all(BatchView{batch.view()});
    INVARIANT(!valid || read == count, "{} records of {} can be read of a valid batch", read,
              count);
    return 0;
}

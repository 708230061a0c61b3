// The first byte chooses the rules of a topic; the rest is a produced buffer. What is taken must be
// one good batch whose offsets rise by one.
#include "base/invariant.h"
#include "fuzz/input.h"
#include "wire/records/append_validation.h"
#include "wire/records/record_reader.h"

#include <vector>

namespace barnabas::wire {
namespace {

constexpr std::size_t decompressed_max = 1 << 20;
constexpr unsigned compacted_bit = 1;
constexpr unsigned by_log_bit = 2;
constexpr unsigned strict_bit = 4;
constexpr unsigned target_shift = 3;

AppendRules make_rules(unsigned choice) {
    AppendRules rules;
    rules.compacted = (choice & compacted_bit) != 0;
    rules.timestamp_type =
        (choice & by_log_bit) != 0 ? TimestampType::log_append_time : TimestampType::create_time;
    rules.timestamp_before_max_ms =
        (choice & strict_bit) != 0 ? 1000 : std::numeric_limits<std::int64_t>::max();
    if (const unsigned target = choice >> target_shift; target < codec_count) {
        rules.target = Compression::of(static_cast<Codec>(target));
    }
    rules.now = Timestamp{1'700'000'000'000};
    rules.decompressed_max = decompressed_max;
    rules.rebuilt_max = decompressed_max;
    return rules;
}

void check(const ValidatedBatch& valid) {
    const auto end = valid.assign(Offset{1000}, LeaderEpoch{7});
    const auto batch = next_batch(valid.bytes);
    INVARIANT(batch && *batch && (*batch)->size() == valid.bytes.size(), "not one whole batch");
    INVARIANT(end == Offset{1000} + valid.count, "{} records end at {}", valid.count, end);
    static RecordReader reader;
    INVARIANT(reader.start(**batch, 4 * decompressed_max).has_value(), "it cannot be read");
    RecordView record;
    for (std::int32_t i = 0; i < valid.count; ++i) {
        const auto more = reader.next(record);
        INVARIANT(more && *more, "record {} cannot be read", i);
        INVARIANT(record.offset == Offset{1000} + i, "record {} is at {}", i, record.offset);
    }
}

}  // namespace
}  // namespace barnabas::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace barnabas::wire;
    barnabas::fuzzing::Input input{data, size};
    const auto rules = make_rules(input.byte());
    std::vector<std::byte> buffer(input.rest().begin(), input.rest().end());
    const auto before = buffer;
    static AppendValidator validator;
    const auto valid = validator.validate(buffer, rules);
    if (valid) {
        check(*valid);
    } else {
        INVARIANT(buffer == before, "a refused buffer was changed");
    }
    ignore(check_produced_records(before, 9), "only that it can be asked matters");
    return 0;
}

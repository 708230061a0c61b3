// Any bytes as a buffer of batches and message sets: every view, every record, every header.
#include "fuzz/input.h"
#include "wire/records/control_record.h"
#include "wire/records/record_reader.h"

namespace barnabas::wire {
namespace {

constexpr std::size_t decompressed_max = 1 << 20;

/// Keeps the compiler from leaving out what made the number.
void keep(std::size_t number) {
    asm volatile("" : : "r"(number));
}

std::size_t touch(const RecordView& record) {
    std::size_t sum = record.key ? record.key->size() : 0;
    for (const auto& header : record.headers) {
        sum += header.key.size() + (header.value ? header.value->size() : 0);
    }
    if (control_type(record.key)) {
        sum += end_transaction_marker(record.value).has_value() ? 1 : 0;
    }
    return sum;
}

void read_batch(const BatchView& batch, RecordReader& reader) {
    keep(batch.ensure_valid().has_value() + static_cast<std::size_t>(batch.last_sequence()) +
         static_cast<std::size_t>(batch.last_offset().get()) +
         static_cast<std::size_t>(batch.count()) + batch.payload().size());
    if (!reader.start(batch, decompressed_max)) {
        return;
    }
    RecordView record;
    while (true) {
        const auto more = reader.next(record);
        if (!more || !*more) {
            break;
        }
        keep(touch(record));
        ignore(reader.ensure_record_valid(), "only that it can be asked matters");
    }
}

}  // namespace
}  // namespace barnabas::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace barnabas::wire;
    static RecordReader reader;
    BatchCursor cursor{barnabas::fuzzing::Input{data, size}.rest()};
    while (true) {
        const auto batch = cursor.next();
        if (!batch || !*batch) {
            break;
        }
        read_batch(**batch, reader);
    }
    return 0;
}

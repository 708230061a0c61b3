#pragma once

#include "wire/records/batch_view.h"
#include "wire/records/payload_window.h"
#include "wire/records/record_format.h"

#include <utility>

namespace barnabas::wire {

/// What a walk over records sees of each: the fields without the bytes.
struct RecordShape {
    std::int64_t timestamp_delta = 0;
    std::int32_t offset_delta = 0;
    bool has_key = false;
};

/// INVALID_RECORD: "record 3 of the batch is malformed: its key is longer than the record".
[[nodiscard]] std::unexpected<Error> malformed_record(std::int32_t index, RecordFault fault);

/// Reads the next record from a window that does not hold all of it, or not yet. Keys, values and
/// headers are skipped over, so that a record larger than the window costs no memory.
[[nodiscard]] Result<RecordShape> walk_cut_record(PayloadWindow& window, std::int32_t index);

/// Whether `window` is at the payload's end; INVALID_RECORD where bytes are left over.
[[nodiscard]] Result<> expect_end(PayloadWindow& window, std::int32_t count);

/// Walks over the `count` records of a magic 2 payload, checks that each is well formed and that
/// they fill the payload, and calls visit(index, shape) for each; nothing is materialised. Inline,
/// so that the visitor melts into the loop: this is where a broker spends its time on a record.
template <class Visit>
[[nodiscard]] Result<> walk_records(PayloadWindow& window, std::int32_t count, Visit&& visit) {
    for (std::int32_t i = 0; i < count; ++i) {
        const std::byte* const end = window.end();
        std::int32_t size = 0;
        const std::byte* const body = read_varint(window.begin(), end, size);
        if (body && size >= 0 && size <= end - body) [[likely]] {
            RecordFields fields;
            const RecordFault fault = parse_record(body, body + size, fields);
            if (fault) [[unlikely]] {
                return malformed_record(i, fault);
            }
            window.advance_to(body + size);
            visit(i, RecordShape{.timestamp_delta = fields.timestamp_delta,
                                 .offset_delta = fields.offset_delta,
                                 .has_key = fields.key_length >= 0});
        } else {
            TRY_ASSIGN(const RecordShape shape, walk_cut_record(window, i));
            visit(i, shape);
        }
    }
    return expect_end(window, count);
}

}  // namespace barnabas::wire

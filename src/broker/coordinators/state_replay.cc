#include "broker/coordinators/state_replay.h"

#include "wire/records/batch_view.h"
#include "wire/records/record_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace barnabas::broker {
namespace {

/// A coordinator writes no batch that unfolds to more.
constexpr std::size_t decompressed_max = std::size_t{256} << 20;

wire::NullableBytes copied(const wire::NullableBytes& from, ReplayPart& part) {
    if (!from) {
        return std::nullopt;
    }
    auto copy = std::make_unique<ByteBuffer>();
    copy->resize(from->size());
    std::ranges::copy(*from, copy->data());
    part.unpacked.push_back(std::move(copy));
    return part.unpacked.back()->view();
}

Result<void> unpack(const wire::BatchView& batch, wire::RecordReader& reader, ReplayPart& part) {
    TRY(batch.ensure_valid());
    auto& to = part.batches.emplace_back();
    to.first = batch.base_offset();
    to.end = batch.next_offset();
    if (batch.is_transactional()) {
        to.transaction = {.id = batch.producer_id(), .epoch = batch.producer_epoch()};
    }
    TRY(reader.start(batch, decompressed_max));
    // What the reader unfolds is its own until the next record; the rest lies in the batch.
    TRY_ASSIGN(const auto codec, batch.codec());
    const bool in_place = codec == wire::Codec::none;
    wire::RecordView record;
    while (true) {
        TRY_ASSIGN(const bool more, reader.next(record));
        if (!more) {
            return {};
        }
        if (batch.is_control()) {
            TRY_ASSIGN(to.marker, wire::control_type(record.key));
            continue;
        }
        to.records.push_back({.offset = record.offset,
                              .key = in_place ? record.key : copied(record.key, part),
                              .value = in_place ? record.value : copied(record.value, part)});
    }
}

}  // namespace

Result<ReplayPart> read_state(const runtime::FileSlice& slice, Offset from) {
    ReplayPart part;
    part.bytes.resize(slice.size);
    TRY_ASSIGN(const auto got, slice.file->read_at(slice.position, part.bytes.mutable_view()));
    if (got != slice.size) {
        return fail(ErrorCode::kafka_storage_error, "{} of {} bytes can be read", got, slice.size);
    }
    wire::RecordReader reader;
    wire::BatchCursor cursor(part.bytes.view());
    while (true) {
        TRY_ASSIGN(const auto batch, cursor.next());
        if (!batch) {
            return part;
        }
        if (batch->next_offset() <= from) {
            continue;
        }
        if (auto unpacked = unpack(*batch, reader, part); !unpacked) {
            return fail(unpacked.error().code, "the batch at offset {}: {}", batch->base_offset(),
                        unpacked.error().message);
        }
    }
}

}  // namespace barnabas::broker

#include "broker/share/original_records.h"

#include "wire/records/batch_view.h"
#include "wire/records/record_reader.h"

#include <algorithm>

namespace barnabas::broker {
namespace {

constexpr std::uint32_t read_bytes = 1 << 20;  // at once
constexpr std::size_t unpacked_max = 256 << 20;

std::optional<std::string> text_of(const wire::NullableBytes& bytes) {
    return bytes ? std::optional(std::string(as_text(*bytes))) : std::nullopt;
}

OriginalRecord copy_of(const wire::RecordView& record) {
    OriginalRecord copy{.key = text_of(record.key), .value = text_of(record.value), .headers = {}};
    for (const auto& header : record.headers) {
        copy.headers.emplace_back(std::string(header.key), text_of(header.value));
    }
    return copy;
}

std::size_t size_of(const OriginalRecord& record) {
    const auto size = [](const std::optional<std::string>& text) {
        return text ? text->size() : 0;
    };
    std::size_t bytes = size(record.key) + size(record.value);
    for (const auto& [key, value] : record.headers) {
        bytes += key.size() + size(value);
    }
    return bytes;
}

/// What of the batch is wanted and fits, which moves `into.end` on.
Result<void> take(const wire::BatchView& batch, wire::RecordReader& reader, Offset last,
                  OriginalRecords& into) {
    TRY(reader.start(batch, unpacked_max));
    wire::RecordView record;
    while (into.bytes < originals_bytes_max) {
        TRY_ASSIGN(const bool more, reader.next(record));
        if (!more || record.offset > last) {
            into.end = std::min(batch.next_offset(), last + 1);
            break;
        }
        if (record.offset >= into.end) {
            auto copy = copy_of(record);
            into.bytes += size_of(copy);
            into.end = record.offset + 1;
            into.records.emplace(record.offset, std::move(copy));
        }
    }
    return {};
}

/// On the blocking pool: what fits of the slice, from `first` on.
Result<OriginalRecords> unpack(const runtime::FileSlice& slice, Offset first, Offset last) {
    OriginalRecords found{.records = {}, .end = first};
    ByteBuffer bytes;
    bytes.resize(slice.size);
    TRY_ASSIGN(const auto got, slice.file->read_at(slice.position, bytes.mutable_view()));
    wire::BatchCursor batches(bytes.view().first(got));
    wire::RecordReader reader;
    while (found.end <= last && found.bytes < originals_bytes_max) {
        TRY_ASSIGN(const auto batch, batches.next());
        if (!batch) {
            break;
        }
        if (batch->next_offset() <= found.end) {
            continue;
        }
        if (batch->is_control()) {
            found.end = std::min(batch->next_offset(), last + 1);
            continue;
        }
        TRY(take(*batch, reader, last, found));
    }
    return found;
}

}  // namespace

awaitable<Result<OriginalRecords>> read_originals(BrokerShard& shard, SharedPartition at,
                                                  Offset first, Offset last, Time until) {
    while (true) {
        auto* partition = shard.partitions.find(at.topic, at.partition);
        if (partition == nullptr) {
            co_return std::unexpected(shard.why_not_here(at.topic, at.partition));
        }
        const Offset from = std::max(first, partition->log().log_start());
        if (from > last || from >= partition->log().high_watermark()) {
            co_return OriginalRecords{.records = {}, .end = last + 1};
        }
        auto read = partition->read({.offset = from,
                                     .max_bytes = read_bytes,
                                     .at_least_one_batch = true,
                                     .may_wait = false});
        if (read.error != ErrorCode::none) {
            co_return fail(read.error, "the records from offset {} cannot be read", from);
        }
        if (!read.cold) {
            if (read.records.size == 0) {
                co_return OriginalRecords{.records = {}, .end = last + 1};
            }
            auto work = [slice = read.records, from, last] { return unpack(slice, from, last); };
            auto found = co_await runtime::run_blocking(shard.shard, std::move(work));
            if (found && found->end == from) {
                found->end = last + 1;  // no batch of what was read reaches that far
            }
            co_return found;
        }
        if (shard.stopping || shard.shard.clock().now() >= until) {
            co_return fail(ErrorCode::request_timed_out,
                           "the disk takes too long to read the records from offset {}", from);
        }
        auto reads = shard.cold_reads.start({std::move(*read.cold)});
        co_await shard.cold_reads.wait_for(std::move(reads), until);
    }
}

}  // namespace barnabas::broker

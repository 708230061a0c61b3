// The part of a dump that is about what lies beside a segment: indexes and producers' snapshots.
#include "base/endian.h"
#include "log/dump/log_dump.h"
#include "log/file_names.h"

#include <algorithm>

namespace barnabas::log {
namespace {

constexpr std::uint64_t file_max = std::uint64_t{1} << 30;

Result<ByteBuffer> whole_file(runtime::Disk& disk, const runtime::Path& path) {
    TRY_ASSIGN(const auto file, disk.open(path, runtime::OpenMode::read));
    TRY_ASSIGN(const auto size, file->size());
    if (size > file_max) {
        return fail(ErrorCode::invalid_request, "{} has {} bytes; at most {} are read",
                    path.string(), size, file_max);
    }
    ByteBuffer bytes;
    bytes.resize(static_cast<std::size_t>(size));
    TRY_ASSIGN(const auto got, file->read_at(0, bytes.mutable_view()));
    bytes.resize(got);
    return bytes;
}

/// The base offset in the name of an index.
Result<Offset> base_of(const DumpFile& file, std::string_view suffix) {
    const auto base = offset_of_file(runtime::Path(file.absolute).filename().string(), suffix);
    if (!base) {
        return fail(ErrorCode::invalid_request, "{}: an index is named <offset>{}", file.name,
                    suffix);
    }
    return *base;
}

/// The file of the same segment with another suffix.
runtime::Path beside(const DumpFile& file, std::string_view suffix) {
    return runtime::Path(file.absolute).replace_extension(suffix);
}

OffsetPosition position_entry(ByteView entries, std::size_t i, Offset base) {
    const std::byte* at = entries.data() + i * OffsetIndex::entry_size;
    return {.offset = base + load_big_endian<std::int32_t>(at),
            .position = load_big_endian<std::uint32_t>(at + sizeof(std::int32_t))};
}

TimestampOffset time_entry(ByteView entries, std::size_t i, Offset base) {
    const std::byte* at = entries.data() + i * TimeIndex::entry_size;
    return {.timestamp = Timestamp{load_big_endian<std::int64_t>(at)},
            .offset = base + load_big_endian<std::int32_t>(at + sizeof(std::int64_t))};
}

/// What a broker asks of an index when it starts (Kafka's sanityCheck).
Result<void> check_size(const DumpFile& file, std::size_t size, std::size_t entry_size) {
    if (size % entry_size != 0) {
        return fail(ErrorCode::corrupt_message, "{} is corrupt: its {} bytes are no multiple of {}",
                    file.absolute, size, entry_size);
    }
    return {};
}

Result<void> check_last_offset(const DumpFile& file, Offset last, Offset base) {
    if (last < base) {
        return fail(ErrorCode::corrupt_message,
                    "{} is corrupt: its last offset is {}, less than the segment's {}",
                    file.absolute, last, base);
    }
    return {};
}

/// How many entries there are before the preallocated rest.
std::size_t used_entries(ByteView index, Offset base) {
    const std::size_t count = index.size() / OffsetIndex::entry_size;
    for (std::size_t i = 1; i < count; ++i) {
        if (position_entry(index, i, base).offset == base) {
            return i;
        }
    }
    return count;
}

/// Where to begin to look for `offset`: the position of the last of the entries, which rise, that
/// is at or before it.
std::uint32_t position_before(ByteView index, std::size_t entries, Offset base, Offset offset) {
    std::size_t from = 0;
    std::size_t to = entries;
    while (from < to) {
        const auto middle = from + (to - from) / 2;
        if (position_entry(index, middle, base).offset <= offset) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from == 0 ? 0 : position_entry(index, from - 1, base).position;
}

}  // namespace

Result<void> LogDump::dump_index(const DumpFile& file) {
    TRY_ASSIGN(const auto base, base_of(file, offset_index_suffix));
    TRY_ASSIGN(auto log, BatchFile::open(disk_, beside(file, log_suffix)));
    TRY_ASSIGN(const auto bytes, whole_file(disk_, file.absolute));
    const auto count = bytes.size() / OffsetIndex::entry_size;
    if (count == 0) {
        sink_.on_empty_index(file);
        return {};
    }
    if (options_.sanity_only) {
        TRY(check_last_offset(file, position_entry(bytes.view(), count - 1, base).offset, base));
        TRY(check_size(file, bytes.size(), OffsetIndex::entry_size));
        sink_.on_sane_index(file);
        return {};
    }
    return dump_index_entries(file, bytes.view(), base, log);
}

Result<void> LogDump::dump_index_entries(const DumpFile& file, ByteView entries, Offset base,
                                         BatchFile& log) {
    for (std::size_t i = 0; i < entries.size() / OffsetIndex::entry_size; ++i) {
        const auto entry = position_entry(entries, i, base);
        if (entry.offset == base && i > 0) {
            return {};  // from here on it is preallocated
        }
        const auto end = std::min<std::uint64_t>(
            log.size(), std::uint64_t{entry.position} +
                            static_cast<std::uint32_t>(std::max(options_.batch_max, 0)));
        auto batch = entry.position <= log.size() ? log.at(entry.position, end)
                                                  : std::optional<wire::BatchView>();
        TRY_ASSIGN(const auto found, std::move(batch));
        if (!found) {
            return fail(ErrorCode::corrupt_message,
                        "{}: entry {}, of offset {}, points at {}, where no batch of at most {} "
                        "bytes is; the log has {} bytes",
                        file.absolute, i, entry.offset, entry.position, options_.batch_max,
                        log.size());
        }
        if (found->last_offset() != entry.offset) {
            findings_.index_mismatches[file.absolute][entry.offset] = found->last_offset();
        }
        if (!options_.verify_only) {
            sink_.on_index_entry(entry);
        }
    }
    return {};
}

Result<void> LogDump::dump_time_index(const DumpFile& file) {
    TRY_ASSIGN(const auto base, base_of(file, time_index_suffix));
    TRY_ASSIGN(auto log, BatchFile::open(disk_, beside(file, log_suffix)));
    TRY_ASSIGN(const auto index, whole_file(disk_, beside(file, offset_index_suffix)));
    TRY_ASSIGN(const auto bytes, whole_file(disk_, file.absolute));
    const auto count = bytes.size() / TimeIndex::entry_size;
    if (options_.sanity_only) {
        if (count > 0) {
            const auto first = time_entry(bytes.view(), 0, base);
            const auto last = time_entry(bytes.view(), count - 1, base);
            if (last.timestamp < first.timestamp) {
                return fail(ErrorCode::corrupt_message,
                            "{} is corrupt: its last timestamp is {}, less than the first, {}",
                            file.absolute, last.timestamp, first.timestamp);
            }
            TRY(check_last_offset(file, last.offset, base));
        }
        TRY(check_size(file, bytes.size(), TimeIndex::entry_size));
        sink_.on_sane_index(file);
        return {};
    }
    const auto used = used_entries(index.view(), base);
    Timestamp before = no_timestamp;
    for (std::size_t i = 0; i < count; ++i) {
        const auto entry = time_entry(bytes.view(), i, base);
        if (entry.offset == base && i > 0) {
            return {};  // from here on it is preallocated
        }
        TRY(check_time_entry(file, entry, before, log,
                             position_before(index.view(), used, base, entry.offset)));
        if (!options_.verify_only) {
            sink_.on_time_entry(entry);
        }
        before = entry.timestamp;
    }
    return {};
}

Result<void> LogDump::check_time_entry(const DumpFile& file, TimestampOffset entry,
                                       Timestamp before, BatchFile& log, std::uint32_t from) {
    if (from > log.size()) {
        return fail(ErrorCode::corrupt_message,
                    "{}: the offset index sends offset {} to {}, behind the log's {} bytes",
                    file.absolute, entry.offset, from, log.size());
    }
    std::optional<wire::BatchView> batch;
    std::uint64_t position = from;
    do {
        TRY_ASSIGN(batch, log.at(position));
        position += batch ? batch->size() : 0;
    } while (batch && batch->last_offset() < entry.offset);
    if (!batch || batch->last_offset() != entry.offset) {
        findings_.offsets_not_found[file.absolute].emplace_back(
            entry.offset.get(), batch ? batch->last_offset().get() : -1);
        return {};
    }
    Timestamp newest = no_timestamp;
    TRY(reader_.start(*batch, std::numeric_limits<std::int32_t>::max()));
    wire::RecordView record;
    while (true) {
        TRY_ASSIGN(const bool more, reader_.next(record));
        if (!more) {
            break;
        }
        newest = std::max(newest, record.timestamp);
    }
    if (newest != entry.timestamp) {
        findings_.time_mismatches[file.absolute].emplace_back(entry.timestamp.get(), newest.get());
    }
    if (before >= entry.timestamp) {
        findings_.times_not_rising[file.absolute].emplace_back(entry.timestamp.get(), before.get());
    }
    return {};
}

Result<void> LogDump::dump_snapshot(const DumpFile& file) {
    TRY_ASSIGN(const auto bytes, whole_file(disk_, file.absolute));
    const auto producers = wire::read_producer_snapshot(bytes.view());
    if (!producers) {
        sink_.on_broken_snapshot(producers.error().message);
        return {};
    }
    for (const auto& producer : *producers) {
        sink_.on_producer(producer);
    }
    return {};
}

Result<void> LogDump::dump_transactions(const DumpFile& file) {
    TRY(base_of(file, txn_index_suffix));
    TRY_ASSIGN(const auto bytes, whole_file(disk_, file.absolute));
    constexpr auto size = TransactionIndex::entry_size;
    for (std::size_t at = 0; at + size <= bytes.size(); at += size) {
        const auto aborted = parse_aborted(bytes.view().subspan(at, size));
        if (!aborted) {
            return fail(ErrorCode::corrupt_message, "{}: the entry at {} {}", file.absolute, at,
                        aborted.error().message);
        }
        sink_.on_aborted(*aborted);
    }
    return {};
}

}  // namespace barnabas::log

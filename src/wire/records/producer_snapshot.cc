#include "wire/records/producer_snapshot.h"

#include "base/checksum.h"
#include "base/endian.h"
#include "base/invariant.h"

namespace barnabas::wire {
namespace {

constexpr std::int16_t version_1 = 1;
constexpr std::size_t snapshot_crc_at = 2;
constexpr std::size_t covered_at = 6;  ///< what the checksum covers begins with the count
constexpr std::size_t entries_at = 10;
constexpr std::size_t entry_size = 46;

/// Reads or writes fields one after another.
class Cursor {
public:
    explicit Cursor(std::byte* at) : at_(at) {}
    template <class T>
    void put(T value) {
        store_big_endian(at_, value);
        at_ += sizeof value;
    }

private:
    std::byte* at_;
};

template <class T>
T take(const std::byte*& at) {
    const T value = load_big_endian<T>(at);
    at += sizeof value;
    return value;
}

ProducerSnapshotEntry read_entry(const std::byte* at) {
    ProducerSnapshotEntry entry;
    entry.producer_id = ProducerId{take<std::int64_t>(at)};
    entry.producer_epoch = ProducerEpoch{take<std::int16_t>(at)};
    entry.last_sequence = take<std::int32_t>(at);
    entry.last_offset = Offset{take<std::int64_t>(at)};
    entry.offset_delta = take<std::int32_t>(at);
    entry.timestamp = Timestamp{take<std::int64_t>(at)};
    entry.coordinator_epoch = take<std::int32_t>(at);
    if (const auto first = take<std::int64_t>(at); first >= 0) {
        entry.current_txn_first_offset = Offset{first};
    }
    return entry;
}

void write_entry(Cursor& to, const ProducerSnapshotEntry& entry) {
    to.put(entry.producer_id.get());
    to.put(entry.producer_epoch.get());
    to.put(entry.last_sequence);
    to.put(entry.last_offset.get());
    to.put(entry.offset_delta);
    to.put(entry.timestamp.get());
    to.put(entry.coordinator_epoch);
    to.put(entry.current_txn_first_offset.value_or(no_offset).get());
}

}  // namespace

Result<std::vector<ProducerSnapshotEntry>> read_producer_snapshot(ByteView file) {
    if (file.size() < entries_at) {
        return fail(ErrorCode::corrupt_message,
                    "a producer snapshot has {} bytes, {} are the least", file.size(), entries_at);
    }
    if (const auto version = load_big_endian<std::int16_t>(file.data()); version != version_1) {
        return fail(ErrorCode::corrupt_message, "a producer snapshot has version {}, {} is known",
                    version, version_1);
    }
    const auto stored = load_big_endian<std::uint32_t>(file.data() + snapshot_crc_at);
    const auto computed = crc32c(file.subspan(covered_at));
    if (stored != computed) {
        return fail(ErrorCode::corrupt_message,
                    "a producer snapshot's checksum says {}, its bytes give {}", stored, computed);
    }
    const auto count = load_big_endian<std::int32_t>(file.data() + covered_at);
    if (count < 0 || static_cast<std::size_t>(count) > (file.size() - entries_at) / entry_size) {
        return fail(ErrorCode::corrupt_message,
                    "a producer snapshot of {} bytes says that it has {} entries", file.size(),
                    count);
    }
    std::vector<ProducerSnapshotEntry> entries;
    entries.reserve(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
        entries.push_back(read_entry(file.data() + entries_at + i * entry_size));
    }
    return entries;
}

ByteBuffer write_producer_snapshot(std::span<const ProducerSnapshotEntry> entries) {
    ByteBuffer file;
    file.resize(entries_at + entries.size() * entry_size);
    Cursor to{file.data()};
    to.put(version_1);
    to.put(std::uint32_t{0});
    to.put(static_cast<std::int32_t>(entries.size()));
    for (const auto& entry : entries) {
        write_entry(to, entry);
    }
    store_big_endian(file.data() + snapshot_crc_at, crc32c(file.view().subspan(covered_at)));
    return file;
}

}  // namespace barnabas::wire

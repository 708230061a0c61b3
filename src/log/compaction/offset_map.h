#pragma once

#include "base/bytes.h"
#include "base/page_allocator.h"
#include "base/types.h"
#include "log/compaction/key_hash.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace barnabas::log {

/// The last offset of each key in the part of a log that is dirty: 24 bytes a key, and never more
/// memory than it was given, also while it grows (org.apache.kafka.storage.internals.log.
/// SkimpyOffsetMap, which takes all of it at once). A key is known by its hash alone. Owned by one
/// compaction.
/// Always: keys() <= keys_max(), and one slot at least is empty.
class OffsetMap {
public:
    struct Options {
        std::size_t memory_max = 0;  // log.cleaner.dedupe.buffer.size, divided by the threads
        double load_factor = 0.9;    // how full it may become: log.cleaner.io.buffer.load.factor
        std::int64_t keys_wanted =
            0;  // as many keys as can come: it takes no more memory than that
    };

    OffsetMap(const Options& options, const KeyHasher& hasher);

    /// What the map knows a key by. Its place is brought into the cache meanwhile: the map is
    /// larger than that, and whoever asks for several keys before looking up the first waits once.
    [[nodiscard]] KeyHash announce(ByteView key) const;

    /// Notes that `key` is at `offset`, which is behind all noted before. False: the key is new and
    /// there is no room for it; nothing has changed.
    [[nodiscard]] bool try_put(const KeyHash& key, Offset offset);
    [[nodiscard]] bool try_put(ByteView key, Offset offset) {
        return try_put(hasher_(key), offset);
    }
    /// Nothing if the key was not put.
    [[nodiscard]] std::optional<Offset> find(const KeyHash& key) const;
    [[nodiscard]] std::optional<Offset> find(ByteView key) const { return find(hasher_(key)); }

    /// Everything up to this offset is in the map; no_offset at first.
    [[nodiscard]] Offset latest() const { return latest_; }
    /// Offsets up to this one have been looked at, whether they have keys or not.
    void advance_to(Offset offset);

    [[nodiscard]] std::size_t keys() const { return keys_; }
    [[nodiscard]] std::size_t keys_max() const { return keys_max_; }
    /// As much as it has taken so far.
    [[nodiscard]] std::size_t memory() const { return entries_.capacity() * sizeof(Entry); }
    static constexpr std::size_t entry_bytes = 24;

private:
    struct Entry {
        KeyHash hash;
        std::int64_t offset_and_one = 0;  // 0: nothing here
    };
    static_assert(sizeof(Entry) == entry_bytes);
    using Entries = std::vector<Entry, PageAllocator<Entry>>;  // compactions come and go

    [[nodiscard]] bool is_or_takes(std::size_t slot, const KeyHash& hash) const {
        const Entry& entry = entries_[slot];
        return entry.offset_and_one == 0 || entry.hash == hash;
    }
    /// The entry of the hash, or the empty one where it belongs.
    [[nodiscard]] std::size_t slot_of(const KeyHash& hash) const;
    void grow();

    KeyHasher hasher_;
    double load_factor_;
    std::size_t slots_max_;
    Entries entries_;
    std::size_t keys_ = 0;
    std::size_t limit_ = 0;     // of keys at this size
    std::size_t keys_max_ = 0;  // at the largest
    Offset latest_ = no_offset;
};

}  // namespace barnabas::log

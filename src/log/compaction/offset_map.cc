#include "log/compaction/offset_map.h"

#include "base/invariant.h"

#include <algorithm>
#include <cmath>

namespace barnabas::log {
namespace {

constexpr std::size_t slots_min = 3;

bool is_prime(std::size_t number) {
    if (number % 2 == 0) {
        return number == 2;
    }
    for (std::size_t divisor = 3; divisor * divisor <= number; divisor += 2) {
        if (number % divisor == 0) {
            return false;
        }
    }
    return number > 1;
}

/// A prime number of slots, so that every step from slot to slot meets all of them.
std::size_t prime_up_to(std::size_t number) {
    while (number > slots_min && !is_prime(number)) {
        --number;
    }
    return std::max(number, slots_min);
}

/// Each size is a quarter of the next, so that the one before the last and the last together fit
/// into the memory: where it grows at all, the last one has four fifths of it.
constexpr std::size_t growth = 4;
constexpr std::size_t first_slots_min = 4096;

/// Room for the wanted keys at the load factor, within the memory.
std::size_t slots_for(const OffsetMap::Options& options) {
    const std::size_t all = options.memory_max / OffsetMap::entry_bytes;
    const std::size_t most = all < first_slots_min * growth ? all : all * growth / (growth + 1);
    const double wanted =
        static_cast<double>(std::max<std::int64_t>(options.keys_wanted, 1)) / options.load_factor;
    constexpr std::size_t spare = 300;  // more than the largest gap between primes of this size
    const bool all_fit = wanted + spare < static_cast<double>(most);
    return all_fit ? static_cast<std::size_t>(std::ceil(wanted)) + spare : most;
}

std::size_t first_slots(std::size_t slots_max) {
    while (slots_max / growth >= first_slots_min) {
        slots_max /= growth;
    }
    return slots_max;
}

/// A number below `limit`, evenly for even hashes, without the time that a division takes.
std::size_t scaled(std::uint64_t hash, std::size_t limit) {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::size_t>((Wide{hash} * limit) >> 64);
}

/// Without an empty slot a search would have no end; without a key there is no progress.
std::size_t keys_in(std::size_t slots, double load_factor) {
    const auto fill = static_cast<std::size_t>(static_cast<double>(slots) * load_factor);
    return std::clamp(fill, std::size_t{1}, slots - 1);
}

}  // namespace

OffsetMap::OffsetMap(const Options& options, const KeyHasher& hasher)
    : hasher_(hasher), load_factor_(options.load_factor), slots_max_(slots_for(options)) {
    INVARIANT(load_factor_ > 0, "a load factor of {}", load_factor_);
    entries_.resize(prime_up_to(first_slots(slots_max_)));
    limit_ = keys_in(entries_.size(), load_factor_);
    keys_max_ = keys_in(prime_up_to(slots_max_), load_factor_);
}

void OffsetMap::grow() {
    // What rounding left over does not make for another step.
    const std::size_t wanted = entries_.size() * growth;
    const bool last = wanted + wanted / 2 > slots_max_;
    Entries small(prime_up_to(last ? slots_max_ : wanted));
    small.swap(entries_);
    for (const Entry& entry : small) {
        if (entry.offset_and_one != 0) {
            entries_[slot_of(entry.hash)] = entry;
        }
    }
    limit_ = keys_in(entries_.size(), load_factor_);
    INVARIANT(keys_ < limit_ && limit_ <= keys_max_, "{} of {} keys, {} at most", keys_, limit_,
              keys_max_);
}

std::size_t OffsetMap::slot_of(const KeyHash& hash) const {
    const std::size_t slots = entries_.size();
    std::size_t slot = scaled(hash.first, slots);
    if (is_or_takes(slot, hash)) [[likely]] {
        return slot;
    }
    const std::size_t step = 1 + scaled(hash.second, slots - 1);
    do {
        slot += step;
        slot -= slot >= slots ? slots : 0;
    } while (!is_or_takes(slot, hash));
    return slot;
}

KeyHash OffsetMap::announce(ByteView key) const {
    const KeyHash hash = hasher_(key);
    const auto* entry =
        reinterpret_cast<const std::byte*>(&entries_[scaled(hash.first, entries_.size())]);
    __builtin_prefetch(entry);
    __builtin_prefetch(entry + sizeof(Entry) - 1);  // a quarter of them lie in two cache lines
    return hash;
}

bool OffsetMap::try_put(const KeyHash& hash, Offset offset) {
    INVARIANT(offset >= Offset{0} && offset > latest_, "offset {} behind {}", offset, latest_);
    std::size_t slot = slot_of(hash);
    if (entries_[slot].offset_and_one == 0) {
        if (keys_ == keys_max_) {
            return false;
        }
        if (keys_ == limit_) {
            grow();
            slot = slot_of(hash);
        }
        ++keys_;
        entries_[slot].hash = hash;
    }
    entries_[slot].offset_and_one = offset.get() + 1;
    latest_ = offset;
    return true;
}

std::optional<Offset> OffsetMap::find(const KeyHash& hash) const {
    const Entry& entry = entries_[slot_of(hash)];
    return entry.offset_and_one == 0 ? std::nullopt
                                     : std::optional(Offset{entry.offset_and_one - 1});
}

void OffsetMap::advance_to(Offset offset) {
    latest_ = std::max(latest_, offset);
}

}  // namespace barnabas::log

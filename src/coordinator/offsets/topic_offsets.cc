#include "coordinator/offsets/topic_offsets.h"

#include "base/invariant.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace barnabas::coordinator {

namespace {

constexpr int block_bits = 8;

std::int32_t block_number(std::int32_t partition) {
    return partition >> block_bits;
}

}  // namespace

TopicOffsets::Extra::Extra(const CommittedOffset& offset) {
    if (offset.metadata.empty() && offset.expires_at == no_timestamp) {
        return;
    }
    const auto expires_at = offset.expires_at.get();
    const auto size = static_cast<std::uint32_t>(offset.metadata.size());
    INVARIANT(size == offset.metadata.size(), "metadata of {} bytes", offset.metadata.size());
    bytes_ = std::make_unique_for_overwrite<char[]>(sizeof expires_at + sizeof size + size);
    char* to = bytes_.get();
    std::memcpy(to, &expires_at, sizeof expires_at);
    std::memcpy(to + sizeof expires_at, &size, sizeof size);
    std::copy(offset.metadata.begin(), offset.metadata.end(), to + sizeof expires_at + sizeof size);
}

Timestamp TopicOffsets::Extra::expires_at() const {
    if (bytes_ == nullptr) {
        return no_timestamp;
    }
    std::int64_t expires_at = 0;
    std::memcpy(&expires_at, bytes_.get(), sizeof expires_at);
    return Timestamp{expires_at};
}

std::string_view TopicOffsets::Extra::metadata() const {
    if (bytes_ == nullptr) {
        return {};
    }
    const char* const from = bytes_.get() + sizeof(std::int64_t);
    std::uint32_t size = 0;
    std::memcpy(&size, from, sizeof size);
    return {from + sizeof size, size};
}

bool TopicOffsets::put(std::int32_t partition, const CommittedOffset& offset) {
    const auto spot = locate(partition);
    if (spot && runs_[spot->run].topic_id == offset.topic_id) {
        // Made before the old one goes: the metadata may be a view of it.
        runs_[spot->run].entries[spot->entry] = entry_of(partition, offset);
        return false;
    }
    auto entry = entry_of(partition, offset);
    const bool fresh = !erase(partition);
    auto& entries = run_for(partition, offset.topic_id).entries;
    if (entries.size() == entries.capacity()) {
        entries.reserve(entries.size() + entries.size() / 4 + 1);
    }
    const auto at = std::ranges::lower_bound(entries, partition, {}, &Entry::partition);
    entries.insert(at, std::move(entry));
    return fresh;
}

bool TopicOffsets::erase(std::int32_t partition) {
    const auto spot = locate(partition);
    if (!spot) {
        return false;
    }
    auto& entries = runs_[spot->run].entries;
    entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(spot->entry));
    if (entries.empty()) {
        runs_.erase(runs_.begin() + static_cast<std::ptrdiff_t>(spot->run));
    }
    INVARIANT(!locate(partition), "partition {} was there twice", partition);
    return true;
}

std::optional<CommittedOffset> TopicOffsets::find(std::int32_t partition) const {
    const auto spot = locate(partition);
    if (!spot) {
        return std::nullopt;
    }
    const Run& run = runs_[spot->run];
    return view_of(run, run.entries[spot->entry]);
}

std::size_t TopicOffsets::size() const {
    std::size_t size = 0;
    for (const Run& run : runs_) {
        size += run.entries.size();
    }
    return size;
}

TopicOffsets::Entry TopicOffsets::entry_of(std::int32_t partition, const CommittedOffset& offset) {
    return {.offset = offset.offset,
            .committed_at_ms = offset.committed_at.get(),
            .record = offset.record.get(),
            .partition = partition,
            .leader_epoch = offset.leader_epoch,
            .extra = Extra(offset)};
}

CommittedOffset TopicOffsets::view_of(const Run& run, const Entry& entry) {
    return {.offset = entry.offset,
            .leader_epoch = entry.leader_epoch,
            .metadata = entry.extra.metadata(),
            .committed_at = Timestamp{entry.committed_at_ms},
            .expires_at = entry.extra.expires_at(),
            .topic_id = run.topic_id,
            .record = Offset{entry.record}};
}

std::optional<TopicOffsets::Spot> TopicOffsets::locate(std::int32_t partition) const {
    const auto block = block_number(partition);
    auto run = std::ranges::lower_bound(runs_, block, {}, &Run::block);
    for (; run != runs_.end() && run->block == block; ++run) {
        const auto& entries = run->entries;
        const auto entry = std::ranges::lower_bound(entries, partition, {}, &Entry::partition);
        if (entry != entries.end() && entry->partition == partition) {
            return Spot{.run = static_cast<std::size_t>(run - runs_.begin()),
                        .entry = static_cast<std::size_t>(entry - entries.begin())};
        }
    }
    return std::nullopt;
}

TopicOffsets::Run& TopicOffsets::run_for(std::int32_t partition, const Uuid& topic_id) {
    const auto block = block_number(partition);
    auto run = std::ranges::lower_bound(runs_, block, {}, &Run::block);
    for (; run != runs_.end() && run->block == block; ++run) {
        if (run->topic_id == topic_id) {
            return *run;
        }
    }
    const auto index = run - runs_.begin();
    runs_.reserve(runs_.size() + 1);  // one more block at a time is rare
    return *runs_.insert(runs_.begin() + index,
                         Run{.block = block, .topic_id = topic_id, .entries = {}});
}

}  // namespace barnabas::coordinator

#include "client/producer/sequences.h"

#include "base/invariant.h"
#include "client/producer/partition_queue.h"

#include <algorithm>

namespace barnabas::client {

const Sequences::Entry* Sequences::find(const PartitionQueue& partition) const {
    const auto found = entries_.find(&partition);
    return found == entries_.end() ? nullptr : &found->second;
}

void Sequences::assign(ProducerBatch& batch, ProducerIdentity current, bool transactional) {
    INVARIANT(!batch.has_sequence(), "a batch keeps its sequence: the broker may have it");
    auto& entry = entries_[&batch.partition()];
    if (entry.identity != current) {
        INVARIANT(entry.out.empty(), "{} batches of an earlier identity are out", entry.out.size());
        entry.identity = current;
        entry.next = 0;
        entry.last_acknowledged = -1;
    }
    batch.assign(current, entry.next, transactional);
    entry.next = add_to_sequence(entry.next, batch.count());
    entry.out.push_back(&batch);
}

bool Sequences::waits_for_earlier(const PartitionQueue& partition, ProducerIdentity current) const {
    const auto* entry = find(partition);
    return entry != nullptr && !entry->out.empty() && entry->identity != current;
}

const ProducerBatch* Sequences::first_out(const PartitionQueue& partition) const {
    const auto* entry = find(partition);
    return entry == nullptr || entry->out.empty() ? nullptr : entry->out.front();
}

bool Sequences::before(const ProducerBatch& one, const ProducerBatch& other) const {
    const auto* entry = find(one.partition());
    INVARIANT(entry != nullptr, "nothing is out of partition {}", one.partition().id);
    const auto first = std::ranges::find(entry->out, &one);
    const auto second = std::ranges::find(entry->out, &other);
    INVARIANT(first != entry->out.end() && second != entry->out.end(), "a batch is not out");
    return first < second;
}

void Sequences::acknowledged(const ProducerBatch& batch, Offset base_offset) {
    auto& entry = entries_[&batch.partition()];
    // An answer to what was sent under an earlier identity says nothing of this one's numbers.
    if (entry.identity == batch.identity()) {
        const std::int32_t last = batch.last_sequence();
        // Wraps: what is ahead by less than half of all numbers is later.
        const auto ahead =
            static_cast<std::uint32_t>(last) - static_cast<std::uint32_t>(entry.last_acknowledged);
        if (entry.last_acknowledged < 0 || (ahead & 0x7fffffffU) < 0x40000000U) {
            entry.last_acknowledged = last;
        }
    }
    if (base_offset != no_offset) {
        entry.last_offset = std::max(entry.last_offset, base_offset + (batch.count() - 1));
    }
    std::erase(entry.out, &batch);
}

void Sequences::remove(const ProducerBatch& batch) {
    if (const auto found = entries_.find(&batch.partition()); found != entries_.end()) {
        std::erase(found->second.out, &batch);
    }
}

void Sequences::replace(const ProducerBatch& batch,
                        const std::vector<std::unique_ptr<ProducerBatch>>& parts) {
    auto& out = entries_[&batch.partition()].out;
    auto at = std::ranges::find(out, &batch);
    INVARIANT(at != out.end(), "a batch that is split is out");
    at = out.erase(at);
    for (const auto& part : parts) {
        at = out.insert(at, part.get()) + 1;
    }
}

std::int32_t Sequences::next(const PartitionQueue& partition) const {
    const auto* entry = find(partition);
    return entry == nullptr ? 0 : entry->next;
}

std::optional<Offset> Sequences::last_acknowledged_offset(const PartitionQueue& partition) const {
    const auto* entry = find(partition);
    return entry == nullptr || entry->last_offset == no_offset ? std::nullopt
                                                               : std::optional(entry->last_offset);
}

bool Sequences::follows(const PartitionQueue& partition, std::int32_t sequence) const {
    const auto* entry = find(partition);
    if (entry == nullptr || entry->last_acknowledged < 0) {
        return sequence == 0;
    }
    return sequence == add_to_sequence(entry->last_acknowledged, 1);
}

void Sequences::start_over(const PartitionQueue& partition, ProducerIdentity identity) {
    auto& entry = entries_[&partition];
    std::int32_t sequence = 0;
    for (auto* batch : entry.out) {
        batch->assign(identity, sequence, batch->transactional());
        sequence = add_to_sequence(sequence, batch->count());
    }
    entry.identity = identity;
    entry.next = sequence;
    entry.last_acknowledged = -1;
}

void Sequences::close_gap(const ProducerBatch& failed) {
    const auto found = entries_.find(&failed.partition());
    if (found == entries_.end() || found->second.identity != failed.identity()) {
        return;  // numbered anew since
    }
    auto& entry = found->second;
    std::int32_t sequence = failed.base_sequence();
    const auto failed_at = std::ranges::find(entry.out, &failed);
    INVARIANT(failed_at != entry.out.end(), "a batch that fails is out until then");
    for (auto at = failed_at + 1; at != entry.out.end(); ++at) {
        (*at)->assign(entry.identity, sequence, (*at)->transactional());
        sequence = add_to_sequence(sequence, (*at)->count());
    }
    entry.next = sequence;
}

void Sequences::forget(const PartitionQueue& partition) {
    if (const auto found = entries_.find(&partition); found != entries_.end()) {
        found->second.next = 0;
        found->second.last_acknowledged = -1;
        found->second.last_offset = no_offset;
    }
}

void Sequences::forget_all() {
    entries_.clear();
}

}  // namespace barnabas::client

#pragma once

#include "client/producer/producer_batch.h"

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

namespace barnabas::client {

/// An idempotent producer's numbers, by partition: which sequence comes next, which batches are out
/// and not settled (in the order of their sequences, whether on the wire or waiting to be sent
/// again), and what the brokers have acknowledged. Kafka's TxnPartitionMap. On the loop's thread.
class Sequences {
public:
    /// For the next batch of the partition, which is out from now on: takes over `current` as soon
    /// as nothing of an earlier identity is out.
    void assign(ProducerBatch& batch, ProducerIdentity current, bool transactional);

    /// Whether batches of an earlier identity must be settled before new ones may go.
    [[nodiscard]] bool waits_for_earlier(const PartitionQueue& partition,
                                         ProducerIdentity current) const;
    /// The batch that has to be settled before all others that are out; nullptr if none is out.
    [[nodiscard]] const ProducerBatch* first_out(const PartitionQueue& partition) const;
    [[nodiscard]] std::size_t count_out(const PartitionQueue& partition) const {
        const auto* entry = find(partition);
        return entry == nullptr ? 0 : entry->out.size();
    }
    [[nodiscard]] bool any_out(const PartitionQueue& partition) const {
        return first_out(partition) != nullptr;
    }
    /// Whether `one` comes before `other`; both are out.
    [[nodiscard]] bool before(const ProducerBatch& one, const ProducerBatch& other) const;

    void acknowledged(const ProducerBatch& batch, Offset base_offset);
    /// It is settled without being stored, or it was never sent.
    void remove(const ProducerBatch& batch);
    /// `parts` take its place.
    void replace(const ProducerBatch& batch,
                 const std::vector<std::unique_ptr<ProducerBatch>>& parts);

    [[nodiscard]] std::int32_t next(const PartitionQueue& partition) const;
    [[nodiscard]] std::optional<Offset> last_acknowledged_offset(
        const PartitionQueue& partition) const;
    /// Whether `sequence` follows what was acknowledged last.
    [[nodiscard]] bool follows(const PartitionQueue& partition, std::int32_t sequence) const;

    /// All that is out is numbered from 0 on, as `identity`.
    void start_over(const PartitionQueue& partition, ProducerIdentity identity);
    /// `failed`, which is still out, was refused for good: what came behind it moves up.
    void close_gap(const ProducerBatch& failed);
    /// The broker has forgotten the producer: the next batch has sequence 0.
    void forget(const PartitionQueue& partition);
    /// Under a new epoch. Nothing may be out.
    void forget_all();

private:
    struct Entry {
        ProducerIdentity identity;
        std::int32_t next = 0;
        std::int32_t last_acknowledged = -1;
        Offset last_offset = no_offset;
        std::vector<ProducerBatch*> out;
    };
    [[nodiscard]] const Entry* find(const PartitionQueue& partition) const;

    std::unordered_map<const PartitionQueue*, Entry> entries_;
};

}  // namespace barnabas::client

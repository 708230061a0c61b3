#include "log/producer_state.h"

#include "base/invariant.h"
#include "wire/records/record_reader.h"

#include <algorithm>

namespace barnabas::log {
namespace {

constexpr std::size_t marker_bytes_max = 4096;

ProducerBatch batch_of(const wire::BatchView& batch) {
    return {.first_sequence = batch.base_sequence(),
            .last_sequence = batch.last_sequence(),
            .first_offset = batch.base_offset(),
            .last_offset = batch.last_offset(),
            .timestamp = batch.max_timestamp()};
}

}  // namespace

Result<std::optional<TransactionEnd>> read_transaction_end(const wire::BatchView& batch) {
    if (!batch.is_control()) {
        return std::optional<TransactionEnd>();
    }
    wire::RecordReader reader;
    wire::RecordView record;
    TRY(reader.start(batch, marker_bytes_max));
    TRY_ASSIGN(const bool any, reader.next(record));
    if (!any) {
        return std::optional<TransactionEnd>();
    }
    TRY_ASSIGN(const auto type, wire::control_type(record.key));
    if (type != wire::ControlType::commit && type != wire::ControlType::abort) {
        return std::optional<TransactionEnd>();
    }
    TRY_ASSIGN(const auto marker, wire::end_transaction_marker(record.value));
    return std::optional(TransactionEnd{.committed = type == wire::ControlType::commit,
                                        .coordinator_epoch = marker.coordinator_epoch});
}

void ProducerEntry::add(const ProducerBatch& batch) {
    if (batch_count == batches_max) {
        std::ranges::move(batches.begin() + 1, batches.end(), batches.begin());
        --batch_count;
    }
    batches[batch_count++] = batch;
}

Result<ProducerStates::Verdict> ProducerStates::judge(const wire::BatchView& batch,
                                                      bool may_begin) const {
    INVARIANT(batch.has_producer(), "a batch without producer is judged");
    const ProducerEntry* entry = find(batch.producer_id());
    if (entry != nullptr) {
        TRY(check_epoch(*entry, batch));
        if (entry->epoch == batch.producer_epoch()) {
            for (const auto& known : std::span(entry->batches).first(entry->batch_count)) {
                if (known.first_sequence == batch.base_sequence() &&
                    known.last_sequence == batch.last_sequence()) {
                    return Verdict{.duplicate = known};
                }
            }
        }
    }
    TRY(check_sequence(entry, batch));
    TRY(check_transaction(entry, batch, may_begin));
    return Verdict{};
}

Result<void> ProducerStates::judge_state(const wire::BatchView& batch, bool may_begin) const {
    INVARIANT(batch.has_producer(), "a batch without producer is judged");
    const ProducerEntry* entry = find(batch.producer_id());
    if (entry != nullptr) {
        TRY(check_epoch(*entry, batch));
    }
    return check_transaction(entry, batch, may_begin);
}

Result<void> ProducerStates::judge_end(const wire::BatchView& marker, const TransactionEnd& end,
                                       std::int16_t version) const {
    constexpr std::int16_t raises_epoch_since = 2;  // KIP-890
    const ProducerEntry* entry = find(marker.producer_id());
    if (entry == nullptr) {
        return {};
    }
    TRY(check_epoch(*entry, marker));
    if (version >= raises_epoch_since && entry->transaction_first &&
        marker.producer_epoch() == entry->epoch) {
        return fail(ErrorCode::invalid_producer_epoch,
                    "a marker of producer {} has epoch {}, which its open transaction has too; "
                    "this marker is of one before",
                    marker.producer_id(), marker.producer_epoch());
    }
    if (end.coordinator_epoch < entry->coordinator_epoch) {
        return fail(ErrorCode::transaction_coordinator_fenced,
                    "a marker of producer {} comes from a coordinator with epoch {}; one with "
                    "epoch {} wrote here already",
                    marker.producer_id(), end.coordinator_epoch, entry->coordinator_epoch);
    }
    return {};
}

Result<void> ProducerStates::check_epoch(const ProducerEntry& entry,
                                         const wire::BatchView& batch) const {
    if (batch.producer_epoch() < entry.epoch) {
        return fail(ErrorCode::invalid_producer_epoch,
                    "producer {} writes with epoch {}; epoch {} wrote here already",
                    batch.producer_id(), batch.producer_epoch(), entry.epoch);
    }
    return {};
}

Result<void> ProducerStates::check_sequence(const ProducerEntry* entry,
                                            const wire::BatchView& batch) const {
    const auto first = batch.base_sequence();
    const ProducerBatch* last = entry == nullptr ? nullptr : entry->last();
    const bool begins_anew = last == nullptr || entry->epoch != batch.producer_epoch();
    if (entry == nullptr && first != 0) {
        // Not OUT_OF_ORDER_SEQUENCE_NUMBER: librdkafka takes that for the end of its producer, this
        // for the reason to go on with the next epoch. Kafka since 2.5 accepts any first sequence,
        // and thereby the second of two batches in flight without the first.
        return fail(ErrorCode::unknown_producer_id,
                    "producer {} begins with sequence {} at epoch {}; this partition does not know "
                    "it (any more: producer.id.expiration.ms) and expects 0",
                    batch.producer_id(), first, batch.producer_epoch());
    }
    if (begins_anew && first != 0) {
        return fail(ErrorCode::out_of_order_sequence_number,
                    "producer {} begins epoch {} with sequence {}; each epoch begins with 0",
                    batch.producer_id(), batch.producer_epoch(), first);
    }
    if (!begins_anew && first != wire::sequence_after(last->last_sequence, 1)) {
        return fail(ErrorCode::out_of_order_sequence_number,
                    "producer {} sends sequence {} where {} is next (epoch {})",
                    batch.producer_id(), first, wire::sequence_after(last->last_sequence, 1),
                    batch.producer_epoch());
    }
    return {};
}

Result<void> ProducerStates::check_transaction(const ProducerEntry* entry,
                                               const wire::BatchView& batch, bool may_begin) const {
    const bool is_open = entry != nullptr && entry->transaction_first;
    if (is_open && !batch.is_transactional()) {
        return fail(ErrorCode::invalid_txn_state,
                    "producer {} writes without a transaction while its transaction of offset {} "
                    "is open",
                    batch.producer_id(), *entry->transaction_first);
    }
    const bool goes_on = is_open && entry->epoch == batch.producer_epoch();
    if (!goes_on && batch.is_transactional() && !may_begin) {
        return fail(ErrorCode::invalid_txn_state,
                    "producer {}, epoch {}, has no open transaction here, and its coordinator has "
                    "not said that it has this partition in one",
                    batch.producer_id(), batch.producer_epoch());
    }
    return {};
}

std::optional<AbortedTransaction> ProducerStates::apply(const wire::BatchView& batch,
                                                        const std::optional<TransactionEnd>& end,
                                                        Timestamp heard) {
    map_end_ = batch.next_offset();
    if (!batch.has_producer() || (batch.is_control() && !end)) {
        return std::nullopt;
    }
    auto& entry = producers_[batch.producer_id()];
    largest_id_ = std::max(largest_id_, batch.producer_id());
    if (entry.epoch != batch.producer_epoch()) {
        entry.batch_count = 0;
        entry.epoch = batch.producer_epoch();
    }
    entry.last_timestamp = batch.max_timestamp();
    entry.last_heard = heard;
    if (end) {
        return end_transaction(batch, entry, *end);
    }
    if (batch.base_sequence() != wire::no_sequence) {
        entry.add(batch_of(batch));
    }
    if (batch.is_transactional() && !entry.transaction_first) {
        entry.transaction_first = batch.base_offset();
        open_transactions_.emplace(batch.base_offset(), batch.producer_id());
    }
    return std::nullopt;
}

std::optional<AbortedTransaction> ProducerStates::end_transaction(const wire::BatchView& batch,
                                                                  ProducerEntry& entry,
                                                                  const TransactionEnd& end) {
    entry.coordinator_epoch = end.coordinator_epoch;
    if (!entry.transaction_first) {
        return std::nullopt;
    }
    const Offset first = *entry.transaction_first;
    entry.transaction_first.reset();
    open_transactions_.erase(first);
    uncommitted_ends_[first] = batch.last_offset();
    if (end.committed) {
        return std::nullopt;
    }
    const auto stable =
        open_transactions_.empty() ? batch.next_offset() : open_transactions_.begin()->first;
    return AbortedTransaction{.producer_id = batch.producer_id(),
                              .first_offset = first,
                              .last_offset = batch.last_offset(),
                              .last_stable_offset = stable};
}

std::optional<Offset> ProducerStates::first_unstable() const {
    std::optional<Offset> first;
    if (!open_transactions_.empty()) {
        first = open_transactions_.begin()->first;
    }
    if (!uncommitted_ends_.empty()) {
        const Offset uncommitted = uncommitted_ends_.begin()->first;
        first = std::min(first.value_or(uncommitted), uncommitted);
    }
    return first;
}

void ProducerStates::committed_up_to(Offset high_watermark) {
    std::erase_if(uncommitted_ends_,
                  [high_watermark](const auto& item) { return item.second < high_watermark; });
}

const ProducerEntry* ProducerStates::find(ProducerId id) const {
    const auto found = producers_.find(id);
    return found == producers_.end() ? nullptr : &found->second;
}

void ProducerStates::expire(Timestamp before) {
    std::erase_if(producers_, [before](const auto& item) {
        return !item.second.transaction_first && item.second.last_heard < before;
    });
}

ProducerStates ProducerStates::without(const ProducerStates& others) const {
    ProducerStates rest = *this;
    std::erase_if(rest.producers_, [&](const auto& item) {
        const auto* const entry = others.find(item.first);
        return entry != nullptr && entry->last() != nullptr;
    });
    rest.forget_transactions();
    return rest;
}

void ProducerStates::forget_transactions() {
    for (auto& [id, producer] : producers_) {
        producer.transaction_first.reset();
    }
    open_transactions_.clear();
    uncommitted_ends_.clear();
}

void ProducerStates::clear() {
    producers_.clear();
    open_transactions_.clear();
    uncommitted_ends_.clear();
    map_end_ = Offset{0};
}

std::vector<wire::ProducerSnapshotEntry> ProducerStates::snapshot() const {
    std::vector<wire::ProducerSnapshotEntry> entries;
    entries.reserve(producers_.size());
    for (const auto& [id, producer] : producers_) {
        const ProducerBatch* last = producer.last();
        entries.push_back(
            {.producer_id = id,
             .producer_epoch = producer.epoch,
             .last_sequence = last == nullptr ? wire::no_sequence : last->last_sequence,
             .last_offset = last == nullptr ? no_offset : last->last_offset,
             .offset_delta = last == nullptr ? 0
                                             : static_cast<std::int32_t>(last->last_offset -
                                                                         last->first_offset),
             .timestamp = producer.last_timestamp,
             .coordinator_epoch = producer.coordinator_epoch,
             .current_txn_first_offset = producer.transaction_first});
    }
    std::ranges::sort(entries, {}, &wire::ProducerSnapshotEntry::producer_id);
    return entries;
}

ProducerLasts ProducerStates::lasts() const {
    ProducerLasts lasts;
    for (const auto& [id, producer] : producers_) {
        const ProducerBatch* last = producer.last();
        lasts.emplace(id, ProducerLast{.data = last == nullptr ? std::nullopt
                                                               : std::optional(last->last_offset),
                                       .epoch = producer.epoch});
    }
    return lasts;
}

void ProducerStates::restore(std::span<const wire::ProducerSnapshotEntry> entries, Offset end,
                             Timestamp heard) {
    clear();
    map_end_ = end;
    for (const auto& saved : entries) {
        auto& entry = producers_[saved.producer_id];
        largest_id_ = std::max(largest_id_, saved.producer_id);
        entry.epoch = saved.producer_epoch;
        entry.coordinator_epoch = saved.coordinator_epoch;
        entry.last_timestamp = saved.timestamp;
        entry.last_heard = heard;
        entry.transaction_first = saved.current_txn_first_offset;
        if (saved.last_offset != no_offset) {
            // Between 0 and 2147483647, sequences wrap: count back the same way.
            const std::int64_t wrap = std::int64_t{1} << 31;
            const auto first =
                (saved.last_sequence - std::int64_t{saved.offset_delta} + wrap) % wrap;
            entry.add({.first_sequence = static_cast<std::int32_t>(first),
                       .last_sequence = saved.last_sequence,
                       .first_offset = saved.last_offset - saved.offset_delta,
                       .last_offset = saved.last_offset,
                       .timestamp = saved.timestamp});
        }
        if (entry.transaction_first) {
            open_transactions_.emplace(*entry.transaction_first, saved.producer_id);
        }
    }
}

}  // namespace barnabas::log

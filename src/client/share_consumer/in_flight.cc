#include "client/share_consumer/in_flight.h"

#include "base/invariant.h"

#include <algorithm>
#include <ranges>
#include <utility>

namespace barnabas::client {

// --- one batch -----------------------------------------------------------------------------------

std::span<const barnabas::detail::RecordEntry> InFlight::Batch::entries() const {
    return delivery.chunk ? std::span<const barnabas::detail::RecordEntry>(delivery.chunk->entries)
                          : std::span<const barnabas::detail::RecordEntry>();
}

InFlight::State* InFlight::Batch::find(Offset offset) {
    const auto all = entries();
    const auto at =
        std::ranges::lower_bound(all, offset.get(), {}, &barnabas::detail::RecordEntry::offset);
    if (at == all.end() || at->offset != offset.get()) {
        return nullptr;
    }
    return &states[static_cast<std::size_t>(at - all.begin())];
}

std::size_t InFlight::Batch::count(Phase phase) const {
    return static_cast<std::size_t>(std::ranges::count(states, phase, &State::phase));
}

bool InFlight::Batch::is_over() const {
    return delivery.own.empty() && count(Phase::gone) == states.size();
}

Acknowledgements InFlight::Batch::take_marked() {
    Acknowledgements taken;
    const auto all = entries();
    for (std::size_t i = 0; i < states.size(); ++i) {
        if (states[i].phase == Phase::marked) {
            taken.append(Offset{all[i].offset}, states[i].type);
            states[i].phase = states[i].type == AckType::renew ? Phase::renewing : Phase::gone;
        }
    }
    taken.merge(std::exchange(delivery.own, {}));
    return taken;
}

// --- all of them ---------------------------------------------------------------------------------

void InFlight::add(Delivery delivery) {
    Batch& batch = batches_.emplace_back();
    batch.delivery = std::move(delivery);
    batch.states.resize(batch.entries().size());
    recount();
}

InFlight::State* InFlight::find(const TopicPartition& partition, Offset offset, Phase phase) {
    for (Batch& batch : std::views::reverse(batches_)) {
        State* state = batch.delivery.partition == partition ? batch.find(offset) : nullptr;
        if (state != nullptr && state->phase == phase) {
            return state;
        }
    }
    return nullptr;
}

/// One that has no mark first: a record may have come again while an earlier delivery of it is
/// still here, and each is to be acknowledged.
Result<> InFlight::acknowledge(const TopicPartition& partition, Offset offset, AckType type) {
    INVARIANT(type != AckType::gap, "a record is acknowledged as none");
    if (State* waiting = find(partition, offset, Phase::waiting)) {
        --waiting_;
        *waiting = {.phase = Phase::marked, .type = type};
        return {};
    }
    if (State* marked = find(partition, offset, Phase::marked)) {
        marked->type = type;
        return {};
    }
    for (Batch& batch : batches_) {
        const auto own =
            batch.delivery.partition == partition ? batch.delivery.own.find(offset) : std::nullopt;
        if (own && *own != AckType::gap && type != AckType::renew) {
            batch.delivery.own.replace(offset, type);
            return {};
        }
    }
    return fail(ErrorCode::invalid_request,
                "offset {} of {} does not wait for an acknowledgement: poll() has not handed it "
                "out, or it was acknowledged before",
                offset, partition);
}

void InFlight::accept_all() {
    for (Batch& batch : batches_) {
        for (State& state : batch.states) {
            if (state.phase == Phase::waiting) {
                state = {.phase = Phase::marked, .type = AckType::accept};
            }
        }
    }
    waiting_ = 0;
}

std::vector<PartAcks> InFlight::take_marked() {
    std::vector<PartAcks> taken;
    for (Batch& batch : batches_) {
        Acknowledgements acks = batch.take_marked();
        if (acks.empty()) {
            continue;
        }
        const Delivery& from = batch.delivery;
        const auto same = std::ranges::find_if(taken, [&from](const PartAcks& part) {
            return part.broker == from.broker && part.topic_id == from.topic_id &&
                   part.partition == from.partition;
        });
        if (same != taken.end()) {
            same->acks.merge(acks);
        } else {
            taken.push_back({.broker = from.broker,
                             .topic_id = from.topic_id,
                             .partition = from.partition,
                             .acks = std::move(acks)});
        }
    }
    recount();
    forget_settled();
    return taken;
}

void InFlight::settle_renewals(Batch& batch, const PartAcks& part, bool kept) const {
    for (const auto& run : part.acks.runs()) {
        for (Offset at = run.first; run.type == AckType::renew && at <= run.last; ++at) {
            State* state = batch.find(at);
            if (state != nullptr && state->phase == Phase::renewing) {
                state->phase = kept ? Phase::renewed : Phase::gone;
            }
        }
    }
}

void InFlight::on_outcome(const PartAcks& part, bool kept) {
    if (renewing_ == 0 || !part.acks.renews()) {
        return;
    }
    for (Batch& batch : batches_) {
        const Delivery& from = batch.delivery;
        if (from.partition == part.partition && from.broker == part.broker) {
            settle_renewals(batch, part, kept);
        }
    }
    recount();
    forget_settled();
}

ConsumerRecords InFlight::take_renewed() {
    std::vector<std::shared_ptr<const barnabas::detail::RecordChunk>> chunks;
    for (Batch& batch : batches_) {
        if (batch.count(Phase::renewed) == 0) {
            continue;
        }
        auto chunk = std::make_shared<barnabas::detail::RecordChunk>();
        chunk->partition = batch.delivery.partition;
        chunk->bytes = batch.delivery.chunk->bytes;
        chunk->next = batch.delivery.chunk->next;
        const auto all = batch.entries();
        for (std::size_t i = 0; i < batch.states.size(); ++i) {
            if (batch.states[i].phase == Phase::renewed) {
                chunk->entries.push_back(all[i]);
                batch.states[i].phase = Phase::waiting;
            }
        }
        chunks.push_back(std::move(chunk));
    }
    recount();
    return ConsumerRecords(std::move(chunks));
}

void InFlight::recount() {
    waiting_ = renewing_ = renewed_ = 0;
    for (const Batch& batch : batches_) {
        waiting_ += batch.count(Phase::waiting);
        renewing_ += batch.count(Phase::renewing);
        renewed_ += batch.count(Phase::renewed);
    }
}

void InFlight::forget_settled() {
    std::erase_if(batches_, [](const Batch& batch) { return batch.is_over(); });
}

}  // namespace barnabas::client

#pragma once

#include "log/leader_epochs.h"
#include "log/producer_state.h"
#include "log/transaction_index.h"
#include "wire/records/batch_view.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace barnabas::log::testing {

struct ModelBatch {
    Offset first{0};
    Offset last{0};
    std::vector<Timestamp> timestamps;
    std::vector<std::byte> bytes = {};
    LeaderEpoch leader_epoch{0};
    ProducerId producer = no_producer;
    std::int32_t sequence = wire::no_sequence;
    ProducerEpoch epoch{0};
    bool transactional = false;
    std::optional<bool> committed = {};  // a marker
};

struct ModelProducer {
    ProducerEpoch epoch{0};
    std::int32_t next_sequence = 0;
    std::optional<Offset> open = {};
    std::optional<std::size_t> last = {};  // of its batches of data: where it is in the log
};

using ModelProducers = std::map<ProducerId, ModelProducer>;

/// A log as one who has never heard of files thinks of it: every batch that was appended and
/// neither cut nor lost, also before the log's start.
class PlainLog {
public:
    std::vector<ModelBatch> batches;
    Offset log_start{0};

    [[nodiscard]] Offset end() const { return batches.empty() ? start_ : batches.back().last + 1; }
    /// Whole batches from the one on that holds `offset`.
    void cut(Offset offset) {
        while (!batches.empty() && batches.back().last >= offset) {
            start_ = batches.back().first;
            batches.pop_back();
        }
        log_start = std::min(log_start, end());
    }
    /// Where the log ends if `offset` is cut.
    [[nodiscard]] Offset end_before(Offset offset) const {
        const auto cut = [offset](const auto& batch) { return batch.last >= offset; };
        const auto first = std::ranges::find_if(batches, cut);
        return first == batches.end() ? end() : first->first;
    }
    /// Of batches before `offset`, which are served never again, only what they say is kept.
    void forget_before(Offset offset) {
        const auto kept = std::ranges::find_if(
            batches, [offset](const auto& batch) { return batch.last >= offset; });
        if (kept == batches.begin() || kept == batches.end()) {
            return;
        }
        known_ = producers(kept->first);
        for (auto& [id, producer] : known_) {
            producer.last.reset();
        }
        batches.erase(batches.begin(), kept);
    }
    /// An empty log at `offset`, which knows these producers.
    void begin_anew(Offset offset, ModelProducers known) {
        batches.clear();
        start_ = offset;
        log_start = offset;
        known_ = std::move(known);
    }

    /// What follows from the batches up to `end`.
    [[nodiscard]] ModelProducers producers(Offset end) const { return derive(end).first; }
    [[nodiscard]] ModelProducers producers() const { return producers(end()); }
    [[nodiscard]] std::vector<AbortedTransaction> aborted() const { return derive(end()).second; }

    /// Where the records of each leader epoch begin, from the log's start on.
    [[nodiscard]] std::vector<LeaderEpochs::Entry> epochs() const {
        std::vector<LeaderEpochs::Entry> entries;
        for (const auto& batch : batches) {
            if (batch.last < log_start) {
                continue;
            }
            if (entries.empty() || entries.back().epoch != batch.leader_epoch) {
                entries.push_back({batch.leader_epoch, std::max(batch.first, log_start)});
            }
        }
        return entries;
    }
    /// The first record from the log's start on with at least that timestamp.
    [[nodiscard]] std::optional<Offset> find(Timestamp timestamp) const {
        for (const auto& batch : batches) {
            for (std::size_t i = 0; i < batch.timestamps.size(); ++i) {
                const Offset offset = batch.first + static_cast<std::int64_t>(i);
                if (batch.timestamps[i] >= timestamp && offset >= log_start) {
                    return offset;
                }
            }
        }
        return std::nullopt;
    }
    [[nodiscard]] std::optional<Timestamp> newest() const {
        std::optional<Timestamp> newest;
        for (const auto& batch : batches) {
            for (std::size_t i = 0; i < batch.timestamps.size(); ++i) {
                if (batch.first + static_cast<std::int64_t>(i) >= log_start) {
                    newest = std::max(newest.value_or(batch.timestamps[i]), batch.timestamps[i]);
                }
            }
        }
        return newest;
    }

private:
    [[nodiscard]] std::pair<ModelProducers, std::vector<AbortedTransaction>> derive(
        Offset end) const {
        std::pair<ModelProducers, std::vector<AbortedTransaction>> derived{known_, {}};
        for (std::size_t i = 0; i < batches.size() && batches[i].last < end; ++i) {
            if (batches[i].producer != no_producer) {
                apply(i, derived.first[batches[i].producer], derived.second);
            }
        }
        return derived;
    }
    void apply(std::size_t place, ModelProducer& producer,
               std::vector<AbortedTransaction>& aborted) const {
        const auto& batch = batches[place];
        if (producer.epoch != batch.epoch) {
            producer.epoch = batch.epoch;
            producer.next_sequence = 0;
            producer.last.reset();
        }
        if (batch.committed) {
            if (producer.open && !*batch.committed) {
                aborted.push_back({batch.producer, *producer.open, batch.last, {}});
            }
            producer.open.reset();
            return;
        }
        producer.next_sequence =
            batch.sequence + static_cast<std::int32_t>(batch.timestamps.size());
        producer.last = place;
        if (batch.transactional && !producer.open) {
            producer.open = batch.first;
        }
    }

    Offset start_{0};
    ModelProducers known_;
};

}  // namespace barnabas::log::testing

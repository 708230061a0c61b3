#pragma once

#include "log/log.h"
#include "unit/log/compaction/keyed_batches.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <vector>

namespace barnabas::log::testing {

/// A batch in memory, as a compacted log holds it.
struct PlainBatch {
    Offset base;
    Offset last;
    ProducerId producer = no_producer;
    ProducerEpoch epoch = no_producer_epoch;
    std::int32_t sequence = wire::no_sequence;
    bool transactional = false;
    bool control = false;
    bool committed = false;  // of a marker that still has its record
    Timestamp max_timestamp = no_timestamp;
    std::optional<Timestamp> horizon;
    std::vector<FoundRecord> records;

    friend bool operator==(const PlainBatch&, const PlainBatch&) = default;
};

inline void PrintTo(const PlainBatch& batch, std::ostream* out) {
    *out << "[" << batch.base.get() << ", " << batch.last.get() << "] of " << batch.producer.get()
         << (batch.control ? " control" : "") << (batch.transactional ? " transactional" : "")
         << ":";
    for (const auto& found : batch.records) {
        *out << " " << found.offset.get() << "=" << found.record.key.value_or("(none)") << "/"
             << found.record.value.value_or("(none)").substr(0, 8);
    }
    if (batch.horizon) {
        *out << " until " << batch.horizon->get();
    }
}

inline PlainBatch plain(const wire::BatchView& batch) {
    PlainBatch plain{.base = batch.base_offset(),
                     .last = batch.last_offset(),
                     .producer = batch.producer_id(),
                     .epoch = batch.producer_epoch(),
                     .sequence = batch.base_sequence(),
                     .transactional = batch.is_transactional(),
                     .control = batch.is_control(),
                     .max_timestamp = batch.max_timestamp(),
                     .horizon = batch.delete_horizon(),
                     .records = records_of(batch)};
    const auto end = read_transaction_end(batch);
    plain.committed = end && *end && (*end)->committed;
    return plain;
}

/// Whether each batch is data of a transaction that was aborted, from the batches alone.
inline std::vector<bool> aborted_data(const std::vector<PlainBatch>& batches) {
    std::vector<bool> aborted(batches.size(), false);
    std::map<ProducerId, bool> ends_in_abort;  // of the next marker, seen from behind
    for (std::size_t i = batches.size(); i-- > 0;) {
        const auto& batch = batches[i];
        if (batch.control) {
            if (!batch.records.empty()) {
                ends_in_abort[batch.producer] = !batch.committed;
            }
        } else if (batch.transactional && ends_in_abort.contains(batch.producer)) {
            aborted[i] = ends_in_abort[batch.producer];
        }
    }
    return aborted;
}

/// What one compaction is told.
struct PlainCompaction {
    Offset first_dirty;
    Offset mapped_end;   // its keys count up to here
    Offset cleaned_end;  // batches from here on stay as they are: a segment's base
    Offset round_end;
    Timestamp now;
    std::int64_t delete_retention_ms = 0;
    ProducerLasts producers;
};

/// Kafka's rules, said once more without files, maps of fixed size and steps.
class PlainCompactor {
public:
    PlainCompactor(const std::vector<PlainBatch>& batches, const PlainCompaction& rules)
        : batches_(batches), rules_(rules), aborted_(aborted_data(batches)) {
        for (std::size_t i = 0; i < batches.size(); ++i) {
            for (const auto& found : batches[i].records) {
                if (!batches[i].control && !aborted_[i] && found.offset >= rules.first_dirty &&
                    found.offset < rules.mapped_end && found.record.key) {
                    newest_[*found.record.key] = found.offset;
                }
            }
        }
    }

    [[nodiscard]] std::vector<PlainBatch> run() const {
        std::vector<PlainBatch> left;
        std::map<ProducerId, bool> open_has_data;
        for (std::size_t i = 0; i < batches_.size(); ++i) {
            const auto& batch = batches_[i];
            if (batch.base >= rules_.cleaned_end) {
                left.push_back(batch);
                continue;
            }
            PlainBatch result = batch;
            const bool ends_nothing = batch.control && !open_has_data[batch.producer];
            if (batch.control) {
                open_has_data[batch.producer] = false;
                const bool expired = batch.horizon && *batch.horizon <= rules_.now;
                if (ends_nothing && expired) {
                    result.records.clear();
                }
            } else {
                open_has_data[batch.producer] |= batch.transactional;
                std::erase_if(result.records, [&](const FoundRecord& found) {
                    return aborted_[i] || !stays(batch, found);
                });
            }
            if (result.records.empty()) {
                if (is_needed(batch)) {
                    result.horizon.reset();
                    result.committed = false;
                    left.push_back(std::move(result));
                }
                continue;
            }
            settle(batch, ends_nothing, result);
            left.push_back(std::move(result));
        }
        return left;
    }

private:
    [[nodiscard]] bool stays(const PlainBatch& batch, const FoundRecord& found) const {
        if (found.offset >= rules_.mapped_end) {
            return true;
        }
        const auto newest = found.record.key ? newest_.find(*found.record.key) : newest_.end();
        if (!found.record.key || (newest != newest_.end() && newest->second > found.offset)) {
            return false;
        }
        return found.record.value || !batch.horizon || rules_.now < *batch.horizon;
    }
    [[nodiscard]] bool is_needed(const PlainBatch& batch) const {
        const auto last = rules_.producers.find(batch.producer);
        const bool known = batch.producer != no_producer && last != rules_.producers.end();
        const bool of_producer =
            known && (last->second.data ? *last->second.data == batch.last
                                        : batch.control && last->second.epoch == batch.epoch);
        return of_producer || batch.last + 1 == rules_.round_end;
    }
    void settle(const PlainBatch& batch, bool ends_nothing, PlainBatch& result) const {
        const bool tombstone = std::ranges::any_of(
            result.records, [](const auto& found) { return !found.record.value; });
        if ((tombstone || ends_nothing) && !batch.horizon) {
            result.horizon = rules_.now + rules_.delete_retention_ms;
        }
        Timestamp newest = no_timestamp;
        for (const auto& found : result.records) {
            newest = std::max(newest, found.timestamp);
        }
        const bool same = result.records.size() == batch.records.size();
        result.max_timestamp = same ? batch.max_timestamp : newest;
    }

    const std::vector<PlainBatch>& batches_;
    const PlainCompaction& rules_;
    std::vector<bool> aborted_;
    std::map<std::string, Offset> newest_;
};

}  // namespace barnabas::log::testing

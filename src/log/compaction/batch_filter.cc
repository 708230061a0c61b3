#include "log/compaction/batch_filter.h"

#include "base/invariant.h"

#include <algorithm>

namespace barnabas::log {
namespace {

/// As many keys as a core has lines of memory under way, and some.
constexpr std::size_t judged_max = 32;

/// What is built anew relies on it.
Result<void> check_place(const wire::BatchView& batch, const wire::RecordView& record) {
    const bool before = !batch.is_legacy() && record.offset < batch.base_offset();
    if (before || record.offset > batch.last_offset()) {
        return fail(ErrorCode::corrupt_message, "a record at offset {} in the batch of [{}, {}]",
                    record.offset, batch.base_offset(), batch.last_offset());
    }
    return {};
}

void note_written(BatchFilter::Outcome& outcome, const wire::BatchView& written) {
    outcome.size = static_cast<std::uint32_t>(written.size());
    outcome.base = written.base_offset();
    outcome.last = written.last_offset();
    outcome.max_timestamp = written.max_timestamp();
}

}  // namespace

Result<BatchFilter::Outcome> BatchFilter::apply(const wire::BatchView& batch,
                                                bool keep_old_tombstones, ByteBuffer& out) {
    Outcome outcome;
    TRY_ASSIGN(auto verdict, judge(batch, outcome));
    if (verdict.records_go) {
        outcome.read = static_cast<std::uint64_t>(std::max(batch.count(), 0));
    } else {
        TRY(judge_records(batch, keep_old_tombstones, verdict, outcome));
    }
    if (outcome.kept == 0) {
        TRY(verdict.empty_stays ? write_empty(batch, out, outcome) : Result<void>());
        return outcome;
    }
    const bool new_horizon =
        (verdict.has_tombstone || verdict.wants_horizon) && !batch.delete_horizon();
    if (verdict.all_stay && !new_horizon && !batch.is_legacy()) {
        out.append(batch.bytes());
        note_written(outcome, batch);
        return outcome;
    }
    const auto horizon = new_horizon ? std::optional(rules_.now + rules_.delete_retention_ms)
                                     : batch.delete_horizon();
    TRY(rebuild(batch, horizon, out, outcome));
    return outcome;
}

Result<BatchFilter::Verdict> BatchFilter::judge(const wire::BatchView& batch, Outcome& outcome) {
    Verdict verdict;
    if (batch.is_control()) {
        TRY_ASSIGN(const auto marker, transactions_.on_control(batch));
        const auto horizon = batch.delete_horizon();
        verdict.records_go = marker.discardable && horizon && *horizon <= rules_.now;
        verdict.wants_horizon = marker.discardable;
        outcome.aborted = marker.kept;
    } else {
        verdict.records_go = transactions_.on_data(batch);
    }
    verdict.empty_stays = is_last_of_producer(batch) || batch.next_offset() == rules_.round_end;
    return verdict;
}

bool BatchFilter::is_last_of_producer(const wire::BatchView& batch) const {
    const auto known =
        batch.has_producer() ? producers_.find(batch.producer_id()) : producers_.end();
    if (known == producers_.end()) {
        return false;
    }
    const ProducerLast& last = known->second;
    return last.data ? batch.last_offset() == *last.data
                     : batch.is_control() && batch.producer_epoch() == last.epoch;
}

Result<void> BatchFilter::judge_records(const wire::BatchView& batch, bool keep_old_tombstones,
                                        Verdict& verdict, Outcome& outcome) {
    stay_.clear();
    judged_.clear();
    TRY(reader_.start(batch, rules_.decompressed_max));
    wire::RecordView record;
    while (true) {
        TRY_ASSIGN(const bool more, reader_.next(record));
        if (!more) {
            settle(batch, keep_old_tombstones, verdict, outcome);
            return {};
        }
        TRY(reader_.ensure_record_valid());
        TRY(check_place(batch, record));
        judged_.push_back({.offset = record.offset,
                           .has_key = record.key.has_value(),
                           .has_value = record.value.has_value(),
                           .key = record.key ? map_.announce(*record.key) : KeyHash{}});
        if (judged_.size() == judged_max) {
            settle(batch, keep_old_tombstones, verdict, outcome);
        }
    }
}

/// Several at a time: what the map must fetch from memory for them is waited for together.
void BatchFilter::settle(const wire::BatchView& batch, bool keep_old_tombstones, Verdict& verdict,
                         Outcome& outcome) {
    for (const auto& record : judged_) {
        ++outcome.read;
        const bool kept = stays(batch, record, keep_old_tombstones, outcome);
        stay_.push_back(kept);
        outcome.kept += kept ? 1 : 0;
        verdict.all_stay = verdict.all_stay && kept;
        verdict.has_tombstone = verdict.has_tombstone || (kept && !record.has_value);
    }
    judged_.clear();
}

bool BatchFilter::stays(const wire::BatchView& batch, const Judged& record,
                        bool keep_old_tombstones, Outcome& outcome) const {
    if (batch.is_control() || record.offset > map_.latest()) {
        return true;
    }
    if (!record.has_key) {
        ++outcome.without_key;
        return false;
    }
    const auto newest = map_.find(record.key);
    if (newest && record.offset < *newest) {
        return false;
    }
    if (record.has_value) {
        return true;
    }
    const auto horizon = batch.delete_horizon();
    return batch.is_legacy() ? keep_old_tombstones : !horizon || rules_.now < *horizon;
}

Result<wire::BatchOptions> BatchFilter::options_for(const wire::BatchView& batch) const {
    TRY_ASSIGN(const auto codec, batch.codec());
    const auto own = wire::Compression::of(codec);
    const auto type = batch.timestamp_type();
    return wire::BatchOptions{
        .compression = batch.is_control() ? wire::Compression{} : rules_.compression.value_or(own),
        .timestamp_type =
            type == wire::TimestampType::none ? wire::TimestampType::create_time : type,
        .base_offset = batch.base_offset(),
        .leader_epoch = batch.leader_epoch(),
        .log_append_time = batch.max_timestamp(),
        .producer_id = batch.producer_id(),
        .producer_epoch = batch.producer_epoch(),
        .base_sequence = batch.base_sequence(),
        .transactional = batch.is_transactional(),
        .control = batch.is_control(),
        .delete_horizon = std::nullopt};
}

/// Covers the offsets of the batch that it replaces, so that the last sequence stays what it was.
/// An old batch has no such fields: it begins with its first record that stays.
Result<void> BatchFilter::rebuild(const wire::BatchView& batch, std::optional<Timestamp> horizon,
                                  ByteBuffer& out, Outcome& outcome) {
    TRY_ASSIGN(auto options, options_for(batch));
    options.delete_horizon = horizon;
    TRY(reader_.restart());  // judge_records() has read it to its end
    wire::RecordView record;
    bool begun = false;
    for (std::size_t i = 0;; ++i) {
        TRY_ASSIGN(const bool more, reader_.next(record));
        if (!more) {
            break;
        }
        if (!stay_.at(i)) {
            continue;
        }
        if (!begun) {
            options.base_offset = batch.is_legacy() ? record.offset : options.base_offset;
            builder_.start(out, options);
            begun = true;
        }
        TRY(builder_.append_copy(record.offset, record));
        if (builder_.uncompressed_size() > rebuilt_max) {
            return fail(ErrorCode::record_list_too_large,
                        "the batch at offset {} unfolds to more than {} bytes, which compaction "
                        "does not hold in memory",
                        batch.base_offset(), rebuilt_max);
        }
    }
    INVARIANT(begun, "the batch at {} is rebuilt from nothing", batch.base_offset());
    if (!batch.is_legacy()) {
        builder_.cover_up_to(batch.last_offset());
    }
    TRY_ASSIGN(const auto written, builder_.finish());
    note_written(outcome, wire::BatchView(written));
    return {};
}

/// As Kafka's DefaultRecordBatch.writeEmptyHeader: no codec, no base timestamp, no horizon.
Result<void> BatchFilter::write_empty(const wire::BatchView& batch, ByteBuffer& out,
                                      Outcome& outcome) {
    TRY_ASSIGN(auto options, options_for(batch));
    options.compression = {};
    builder_.start(out, options);
    builder_.cover_up_to(batch.last_offset());
    builder_.set_max_timestamp(batch.max_timestamp());
    TRY_ASSIGN(const auto written, builder_.finish());
    note_written(outcome, wire::BatchView(written));
    return {};
}

}  // namespace barnabas::log

#include "replication/partition.h"

#include "base/invariant.h"
#include "wire/records/batch_builder.h"
#include "wire/records/control_record.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace barnabas::replication {
namespace {

constexpr std::int32_t replicas = 1;  // until there are followers
constexpr std::int32_t replicas_in_sync = 1;

ProduceOutcome refused(Error error, std::vector<log::RecordError> record_errors = {}) {
    return {.error = error.code,
            .message = std::move(error.message),
            .record_errors = std::move(record_errors)};
}

/// The batch if it is one of a transaction. What is no batch is refused by the log.
std::optional<wire::BatchView> transactional_batch(ByteView records) {
    const auto batch = wire::next_batch(records);
    return batch && *batch && (*batch)->is_transactional() ? *batch : std::nullopt;
}

/// A min.insync.replicas above the number of replicas asks for all of them (Kafka's
/// Partition.effectiveMinIsr): the file of one broker among three works for one that is alone.
Result<void> check_in_sync(const log::Log& log, bool acks_all) {
    const auto needed = std::min(log.config().min_insync_replicas, replicas);
    if (acks_all && replicas_in_sync < needed) {
        return fail(ErrorCode::not_enough_replicas, "{} has {} replicas in sync and needs {}",
                    log.partition(), replicas_in_sync, needed);
    }
    return {};
}

/// As Kafka's MemoryRecords.withEndTransactionMarker.
Result<ByteBuffer> marker_batch(const MarkerFrom& from) {
    ByteBuffer bytes;
    wire::BatchBuilder builder;
    builder.start(bytes, {.producer_id = from.producer,
                          .producer_epoch = from.epoch,
                          .transactional = true,
                          .control = true});
    const auto key =
        wire::make_control_key(from.commit ? wire::ControlType::commit : wire::ControlType::abort);
    const auto value = wire::make_end_transaction_value(from.coordinator_epoch);
    TRY(builder.append(Offset{0}, {.timestamp = from.now.wall,
                                   .key = ByteView(key),
                                   .value = ByteView(value),
                                   .headers = {}}));
    TRY(builder.finish());
    return bytes;
}

}  // namespace

Partition::Partition(TopicId id, LeaderEpoch epoch, std::unique_ptr<log::Log> log)
    : id_(id), epoch_(epoch), log_(std::move(log)) {
    log_->begin_epoch(epoch);
    // The only replica has everything that is committed.
    log_->set_high_watermark(log_->log_end());
}

Partition::~Partition() {
    wake_all_fetches();
    if (held_total_ != nullptr) {
        *held_total_ -= held_bytes_;
    }
}

void Partition::count_held_in(std::uint64_t& total) {
    held_total_ = &total;
    count_held();
}

void Partition::count_held() {
    if (held_total_ != nullptr) {
        *held_total_ += log_->held_bytes() - held_bytes_;
        held_bytes_ = log_->held_bytes();
    }
}

std::unique_ptr<log::Log> Partition::release_log() {
    return std::move(log_);
}

Result<std::unique_ptr<log::Log>> Partition::replace_log(std::unique_ptr<log::Log>& copy,
                                                         const Replacement& how) {
    TRY(log_->check_health());
    if (log_->is_unsettled()) {
        return nullptr;
    }
    std::uint32_t left = how.bytes_max;
    ByteBuffer bytes;
    while (copy->log_end() < log_->log_end()) {
        TRY_ASSIGN(const auto missing, log_->read_for(*copy, how.bytes_max));
        if (missing.size > left) {
            return nullptr;
        }
        if (missing.size == 0) {
            break;  // compaction took the last ones
        }
        left -= missing.size;
        bytes.resize(missing.size);
        TRY_ASSIGN(const auto got, missing.file->read_at(missing.position, bytes.mutable_view()));
        if (got != bytes.size()) {
            return fail(ErrorCode::kafka_storage_error, "{} of {} bytes of {} can be read", got,
                        bytes.size(), name());
        }
        TRY(copy->append_copy(bytes.view(), how.now));
    }
    TRY(copy->succeed(*log_));
    TRY(copy->move_to(how.folder));
    refusal_ = nullptr;  // that of the old directory; the new one may have room
    return std::exchange(log_, std::move(copy));
}

Result<void> Partition::check_writable(bool acks_all) const {
    TRY(check_in_sync(*log_, acks_all));
    if (refusal_) {
        return fail(ErrorCode::kafka_storage_error, "{}", *refusal_);
    }
    return {};
}

ProduceOutcome Partition::produce(const ProduceFrom& from, wire::AppendValidator& validator) {
    if (auto checked = check_writable(from.acks_all); !checked) {
        return refused(std::move(checked.error()));
    }
    if (auto checked = wire::check_produced_records(from.records, from.version); !checked) {
        return refused(std::move(checked.error()));
    }
    return append(from, {.origin = wire::AppendOrigin::client}, validator);
}

ProduceOutcome Partition::append_state(MutableByteView records, Now now,
                                       wire::AppendValidator& validator) {
    if (auto checked = check_writable(true); !checked) {
        return refused(std::move(checked.error()));
    }
    return append({.records = records, .acks_all = true, .now = now},
                  {.origin = wire::AppendOrigin::coordinator}, validator);
}

ProduceOutcome Partition::append_marker(const MarkerFrom& from, wire::AppendValidator& validator) {
    if (from.producer <= no_producer || from.epoch <= no_producer_epoch) {
        return refused(
            {ErrorCode::invalid_producer_epoch,
             fmt::format("a marker of producer {} with epoch {}; neither may be negative",
                         from.producer, from.epoch)});
    }
    // Also where clients' records are refused for want of room: it is small, and who reads
    // committed records waits for it.
    if (auto checked = check_in_sync(*log_, true); !checked) {
        return refused(std::move(checked.error()));
    }
    auto batch = marker_batch(from);
    if (!batch) {
        return refused(std::move(batch.error()));
    }
    auto outcome = append({.records = batch->mutable_view(), .acks_all = true, .now = from.now},
                          {.origin = wire::AppendOrigin::coordinator,
                           .transaction_version = from.transaction_version},
                          validator);
    if (outcome.error == ErrorCode::none) {
        checks_.forget(from.producer);
        marker_held_ = log_->held_bytes() > 0;
        // Who reads committed may read on, perhaps by more than the marker's bytes.
        if (!marker_held_) {
            wake_all_fetches();
        }
    }
    return outcome;
}

ProduceOutcome Partition::append(const ProduceFrom& from, log::AppendRequest request,
                                 wire::AppendValidator& validator) {
    request.epoch = epoch_;
    request.now = from.now;
    request.held = from.may_hold &&
                   (is_slow(from.now.steady) || (request.origin == wire::AppendOrigin::client &&
                                                 flushes_before_ack(from.acks_all)));
    const auto in_transaction = transactional_batch(from.records);
    if (in_transaction) {
        request.may_begin_transaction =
            checks_.is_confirmed(in_transaction->producer_id(), in_transaction->producer_epoch());
    }
    auto appended = log_->append(from.records, request, validator);
    if (!appended) {
        auto outcome =
            refused(std::move(appended.error().error), std::move(appended.error().record_errors));
        // Without it Kafka's Java producer sends what met UNKNOWN_PRODUCER_ID for ever.
        outcome.log_start = log_->log_start();
        // That a whole directory has failed is said once for all of its partitions.
        outcome.disk_gave_out = outcome.error == ErrorCode::kafka_storage_error &&
                                !log_->is_broken() && !std::exchange(disk_refuses_, true);
        return outcome;
    }
    disk_refuses_ = false;
    if (!appended->duplicate) {
        if (in_transaction) {
            checks_.forget(in_transaction->producer_id());
        }
        log_->set_high_watermark(log_->written_end());
        count_held();
    }
    const bool is_held = appended->last >= log_->written_end();
    if (!appended->duplicate && !is_held) {
        wake_fetches(appended->bytes);
    }
    ProduceOutcome outcome{.base_offset = appended->first,
                           .log_append_time = appended->log_append_time,
                           .log_start = log_->log_start(),
                           .records = appended->records,
                           .bytes = appended->bytes};
    // A repeated batch is acknowledged as the first one would have been.
    const bool on_medium =
        flushes_before_ack(from.acks_all) || log_->unflushed() >= log_->config().flush_messages;
    if (on_medium || is_held) {
        outcome.to_flush = {
            .end = appended->last + 1, .on_medium = on_medium, .cuts = log_->cuts()};
    }
    return outcome;
}

void Partition::flushed(const log::FlushPlan& plan, Now now) {
    log_->flushed(plan, now);
    const auto bytes = plan.work->batch_bytes;
    if (bytes == 0) {
        return;
    }
    disk_refuses_ = false;
    count_held();
    log_->set_high_watermark(log_->written_end());
    if (std::exchange(marker_held_, log_->held_bytes() > 0 && marker_held_)) {
        wake_all_fetches();
    } else {
        wake_fetches(static_cast<std::int64_t>(bytes));
    }
}

bool Partition::flush_failed(const Result<log::FlushPlan>& plan, Now now) {
    const bool lost_any = log_->held_bytes() > 0;
    plan ? log_->flush_failed(*plan, now) : log_->flush_failed(now);
    count_held();
    return lost_any && log_->held_bytes() == 0 && !log_->is_broken() &&
           !std::exchange(disk_refuses_, true);
}

bool Partition::has_open_transaction(ProducerId id, ProducerEpoch epoch) const {
    const auto* const entry = log_->producers().find(id);
    return entry != nullptr && entry->transaction_first.has_value() && entry->epoch == epoch;
}

bool Partition::flushes_before_ack(bool acks_all) const {
    switch (log_->config().flush_before_ack) {
        case log::FlushBeforeAck::never:
            return false;
        case log::FlushBeforeAck::single_replica:
            return acks_all && replicas == 1;
        case log::FlushBeforeAck::always:
            return true;
    }
    std::unreachable();
}

bool Partition::is_slow(Time now) const {
    return log_->health() && log_->health()->is_slow(now);
}

bool Partition::may_ask_for_flush(bool acks_all, Time now) const {
    constexpr auto never = std::numeric_limits<std::int64_t>::max();
    return log_->config().flush_messages != never || flushes_before_ack(acks_all) ||
           log_->is_unsettled() || is_slow(now);
}

std::optional<ErrorCode> Partition::check_epoch(LeaderEpoch theirs) const {
    if (theirs == no_epoch || theirs == epoch_) {
        return std::nullopt;
    }
    return theirs < epoch_ ? ErrorCode::fenced_leader_epoch : ErrorCode::unknown_leader_epoch;
}

ReadOutcome Partition::read(const ReadFrom& from) {
    ReadOutcome outcome{.high_watermark = log_->high_watermark(),
                        .last_stable = log_->last_stable_offset(),
                        .log_start = log_->log_start()};
    if (const auto error = check_epoch(from.current_leader_epoch)) {
        outcome.error = *error;
        return outcome;
    }
    if (from.last_fetched_epoch != no_epoch) {
        const auto end = log_->epochs().end_of(from.last_fetched_epoch, log_->log_end());
        if (end.epoch == no_epoch) {
            outcome.error = ErrorCode::offset_out_of_range;
            return outcome;
        }
        if (end.epoch < from.last_fetched_epoch || end.end < from.offset) {
            outcome.diverging = end;
            return outcome;
        }
    }
    const Offset end = from.read_committed ? outcome.last_stable : outcome.high_watermark;
    auto read = log_->try_read(from.offset, {.max_bytes = from.max_bytes,
                                             .at_least_one_batch = from.at_least_one_batch,
                                             .end = end,
                                             .may_wait = from.may_wait});
    if (!read) {
        outcome.error = read.error().code;
        return outcome;
    }
    outcome.records = std::move(read->records);
    outcome.cold = std::move(read->cold);
    if (from.read_committed && outcome.records.size > 0) {
        auto aborted = log_->try_aborted_transactions(from.offset, read->end, from.may_wait);
        if (!aborted || aborted->cold) {  // without them there is no answer
            outcome.records = {};
            outcome.error = aborted ? ErrorCode::none : aborted.error().code;
            outcome.cold = aborted ? std::move(aborted->cold) : std::nullopt;
            return outcome;
        }
        outcome.aborted = std::move(aborted->found);
    }
    return outcome;
}

Result<OffsetOutcome> Partition::find_offset(Timestamp asked, bool read_committed, bool may_wait) {
    const Offset end = read_committed ? log_->last_stable_offset() : log_->high_watermark();
    const auto at = [](Offset offset, LeaderEpoch epoch) {
        return OffsetOutcome{.found = {.timestamp = no_timestamp, .offset = offset, .epoch = epoch},
                             .cold = {}};
    };
    if (asked == asks_latest) {
        return at(end, log_->epochs().latest());
    }
    if (asked == asks_earliest || asked == asks_earliest_local) {
        return at(log_->log_start(), log_->epochs().of(log_->log_start()));
    }
    if (asked == asks_latest_tiered || asked == asks_earliest_pending_upload) {
        return OffsetOutcome{};  // nothing is stored elsewhere
    }
    if (asked != asks_max_timestamp && asked.get() < 0) {
        return fail(ErrorCode::unsupported_version,
                    "timestamp {} is none of the special values -1 to -6", asked);
    }
    TRY_ASSIGN(auto result, asked == asks_max_timestamp
                                ? log_->try_find_max_timestamp(may_wait)
                                : log_->try_find_by_timestamp(asked, may_wait));
    const bool readable = result.found && result.found->offset < end;
    return OffsetOutcome{.found = readable ? *result.found : log::FoundOffset{},
                         .cold = std::move(result.cold)};
}

Result<Offset> Partition::delete_records(Offset before) {
    const auto& config = log_->config();
    if (config.cleanup_compact && !config.cleanup_delete) {
        return fail(ErrorCode::policy_violation,
                    "{} is compacted only: cleanup.policy must contain delete", name());
    }
    const Offset begin = before == Offset{-1} ? log_->high_watermark() : before;
    if (begin < Offset{0}) {
        return fail(ErrorCode::offset_out_of_range,
                    "offset {} of {}; it must be -1 (the high watermark) or at least 0", before,
                    name());
    }
    TRY(log_->delete_records_before(begin));
    return log_->log_start();
}

void Partition::watch(std::shared_ptr<FetchWait> wait, Offset seen_end) {
    if (log_->high_watermark() > seen_end) {
        wait->wake_now();
        return;
    }
    waiting_.push_back(std::move(wait));
}

void Partition::unwatch(const FetchWait* wait) {
    std::erase_if(waiting_, [wait](const auto& waiting) { return waiting.get() == wait; });
}

void Partition::wake_all_fetches() {
    for (const auto& wait : waiting_) {
        wait->wake_now();
    }
}

void Partition::wake_fetches(std::int64_t bytes) {
    for (const auto& wait : waiting_) {
        wait->add(bytes);
    }
}

}  // namespace barnabas::replication

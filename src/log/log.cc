#include "log/log.h"

#include "base/invariant.h"
#include "log/file_names.h"

#include <algorithm>
#include <utility>

namespace barnabas::log {
namespace {

/// Kafka's UnifiedLog: a client's batch has no place in the log yet.
Result<void> check_base_offset(const wire::BatchView& batch, wire::AppendOrigin origin) {
    if (origin == wire::AppendOrigin::client && !batch.is_legacy() &&
        batch.base_offset() != Offset{0}) {
        return fail(ErrorCode::invalid_record, "a client's batch begins at offset 0, not {}",
                    batch.base_offset());
    }
    return {};
}

Result<void> check_marker(const ProducerStates& producers, const wire::BatchView& batch,
                          const AppendRequest& request) {
    TRY_ASSIGN(const auto end, read_transaction_end(batch));
    return end ? producers.judge_end(batch, *end, request.transaction_version) : Result<void>();
}

wire::AppendRefusal refuse(Error error) {
    return {.error = std::move(error), .record_errors = {}};
}

wire::AppendRules rules_of(const LogConfig& config, const AppendRequest& request) {
    return {.target = config.compression,
            .compacted = config.cleanup_compact,
            .timestamp_type = config.timestamp_type,
            .timestamp_before_max_ms = config.timestamp_before_max_ms,
            .timestamp_after_max_ms = config.timestamp_after_max_ms,
            .origin = request.origin,
            .now = request.now.wall,
            .decompressed_max = config.max_decompressed_bytes};
}

Result<void> check_size(const Log& log, std::size_t bytes) {
    const auto& [topic, partition] = log.partition();
    if (bytes > log.config().max_message_bytes) {
        return fail(ErrorCode::message_too_large,
                    "a batch of {} bytes; {} takes at most {} (max.message.bytes)", bytes, topic,
                    log.config().max_message_bytes);
    }
    if (bytes > log.config().segment_bytes) {
        return fail(ErrorCode::record_list_too_large,
                    "a batch of {} bytes; a segment of {} holds {} (segment.bytes)", bytes, topic,
                    log.config().segment_bytes);
    }
    return {};
}

/// What finding a read's batches in the segment would have to wait for, if it must not.
Result<std::optional<ColdPart>> cold_lookup(Segment& segment, Offset from, Offset end,
                                            const ReadLimits& limits) {
    if (limits.may_wait) {
        return std::optional<ColdPart>();
    }
    TRY_ASSIGN(auto cold, segment.cold(from, limits.max_bytes));
    if (!cold && end < segment.next_offset()) {
        return segment.cold(end, 0);
    }
    return cold;
}

}  // namespace

Log::Log(OpenOptions options)
    : disk_(options.disk),
      folder_(std::move(options.folder)),
      partition_(std::move(options.partition)),
      config_(options.config),
      health_(std::move(options.health)),
      log_(std::move(options.log)) {}

Log::~Log() = default;

void Log::set_config(const LogConfig& config) {
    config_ = config;
    for (auto& [base, segment] : segments_) {
        segment->set_config(config);
    }
}

Offset Log::last_stable_offset() const {
    const auto unstable = producers_.first_unstable();
    return unstable ? std::clamp(*unstable, log_start_, high_watermark_) : high_watermark_;
}

void Log::set_high_watermark(Offset offset) {
    INVARIANT(log_start_ <= written_end(), "{} is [{}, {})", partition_, log_start_, written_end());
    high_watermark_ = std::clamp(offset, log_start_, written_end());
    producers_.committed_up_to(high_watermark_);
}

void Log::begin_epoch(LeaderEpoch epoch) {
    epochs_saved_ = !epochs_.assign(epoch, log_end()) && epochs_saved_;
}

Log::Segments::iterator Log::segment_holding(Offset offset) {
    auto behind = segments_.upper_bound(offset);
    return behind == segments_.begin() ? behind : std::prev(behind);
}

Result<void> Log::check_health() const {
    if (is_broken()) {
        return fail(ErrorCode::kafka_storage_error, "log directory {} has failed: {}",
                    folder_.parent_path().string(), health_->why());
    }
    if (cut_half_) {
        return fail(ErrorCode::kafka_storage_error, "{} was cut, which failed in the middle",
                    partition_);
    }
    return {};
}

Log::Duplicate Log::check_producer(const wire::BatchView& batch,
                                   const AppendRequest& request) const {
    if (!batch.has_producer()) {
        if (batch.is_transactional()) {
            return fail(ErrorCode::invalid_record,
                        "a batch of a transaction has producer id {}; it must not be negative",
                        batch.producer_id());
        }
        return std::optional<AppendInfo>();
    }
    if (request.origin != wire::AppendOrigin::client) {
        TRY(producers_.judge_state(batch, request.may_begin_transaction));
        return std::optional<AppendInfo>();
    }
    TRY_ASSIGN(const auto verdict, producers_.judge(batch, request.may_begin_transaction));
    if (!verdict.duplicate) {
        return std::optional<AppendInfo>();
    }
    return std::optional(
        AppendInfo{.first = verdict.duplicate->first_offset,
                   .last = verdict.duplicate->last_offset,
                   .log_append_time = config_.timestamp_type == wire::TimestampType::log_append_time
                                          ? verdict.duplicate->timestamp
                                          : no_timestamp,
                   .records = 0,
                   .bytes = 0,
                   .duplicate = true});
}

/// What a batch says of itself, in Kafka's order; the place of one that is there already.
Log::Duplicate Log::check_batch(const wire::BatchView& batch, const AppendRequest& request) const {
    const bool from_client = request.origin == wire::AppendOrigin::client;
    TRY(check_base_offset(batch, request.origin));
    TRY(check_size(*this, batch.size()));
    TRY(batch.ensure_valid());
    if (!batch.is_control()) {
        return check_producer(batch, request);
    }
    // A client's control batch is refused with its records.
    TRY(from_client ? Result<void>() : check_marker(producers_, batch, request));
    return std::optional<AppendInfo>();
}

std::expected<AppendInfo, wire::AppendRefusal> Log::append(MutableByteView records,
                                                           const AppendRequest& request,
                                                           wire::AppendValidator& validator) {
    if (auto well = check_health(); !well) {
        return std::unexpected(refuse(std::move(well.error())));
    }
    wire::BatchCursor cursor(records);
    while (true) {
        auto batch = cursor.next();
        if (!batch) {
            return std::unexpected(refuse(std::move(batch.error())));
        }
        if (!*batch) {
            break;
        }
        auto known = check_batch(**batch, request);
        if (!known) {
            return std::unexpected(refuse(std::move(known.error())));
        }
        if (*known) {
            return **known;
        }
    }
    auto validated = validator.validate(records, rules_of(config_, request));
    if (!validated) {
        return std::unexpected(std::move(validated.error()));
    }
    if (auto fits =
            validated->rebuilt ? check_size(*this, validated->bytes.size()) : Result<void>();
        !fits) {
        return std::unexpected(refuse(std::move(fits.error())));
    }
    auto written = write(*validated, request);
    if (!written) {
        return std::unexpected(refuse(std::move(written.error())));
    }
    return *written;
}

std::optional<ColdPart> Log::append_reads() {
    return append_may_wait() ? active().cold_append().value_or(std::nullopt) : std::nullopt;
}

Result<AppendInfo> Log::write(const wire::ValidatedBatch& batch, const AppendRequest& request) {
    const Offset first = log_end();
    const Offset last = first + batch.last_offset_delta();
    TRY(roll_for(batch.bytes.size(), last, batch.max_timestamp, request.now));
    const bool held = request.held || !held_.is_empty();
    const Offset end = batch.assign(first, request.epoch);
    INVARIANT(end == last + 1, "{} behind {}", end, last);

    const auto view = batch.view();
    TRY_ASSIGN(const auto transaction_end, read_transaction_end(view));
    if (transaction_end) {
        TRY(active().transactions().prepare());
    }
    // The table goes first, so that no record is without its epoch; without the record, the epoch
    // still begins at the log's end.
    begin_epoch(request.epoch);
    TRY(epochs_saved_ || held || writing_ ? Result<void>() : save_epochs());
    TRY(held ? hold(batch, last, request.origin)
             : active().append(batch.bytes, last, {batch.max_timestamp, last}));
    INVARIANT(log_end() == end, "the log ends at {}, not {}", log_end(), end);
    size_bytes_ += batch.bytes.size();
    bytes_since_snapshot_ += batch.bytes.size();
    if (const auto aborted = producers_.apply(view, transaction_end, request.now.wall)) {
        held ? held_.set_aborted(*aborted) : active().transactions().append(*aborted);
    }
    unflushed_since_ = std::min(unflushed_since_, request.now.steady);
    return AppendInfo{
        .first = first,
        .last = last,
        .log_append_time = config_.timestamp_type == wire::TimestampType::log_append_time
                               ? batch.log_append_time
                               : no_timestamp,
        .records = batch.count,
        .bytes = static_cast<std::int64_t>(batch.bytes.size()),
        .duplicate = false};
}

Result<runtime::FileSlice> Log::read(Offset from, ReadLimits limits) {
    limits.may_wait = true;
    TRY_ASSIGN(auto result, try_read(from, limits));
    INVARIANT(!result.cold, "{} waits for what it may wait for", partition_);
    return std::move(result.records);
}

Result<ReadResult> Log::try_read(Offset from, const ReadLimits& limits) {
    if (from < log_start_ || from > log_end()) {
        return fail(ErrorCode::offset_out_of_range, "offset {} of {} is outside [{}, {}]", from,
                    partition_, log_start_, log_end());
    }
    const Offset end = std::min(limits.end, written_end());
    if (from >= end) {
        return ReadResult{};
    }
    // A segment may have nothing left at or behind `from` (compaction): go on to the next.
    for (auto at = segment_holding(from); at != segments_.end(); ++at) {
        Segment& segment = *at->second;
        if (segment.base() >= end) {
            break;
        }
        TRY_ASSIGN(auto cold, cold_lookup(segment, from, end, limits));
        if (cold) {
            return ReadResult{.records = {}, .cold = std::move(cold), .end = from};
        }
        TRY_ASSIGN(const auto begin, segment.position_of(from));
        std::uint32_t limit = segment.size();
        if (end < segment.next_offset()) {
            TRY_ASSIGN(limit, segment.position_of(end));
        }
        if (begin < limit) {
            TRY_ASSIGN(const auto stop, segment.whole_batches_end(begin, limits.max_bytes, limit,
                                                                  limits.at_least_one_batch));
            TRY_ASSIGN(cold, limits.may_wait ? Result<std::optional<ColdPart>>()
                                             : segment.cold_between(begin, stop));
            if (cold) {
                return ReadResult{.records = {}, .cold = std::move(cold), .end = from};
            }
            TRY_ASSIGN(auto records, segment.slice(begin, stop));
            return ReadResult{.records = std::move(records),
                              .cold = {},
                              .end = std::min(end, segment.next_offset())};
        }
    }
    return ReadResult{};
}

Result<std::vector<AbortedTransaction>> Log::aborted_transactions(Offset from, Offset end) {
    TRY_ASSIGN(auto lookup, try_aborted_transactions(from, end, true));
    INVARIANT(!lookup.cold, "{} waits for what it may wait for", partition_);
    return std::move(lookup.found);
}

Result<AbortedLookup> Log::try_aborted_transactions(Offset from, Offset end, bool may_wait) {
    AbortedLookup lookup;
    for (auto at = segment_holding(from); at != segments_.end(); ++at) {
        auto& index = at->second->transactions();
        TRY_ASSIGN(auto cold, may_wait ? Result<std::optional<ColdPart>>() : index.file().cold());
        if (cold) {
            return AbortedLookup{.found = {}, .cold = std::move(cold)};
        }
        TRY_ASSIGN(const auto all, index.all());
        for (const auto& aborted : all) {
            if (aborted.last_offset >= from && aborted.first_offset < end) {
                lookup.found.push_back(aborted);
            }
            if (aborted.last_stable_offset >= end) {
                return lookup;
            }
        }
    }
    return lookup;
}

}  // namespace barnabas::log

#include "wire/records/append_rebuild.h"

#include "base/invariant.h"

#include <algorithm>

namespace barnabas::wire {
namespace {

/// More than this is not kept from one call to the next.
constexpr std::size_t kept_bytes_max = std::size_t{4} << 20;

BatchOptions options_for(const BatchView& first, Compression target, const AppendRules& rules) {
    return {.compression = target,
            .timestamp_type = rules.timestamp_type,
            .base_offset = Offset{0},
            .leader_epoch = no_epoch,
            .log_append_time = rules.now,
            .producer_id = first.producer_id(),
            .producer_epoch = first.producer_epoch(),
            .base_sequence = first.base_sequence(),
            .transactional = first.is_transactional(),
            .control = first.is_control(),
            .delete_horizon = std::nullopt};
}

}  // namespace

AppendVerdict AppendRebuild::run(ByteView records, Compression target, const AppendRules& rules) {
    if (out_.capacity() > kept_bytes_max) {
        out_ = ByteBuffer{};
    }
    out_.clear();
    BatchCursor cursor{records};
    for (bool first = true;; first = false) {
        auto batch = cursor.next();
        if (!batch) {
            return refuse(std::move(batch.error()));
        }
        if (!*batch) {
            break;
        }
        if (first) {
            builder_.start(out_, options_for(**batch, target, rules));
        }
        if (auto taken = take(**batch, rules); !taken) {
            return std::unexpected(std::move(taken.error()));
        }
    }
    if (builder_.count() == 0) {
        return refuse({ErrorCode::invalid_record, "a batch holds no records"});
    }
    const bool by_log = rules.timestamp_type == TimestampType::log_append_time;
    const ValidatedBatch answer{
        .bytes = {},
        .count = builder_.count(),
        .max_timestamp = by_log ? rules.now : builder_.max_timestamp(),
        .log_append_time = rules.now,
        .rebuilt = true,
    };
    auto built = builder_.finish();
    if (!built) {
        return refuse(std::move(built.error()));
    }
    ValidatedBatch done = answer;
    done.bytes = *built;
    return done;
}

std::expected<void, AppendRefusal> AppendRebuild::take(const BatchView& batch,
                                                       const AppendRules& rules) {
    const RecordChecks checks{rules, batch.timestamp_type(), batch.max_timestamp()};
    if (auto started = reader_.start(batch, std::min(rules.decompressed_max, rules.rebuilt_max));
        !started) {
        return refuse(std::move(started.error()));
    }
    Complaints complaints;
    RecordView record;
    for (std::int32_t index = 0;; ++index) {
        auto more = reader_.next(record);
        if (!more) {
            return refuse(std::move(more.error()));
        }
        if (!*more) {
            break;
        }
        if (auto taken = take_record(record, batch, checks, index, complaints); !taken) {
            return refuse(std::move(taken.error()));
        }
    }
    if (!complaints.empty()) {
        return std::unexpected(std::move(complaints).refusal());
    }
    return {};
}

Result<> AppendRebuild::take_record(const RecordView& record, const BatchView& batch,
                                    const RecordChecks& checks, std::int32_t index,
                                    Complaints& complaints) {
    const auto timestamp = record.timestamp.get();
    const bool has_key = record.key.has_value();
    if (record.magic != batch.magic()) {
        complaints.add(index, {ErrorCode::invalid_record,
                               fmt::format("a message of magic {} within one of magic {}",
                                           record.magic, batch.magic())});
        return {};
    }
    TRY(reader_.ensure_record_valid());
    if (!checks.fine(timestamp, has_key)) {
        complaints.add(index, checks.complaint(timestamp, has_key));
    }
    return complaints.empty() ? builder_.append_copy(Offset{builder_.count()}, record) : Result<>{};
}

}  // namespace barnabas::wire

#include "wire/records/append_checks.h"

#include <limits>
#include <utility>

namespace barnabas::wire {
namespace {

using Limits = std::numeric_limits<std::int64_t>;
constexpr std::size_t complaints_max = 1000;

std::int64_t minus(std::int64_t a, std::int64_t b) {
    std::int64_t difference = 0;
    if (__builtin_sub_overflow(a, b, &difference)) {
        return b > 0 ? Limits::min() : Limits::max();
    }
    return difference;
}

std::int64_t plus(std::int64_t a, std::int64_t b) {
    std::int64_t sum = 0;
    if (__builtin_add_overflow(a, b, &sum)) {
        return b > 0 ? Limits::max() : Limits::min();
    }
    return sum;
}

Result<> check_client_batch(const BatchView& batch) {
    const auto count = std::int64_t{batch.count()};
    const auto covered = std::int64_t{batch.last_offset_delta()} + 1;
    if (count <= 0) {
        return fail(ErrorCode::invalid_record, "a batch says that it has {} records", count);
    }
    if (covered != count) {
        return fail(ErrorCode::invalid_record,
                    "a batch covers {} offsets but says that it has {} records", covered, count);
    }
    if (batch.is_control()) {
        return fail(ErrorCode::invalid_record, "clients may not write control records");
    }
    if (batch.has_producer() && batch.base_sequence() < 0) {
        return fail(ErrorCode::invalid_record, "producer {} sends the negative sequence {}",
                    batch.producer_id(), batch.base_sequence());
    }
    return {};
}

}  // namespace

RecordChecks::RecordChecks(const AppendRules& rules, TimestampType batch_type, Timestamp batch_max)
    : timestamp_min_(Limits::min()),
      timestamp_max_(Limits::max()),
      key_needed_(rules.compacted),
      wrong_type_(batch_type == TimestampType::log_append_time) {
    if (rules.timestamp_type == TimestampType::create_time) {
        timestamp_min_ = minus(rules.now.get(), rules.timestamp_before_max_ms);
        timestamp_max_ = plus(rules.now.get(), rules.timestamp_after_max_ms);
        // Kafka looks at the type only where there is no timestamp to look at.
        wrong_type_ = wrong_type_ && batch_max == no_timestamp;
    }
}

Error RecordChecks::complaint(std::int64_t timestamp, bool has_key) const {
    if (key_needed_ && !has_key) {
        return {ErrorCode::invalid_record, "a compacted topic takes no record without a key"};
    }
    if (wrong_type_) {
        return {ErrorCode::invalid_timestamp,
                "a producer must not set the timestamp type to LogAppendTime"};
    }
    return {ErrorCode::invalid_timestamp,
            fmt::format("timestamp {} is out of range; it should be within [{}, {}]", timestamp,
                        timestamp_min_, timestamp_max_)};
}

void Complaints::add(std::int32_t index, Error error) {
    ++count_;
    about_timestamps_ = about_timestamps_ || error.code == ErrorCode::invalid_timestamp;
    if (errors_.size() < complaints_max) {
        errors_.push_back({.index = index, .message = std::move(error.message)});
    }
}

AppendRefusal Complaints::refusal() && {
    const auto code = about_timestamps_ ? ErrorCode::invalid_timestamp : ErrorCode::invalid_record;
    return {.error = {code, fmt::format("{} records are refused, the first (record {}): {}", count_,
                                        errors_.front().index, errors_.front().message)},
            .record_errors = std::move(errors_)};
}

Result<> check_batch(const BatchView& batch, const BatchView& first, AppendOrigin origin) {
    if (!batch.has_whole_header()) {
        return fail(ErrorCode::corrupt_message, "a batch of {} bytes has no whole header",
                    batch.size());
    }
    if (batch.magic() != first.magic()) {
        return fail(ErrorCode::invalid_record, "a batch of magic {} follows one of magic {}",
                    batch.magic(), first.magic());
    }
    if (origin != AppendOrigin::client || batch.is_legacy()) {
        return {};
    }
    return check_client_batch(batch);
}

}  // namespace barnabas::wire

#pragma once

#include "wire/records/append_validation.h"
#include "wire/records/payload_window.h"

#include <cstdint>

namespace barnabas::wire {

/// The inside of AppendValidator: what is asked of a batch and of each of its records.

using AppendVerdict = std::expected<ValidatedBatch, AppendRefusal>;

/// What the rules mean for the records of one batch, reduced to comparisons.
class RecordChecks {
public:
    RecordChecks(const AppendRules& rules, TimestampType batch_type, Timestamp batch_max);

    [[nodiscard]] bool fine(std::int64_t timestamp, bool has_key) const {
        const bool in_range = timestamp >= timestamp_min_ && timestamp <= timestamp_max_;
        return (in_range || timestamp == no_timestamp.get()) && (has_key || !key_needed_) &&
               !wrong_type_;
    }

    /// The sentence about a record that is not fine, and its code.
    [[nodiscard]] Error complaint(std::int64_t timestamp, bool has_key) const;

private:
    std::int64_t timestamp_min_;
    std::int64_t timestamp_max_;
    bool key_needed_;
    bool wrong_type_;  ///< a client said LogAppendTime, where that is not its to say
};

/// The records to blame in one buffer. Keeps the first thousand: an answer has to stay small.
class Complaints {
public:
    void add(std::int32_t index, Error error);
    [[nodiscard]] bool empty() const { return count_ == 0; }
    /// INVALID_TIMESTAMP if any is about a timestamp, else INVALID_RECORD.
    [[nodiscard]] AppendRefusal refusal() &&;

private:
    std::vector<RecordError> errors_;
    std::size_t count_ = 0;
    bool about_timestamps_ = false;
};

/// Rules for batches whoever sent them, and for those of clients (LogValidator.validateBatch).
[[nodiscard]] Result<> check_batch(const BatchView& batch, const BatchView& first,
                                   AppendOrigin origin);

/// A batch of magic 2 that keeps its codec: its records are walked over where they are.
[[nodiscard]] AppendVerdict validate_in_place(PayloadWindow& window, MutableByteView batch,
                                              const AppendRules& rules);

[[nodiscard]] inline std::unexpected<AppendRefusal> refuse(Error error) {
    return std::unexpected(AppendRefusal{.error = std::move(error), .record_errors = {}});
}

}  // namespace barnabas::wire

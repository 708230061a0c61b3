#pragma once

#include "wire/persisted/family.h"
#include "wire/records/control_record.h"
#include "wire/records/record.h"

#include <cstdint>
#include <optional>
#include <string>

// What Kafka stores in its own topics, in words, as its tool kafka-dump-log prints it
// (org.apache.kafka.tools.DumpLogSegments). What cannot be read becomes a sentence in its place;
// Kafka's sentences are the same up to the reason, which is ours.

namespace barnabas::wire {

struct StoredText {
    std::string text;
    bool is_json = false;

    friend bool operator==(const StoredText&, const StoredText&) = default;
};

/// A record's key and value; nothing where nothing is printed of it.
struct RecordText {
    std::optional<StoredText> key;
    std::optional<StoredText> payload;
};

/// A record of the group, transaction or share family. invalid_record where it has no key.
[[nodiscard]] Result<RecordText> coordinator_record_text(RecordFamily family,
                                                         const RecordView& record);

/// "PrepareCommit": what Kafka's tools call the state of a transaction that __transaction_state has
/// as a number; the number where there is no such state.
[[nodiscard]] std::string transaction_state_name(std::int64_t number);

/// A record of KRaft's metadata log.
[[nodiscard]] RecordText metadata_record_text(const RecordView& record);

/// A record of __remote_log_metadata, as Java prints the object it becomes.
[[nodiscard]] RecordText remote_log_record_text(const RecordView& record);

/// A record of a control batch.
struct ControlText {
    ControlType type = ControlType::unknown;
    std::int16_t type_id = -1;           // as in the key
    std::int32_t coordinator_epoch = 0;  // of commit and abort
    std::string json;                    // what one of KRaft's says; empty for others
};
/// invalid_record or corrupt_message where key or value cannot be read.
[[nodiscard]] Result<ControlText> control_record_text(const RecordView& record);

}  // namespace barnabas::wire

#pragma once

#include "wire/message_info.h"
#include "wire/persisted/family.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace barnabas::wire {

/// A kind of stored record, for those who learn the type at run time.
struct RecordInfo {
    RecordFamily family = RecordFamily::metadata;
    std::int16_t id = 0;
    std::string_view name;  ///< Kafka's: "TOPIC_RECORD", "OFFSET_COMMIT"
    MessageInfo value;
    std::optional<MessageInfo> key;  ///< coordinator records are keyed
};

/// Every kind of a family, by rising id.
[[nodiscard]] std::span<const RecordInfo> all_records(RecordFamily family);

/// nullptr if the family has no such id.
[[nodiscard]] const RecordInfo* find_record(RecordFamily family, std::int16_t id);

}  // namespace barnabas::wire

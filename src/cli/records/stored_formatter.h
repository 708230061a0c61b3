#pragma once

#include "cli/records/record_formatter.h"
#include "wire/persisted/family.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::cli {

/// Prints what Kafka stores in its own topics: OffsetsMessageFormatter,
/// GroupMetadataMessageFormatter, TransactionLogMessageFormatter, ShareGroupStateMessageFormatter.
/// A record is
/// {"key":{"type":1,"data":{...}},"value":{"version":4,"data":{...}}}; of a tombstone the value is
/// null. Records of kinds that are not known are passed over, as those classes do.
class StoredFormatter final : public RecordFormatter {
public:
    /// `kinds`: which records of the family are shown; none named: all.
    StoredFormatter(wire::RecordFamily family, std::vector<std::int16_t> kinds)
        : family_(family), kinds_(std::move(kinds)) {}

    /// Kafka's classes end no line: one object follows the other.
    Result<void> append(const ConsumerRecord& record, std::string& out) const override;
    Result<void> append_json(const ConsumerRecord& record, std::string& out) const override;

private:
    [[nodiscard]] Result<std::string> json_of(const ConsumerRecord& record) const;

    wire::RecordFamily family_;
    std::vector<std::int16_t> kinds_;
};

}  // namespace barnabas::cli

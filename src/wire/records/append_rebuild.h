#pragma once

#include "wire/records/append_checks.h"
#include "wire/records/batch_builder.h"
#include "wire/records/record_reader.h"

namespace barnabas::wire {

/// The part of AppendValidator that builds a new batch: magic 0 and 1 become 2, and a batch gets
/// the topic's codec. Keeps its buffers and contexts; the batch it answers with is in them, valid
/// until the next call.
class AppendRebuild {
public:
    /// `records`: whole batches that check_batch() took, of one magic.
    [[nodiscard]] AppendVerdict run(ByteView records, Compression target, const AppendRules& rules);

private:
    std::expected<void, AppendRefusal> take(const BatchView& batch, const AppendRules& rules);
    Result<> take_record(const RecordView& record, const BatchView& batch,
                         const RecordChecks& checks, std::int32_t index, Complaints& complaints);

    RecordReader reader_;
    BatchBuilder builder_;
    ByteBuffer out_;
};

}  // namespace barnabas::wire

#pragma once

#include "log/offset_index.h"
#include "log/time_index.h"
#include "log/transaction_index.h"
#include "wire/persisted/record_text.h"
#include "wire/records/batch_view.h"
#include "wire/records/producer_snapshot.h"
#include "wire/records/record.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::log {

/// A file to dump: as the user named it, and from the root on.
struct DumpFile {
    std::string name;
    std::string absolute;
};

/// A batch as it lies in its file. The view is valid during the call.
struct DumpedBatch {
    wire::BatchView view;
    std::uint64_t position = 0;
    bool valid = false;  // size and checksum
};

/// A record within a batch; everything is valid during the call.
struct DumpedRecord {
    const wire::BatchView& batch;
    const wire::RecordView& record;
    std::optional<std::uint32_t> crc;  // of a message of magic 0 or 1
    bool valid = true;                 // that checksum
    std::optional<wire::ControlText> control;
    wire::RecordText text;  // nothing where contents are not asked for
};

/// What does not fit in the files that were dumped, by absolute path.
struct DumpFindings {
    /// An entry's offset and the last offset of the batch at its position; the largest first.
    std::map<std::string, std::map<Offset, Offset, std::greater<>>> index_mismatches;
    using Pairs = std::map<std::string, std::vector<std::pair<std::int64_t, std::int64_t>>>;
    Pairs time_mismatches;    // an entry's timestamp and the batch's largest
    Pairs times_not_rising;   // an entry's timestamp and that of the one before it
    Pairs offsets_not_found;  // an entry's offset and the last one of the batch there (-1: none)
    /// An offset and the one behind it.
    std::map<std::string, std::map<Offset, Offset>> not_consecutive;
};

/// What a dump shows, in the order of the files. Implemented by what prints it.
class DumpSink {
public:
    virtual ~DumpSink() = default;

    virtual void on_file(const DumpFile& file) = 0;
    virtual void on_unknown_file(const DumpFile& file) = 0;
    virtual void on_log(Offset start) = 0;
    /// A snapshot of KRaft's metadata, up to `end`; nothing for the one made at formatting.
    virtual void on_snapshot(std::optional<Offset> end, LeaderEpoch epoch) = 0;
    virtual void on_batch(const DumpedBatch& batch) = 0;
    virtual void on_record(const DumpedRecord& record) = 0;
    virtual void on_trailing_bytes(std::uint64_t bytes, std::string_view file) = 0;
    virtual void on_index_entry(OffsetPosition entry) = 0;
    virtual void on_time_entry(TimestampOffset entry) = 0;
    virtual void on_empty_index(const DumpFile& file) = 0;
    virtual void on_sane_index(const DumpFile& file) = 0;
    virtual void on_producer(const wire::ProducerSnapshotEntry& entry) = 0;
    virtual void on_broken_snapshot(std::string_view sentence) = 0;
    virtual void on_aborted(const AbortedTransaction& aborted) = 0;
    /// Once, behind all files.
    virtual void on_findings(const DumpFindings& findings) = 0;
};

}  // namespace barnabas::log

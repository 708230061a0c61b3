#pragma once

#include "base/result.h"
#include "log/batch_file.h"
#include "log/dump/dump_sink.h"
#include "runtime/disk.h"
#include "wire/records/record_reader.h"

#include <cstdint>
#include <limits>
#include <string_view>

namespace barnabas::log {

/// What becomes of keys and values.
enum class DumpDecoder : std::uint8_t {
    text,  ///< of clients: key_class and value_class
    offsets,
    transactions,
    cluster_metadata,
    remote_log_metadata,
    share_group_state,
};

/// Kafka's decoder classes for the keys and values of clients.
enum class DumpClass : std::uint8_t { string, integer, long_integer, bytes };

/// By the class's full name; invalid_config for one that is not built in.
[[nodiscard]] Result<DumpClass> dump_class(std::string_view name);

struct DumpOptions {
    bool contents = false;             // keys and values
    bool deep = false;                 // records, not batches alone
    bool record_metadata = true;       // what records have beside key and value
    bool verify_only = false;          // of indexes, the findings alone
    bool sanity_only = false;          // what a broker checks of an index when it starts
    std::int32_t batch_max = 5 << 20;  // of the batch that an index entry points at
    std::int32_t bytes_max = std::numeric_limits<std::int32_t>::max();  // of each log
    DumpDecoder decoder = DumpDecoder::text;
    DumpClass key_class = DumpClass::string;
    DumpClass value_class = DumpClass::string;
};

/// Reads log segments, snapshots and indexes for `barnabas dump-log` and shows what is in them, as
/// org.apache.kafka.tools.DumpLogSegments does. Changes nothing. One thread.
class LogDump {
public:
    LogDump(runtime::Disk& disk, const DumpOptions& options, DumpSink& sink)
        : disk_(disk), options_(options), sink_(sink) {}

    /// Dumps one file; what kind it is, its name says. An error ends the dump, as in Kafka: a file
    /// that cannot be read, or bytes that a reader cannot get over.
    Result<void> file(const DumpFile& file);
    /// After the last file.
    void finish() { sink_.on_findings(findings_); }

private:
    Result<void> dump_log(const DumpFile& file);
    Result<void> announce(const DumpFile& file);
    Result<void> dump_records(const DumpFile& file, const wire::BatchView& batch);
    Result<DumpedRecord> dumped(const wire::BatchView& batch, const wire::RecordView& record) const;
    Result<wire::RecordText> text_of(const wire::RecordView& record) const;
    // index_dump.cc
    Result<void> dump_index(const DumpFile& file);
    Result<void> dump_index_entries(const DumpFile& file, ByteView entries, Offset base,
                                    BatchFile& log);
    Result<void> dump_time_index(const DumpFile& file);
    Result<void> check_time_entry(const DumpFile& file, TimestampOffset entry, Timestamp before,
                                  BatchFile& log, std::uint32_t from);
    Result<void> dump_snapshot(const DumpFile& file);
    Result<void> dump_transactions(const DumpFile& file);

    runtime::Disk& disk_;
    DumpOptions options_;
    DumpSink& sink_;
    DumpFindings findings_;
    wire::RecordReader reader_;
    Offset last_ = no_offset;  // of the records of a log
};

}  // namespace barnabas::log

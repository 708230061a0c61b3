#pragma once

#include "log/dump/dump_sink.h"

#include <string>
#include <string_view>

namespace barnabas::log {

/// Where lines go; each ends without its line end.
class DumpOutput {
public:
    virtual ~DumpOutput() = default;
    virtual void line(std::string_view text) = 0;
    /// What is wrong, on the error output.
    virtual void error_line(std::string_view text) = 0;
};

/// Prints a dump as Kafka's kafka-dump-log does, character for character.
class DumpText final : public DumpSink {
public:
    /// `record_metadata`: whether offset, timestamp, sizes and so on of records are printed.
    DumpText(DumpOutput& output, bool record_metadata)
        : output_(output), record_metadata_(record_metadata) {}

    void on_file(const DumpFile& file) override;
    void on_unknown_file(const DumpFile& file) override;
    void on_log(Offset start) override;
    void on_snapshot(std::optional<Offset> end, LeaderEpoch epoch) override;
    void on_batch(const DumpedBatch& batch) override;
    void on_record(const DumpedRecord& record) override;
    void on_trailing_bytes(std::uint64_t bytes, std::string_view file) override;
    void on_index_entry(OffsetPosition entry) override;
    void on_time_entry(TimestampOffset entry) override;
    void on_empty_index(const DumpFile& file) override;
    void on_sane_index(const DumpFile& file) override;
    void on_producer(const wire::ProducerSnapshotEntry& entry) override;
    void on_broken_snapshot(std::string_view sentence) override;
    void on_aborted(const AbortedTransaction& aborted) override;
    void on_findings(const DumpFindings& findings) override;

private:
    DumpOutput& output_;
    bool record_metadata_;
};

/// Prints a dump as one JSON object a line, findings and broken snapshots among them. Members of
/// "batch" and "record" lines have the names that Kafka's text has.
class DumpJson final : public DumpSink {
public:
    DumpJson(DumpOutput& output, bool record_metadata)
        : output_(output), record_metadata_(record_metadata) {}

    void on_file(const DumpFile& file) override;
    void on_unknown_file(const DumpFile& file) override;
    void on_log(Offset start) override;
    void on_snapshot(std::optional<Offset> end, LeaderEpoch epoch) override;
    void on_batch(const DumpedBatch& batch) override;
    void on_record(const DumpedRecord& record) override;
    void on_trailing_bytes(std::uint64_t bytes, std::string_view file) override;
    void on_index_entry(OffsetPosition entry) override;
    void on_time_entry(TimestampOffset entry) override;
    void on_empty_index(const DumpFile& file) override;
    void on_sane_index(const DumpFile& file) override;
    void on_producer(const wire::ProducerSnapshotEntry& entry) override;
    void on_broken_snapshot(std::string_view sentence) override;
    void on_aborted(const AbortedTransaction& aborted) override;
    void on_findings(const DumpFindings& findings) override;

private:
    DumpOutput& output_;
    bool record_metadata_;
};

/// Kafka's names: "CreateTime", "LogAppendTime", "NoTimestampType".
[[nodiscard]] std::string_view timestamp_type_name(wire::TimestampType type);
/// "COMMIT", "LEADER_CHANGE", ...
[[nodiscard]] std::string_view control_type_name(wire::ControlType type);
/// The first sequence of the batch that a snapshot's entry knows; as it wraps.
[[nodiscard]] std::int32_t first_sequence(const wire::ProducerSnapshotEntry& entry);

}  // namespace barnabas::log

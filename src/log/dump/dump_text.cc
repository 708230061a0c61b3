#include "log/dump/dump_text.h"

#include "base/utf8.h"

#include <fmt/format.h>

#include <limits>

namespace barnabas::log {
namespace {

std::string horizon_text(std::optional<Timestamp> horizon) {
    return horizon ? fmt::format("OptionalLong[{}]", *horizon) : "OptionalLong.empty";
}

std::string_view codec_text(const wire::BatchView& batch) {
    const auto codec = batch.codec();
    return codec ? wire::codec_name(*codec) : "unknown";
}

std::string header_keys(const wire::RecordHeaders& headers) {
    std::string keys = "[";
    std::string_view between;
    for (const auto& header : headers) {
        keys += between;
        keys += replace_malformed_utf8(header.key);
        between = ",";
    }
    return keys + ']';
}

std::int64_t size_of(const wire::NullableBytes& bytes) {
    return bytes ? static_cast<std::int64_t>(bytes->size()) : -1;
}

std::string control_text(const wire::ControlText& control) {
    const auto name = control_type_name(control.type);
    switch (control.type) {
        case wire::ControlType::abort:
        case wire::ControlType::commit:
            return fmt::format(" endTxnMarker: {} coordinatorEpoch: {}", name,
                               control.coordinator_epoch);
        case wire::ControlType::leader_change:
            return fmt::format(" LeaderChange: {}", control.json);
        case wire::ControlType::snapshot_header:
            return fmt::format(" SnapshotHeader {}", control.json);
        case wire::ControlType::snapshot_footer:
            return fmt::format(" SnapshotFooter {}", control.json);
        case wire::ControlType::kraft_version:
            return fmt::format(" KRaftVersion {}", control.json);
        case wire::ControlType::kraft_voters:
            return fmt::format(" KRaftVoters {}", control.json);
        case wire::ControlType::unknown:
            break;
    }
    return fmt::format(" controlType: {}({})", name, control.type_id);
}

std::string metadata_text(const DumpedRecord& dumped) {
    const auto& record = dumped.record;
    auto text = fmt::format("| offset: {} {}: {} keySize: {} valueSize: {}", record.offset,
                            timestamp_type_name(dumped.batch.timestamp_type()), record.timestamp,
                            size_of(record.key), size_of(record.value));
    if (!dumped.batch.is_legacy()) {
        text += fmt::format(" sequence: {} headerKeys: {}", record.sequence,
                            header_keys(record.headers));
    }
    if (dumped.crc) {
        text += fmt::format(" isValid: {} crc: {}", dumped.valid, *dumped.crc);
    }
    if (dumped.control) {
        text += control_text(*dumped.control);
    }
    return text;
}

}  // namespace

std::string_view timestamp_type_name(wire::TimestampType type) {
    switch (type) {
        case wire::TimestampType::none:
            return "NoTimestampType";
        case wire::TimestampType::create_time:
            return "CreateTime";
        case wire::TimestampType::log_append_time:
            return "LogAppendTime";
    }
    return "NoTimestampType";
}

std::string_view control_type_name(wire::ControlType type) {
    switch (type) {
        case wire::ControlType::abort:
            return "ABORT";
        case wire::ControlType::commit:
            return "COMMIT";
        case wire::ControlType::leader_change:
            return "LEADER_CHANGE";
        case wire::ControlType::snapshot_header:
            return "SNAPSHOT_HEADER";
        case wire::ControlType::snapshot_footer:
            return "SNAPSHOT_FOOTER";
        case wire::ControlType::kraft_version:
            return "KRAFT_VERSION";
        case wire::ControlType::kraft_voters:
            return "KRAFT_VOTERS";
        case wire::ControlType::unknown:
            break;
    }
    return "UNKNOWN";
}

/// As DefaultRecordBatch.decrementSequence, for entries that were never written so, too.
std::int32_t first_sequence(const wire::ProducerSnapshotEntry& entry) {
    const std::int64_t wrap = std::int64_t{std::numeric_limits<std::int32_t>::max()} + 1;
    const std::int64_t last = entry.last_sequence;
    const std::int64_t first = last - entry.offset_delta;
    return static_cast<std::int32_t>(last < entry.offset_delta ? first + wrap : first);
}

void DumpText::on_file(const DumpFile& file) {
    output_.line(fmt::format("Dumping {}", file.name));
}

void DumpText::on_unknown_file(const DumpFile& file) {
    output_.error_line(fmt::format("Ignoring unknown file {}", file.name));
}

void DumpText::on_log(Offset start) {
    output_.line(fmt::format("Log starting offset: {}", start));
}

void DumpText::on_snapshot(std::optional<Offset> end, LeaderEpoch epoch) {
    output_.line(end ? fmt::format("Snapshot end offset: {}, epoch: {}", *end, epoch)
                     : std::string("KRaft bootstrap snapshot"));
}

void DumpText::on_batch(const DumpedBatch& dumped) {
    const auto& batch = dumped.view;
    std::string text;
    if (batch.is_legacy()) {
        text = fmt::format("offset: {}", batch.last_offset());
    } else {
        text = fmt::format(
            "baseOffset: {} lastOffset: {} count: {} baseSequence: {} lastSequence: {} "
            "producerId: {} producerEpoch: {} partitionLeaderEpoch: {} isTransactional: {} "
            "isControl: {} deleteHorizonMs: {}",
            batch.base_offset(), batch.last_offset(), batch.count(), batch.base_sequence(),
            batch.last_sequence(), batch.producer_id(), batch.producer_epoch(),
            batch.leader_epoch(), batch.is_transactional(), batch.is_control(),
            horizon_text(batch.delete_horizon()));
    }
    text += fmt::format(
        " position: {} {}: {} size: {} magic: {} compresscodec: {} crc: {} isvalid: {}",
        dumped.position, timestamp_type_name(batch.timestamp_type()), batch.max_timestamp(),
        batch.size(), batch.magic(), codec_text(batch), batch.stored_crc(), dumped.valid);
    output_.line(text);
}

void DumpText::on_record(const DumpedRecord& dumped) {
    std::string text = record_metadata_ ? metadata_text(dumped) : "|";
    if (dumped.text.key) {
        text += fmt::format(" key: {}", dumped.text.key->text);
    }
    if (dumped.text.payload) {
        text += fmt::format(" payload: {}", dumped.text.payload->text);
    }
    // Kafka prints the bar together with what follows it, or not at all.
    output_.line(text == "|" ? std::string() : text);
}

void DumpText::on_trailing_bytes(std::uint64_t bytes, std::string_view file) {
    output_.line(fmt::format("Found {} invalid bytes at the end of {}", bytes, file));
}

void DumpText::on_index_entry(OffsetPosition entry) {
    output_.line(fmt::format("offset: {} position: {}", entry.offset, entry.position));
}

void DumpText::on_time_entry(TimestampOffset entry) {
    output_.line(fmt::format("timestamp: {} offset: {}", entry.timestamp, entry.offset));
}

void DumpText::on_empty_index(const DumpFile& file) {
    output_.line(fmt::format("{} is empty.", file.name));
}

void DumpText::on_sane_index(const DumpFile& file) {
    output_.line(fmt::format("{} passed sanity check.", file.name));
}

void DumpText::on_producer(const wire::ProducerSnapshotEntry& entry) {
    auto text = fmt::format(
        "producerId: {} producerEpoch: {} coordinatorEpoch: {} currentTxnFirstOffset: {} "
        "lastTimestamp: {}",
        entry.producer_id, entry.producer_epoch, entry.coordinator_epoch,
        entry.current_txn_first_offset
            ? fmt::format("OptionalLong[{}]", *entry.current_txn_first_offset)
            : "OptionalLong.empty",
        entry.timestamp);
    if (entry.last_offset.get() >= 0) {
        text += fmt::format(
            " firstSequence: {} lastSequence: {} lastOffset: {} offsetDelta: {} timestamp: {}",
            first_sequence(entry), entry.last_sequence, entry.last_offset, entry.offset_delta,
            entry.timestamp);
    }
    output_.line(text);
}

void DumpText::on_broken_snapshot(std::string_view sentence) {
    output_.error_line(sentence);
}

void DumpText::on_aborted(const AbortedTransaction& aborted) {
    output_.line(
        fmt::format("version: 0 producerId: {} firstOffset: {} lastOffset: {} lastStableOffset: {}",
                    aborted.producer_id, aborted.first_offset, aborted.last_offset,
                    aborted.last_stable_offset));
}

void DumpText::on_findings(const DumpFindings& findings) {
    for (const auto& [file, mismatches] : findings.index_mismatches) {
        output_.error_line(fmt::format("Mismatches in :{}", file));
        for (const auto& [index, log] : mismatches) {
            output_.error_line(fmt::format("  Index offset: {}, log offset: {}", index, log));
        }
    }
    for (const auto& [file, mismatches] : findings.time_mismatches) {
        output_.error_line(fmt::format("Found timestamp mismatch in :{}", file));
        for (const auto& [index, log] : mismatches) {
            output_.error_line(fmt::format("  Index timestamp: {}, log timestamp: {}", index, log));
        }
    }
    for (const auto& [file, pairs] : findings.times_not_rising) {
        output_.error_line(fmt::format("Found out of order timestamp in :{}", file));
        for (const auto& [index, before] : pairs) {
            output_.error_line(fmt::format(
                "  Index timestamp: {}, Previously indexed timestamp: {}", index, before));
        }
    }
    for (const auto& [file, pairs] : findings.offsets_not_found) {
        output_.error_line(fmt::format("The following indexed offsets are not found in :{}", file));
        for (const auto& [index, log] : pairs) {
            output_.error_line(fmt::format("Indexed offset: {}, found log offset: {}", index, log));
        }
    }
    for (const auto& [file, pairs] : findings.not_consecutive) {
        output_.error_line(fmt::format("Non-consecutive offsets in {}", file));
        for (const auto& [first, second] : pairs) {
            output_.error_line(fmt::format("  {} is followed by {}", first, second));
        }
    }
}

}  // namespace barnabas::log

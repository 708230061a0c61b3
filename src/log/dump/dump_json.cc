#include "base/json_text.h"
#include "log/dump/dump_text.h"

#include <fmt/format.h>

namespace barnabas::log {
namespace {

/// A kind of line, and the file it is about where it stands for itself.
JsonLine line_of(std::string_view kind) {
    JsonLine line;
    line.add("type", kind);
    return line;
}

void add_text(JsonLine& line, std::string_view name, const std::optional<wire::StoredText>& text) {
    if (text && text->is_json) {
        line.add_json(name, text->text);
    } else if (text) {
        line.add(name, text->text);
    }
}

void add_size(JsonLine& line, std::string_view name, const wire::NullableBytes& bytes) {
    line.add(name, bytes ? static_cast<std::int64_t>(bytes->size()) : -1);
}

void add_headers(JsonLine& line, const wire::RecordHeaders& headers) {
    std::string keys = "[";
    for (const auto& header : headers) {
        if (keys.size() > 1) {
            keys += ',';
        }
        append_json_string(keys, header.key);
    }
    line.add_json("headerKeys", keys + ']');
}

void add_control(JsonLine& line, const wire::ControlText& control) {
    line.add("controlType", control_type_name(control.type));
    if (!control.json.empty()) {
        line.add_json("control", control.json);
    } else if (control.type == wire::ControlType::unknown) {
        line.add("controlTypeId", control.type_id);
    } else {
        line.add("coordinatorEpoch", control.coordinator_epoch);
    }
}

void add_metadata(JsonLine& line, const DumpedRecord& dumped) {
    const auto& record = dumped.record;
    line.add("timestampType", timestamp_type_name(dumped.batch.timestamp_type()))
        .add("timestamp", record.timestamp.get());
    add_size(line, "keySize", record.key);
    add_size(line, "valueSize", record.value);
    if (!dumped.batch.is_legacy()) {
        line.add("sequence", record.sequence);
        add_headers(line, record.headers);
    }
    if (dumped.crc) {
        line.add("isValid", dumped.valid).add("crc", *dumped.crc);
    }
    if (dumped.control) {
        add_control(line, *dumped.control);
    }
}

}  // namespace

void DumpJson::on_file(const DumpFile& file) {
    output_.line(line_of("file").add("file", file.name).text());
}

void DumpJson::on_unknown_file(const DumpFile& file) {
    output_.line(line_of("unknown file").add("file", file.name).text());
}

void DumpJson::on_log(Offset start) {
    output_.line(line_of("log").add("startOffset", start.get()).text());
}

void DumpJson::on_snapshot(std::optional<Offset> end, LeaderEpoch epoch) {
    auto line = line_of("snapshot");
    if (end) {
        line.add("endOffset", end->get()).add("epoch", epoch.get());
    } else {
        line.add("bootstrap", true);
    }
    output_.line(line.text());
}

void DumpJson::on_batch(const DumpedBatch& dumped) {
    const auto& batch = dumped.view;
    auto line = line_of("batch");
    if (!batch.is_legacy()) {
        line.add("baseOffset", batch.base_offset().get());
    }
    line.add("lastOffset", batch.last_offset().get());
    if (!batch.is_legacy()) {
        line.add("count", batch.count())
            .add("baseSequence", batch.base_sequence())
            .add("lastSequence", batch.last_sequence())
            .add("producerId", batch.producer_id().get())
            .add("producerEpoch", batch.producer_epoch().get())
            .add("partitionLeaderEpoch", batch.leader_epoch().get())
            .add("isTransactional", batch.is_transactional())
            .add("isControl", batch.is_control());
    }
    if (const auto horizon = batch.delete_horizon()) {
        line.add("deleteHorizonMs", horizon->get());
    }
    const auto codec = batch.codec();
    line.add("position", dumped.position)
        .add("timestampType", timestamp_type_name(batch.timestamp_type()))
        .add("maxTimestamp", batch.max_timestamp().get())
        .add("size", batch.size())
        .add("magic", batch.magic())
        .add("compresscodec", codec ? wire::codec_name(*codec) : "unknown")
        .add("crc", batch.stored_crc())
        .add("isvalid", dumped.valid);
    output_.line(line.text());
}

void DumpJson::on_record(const DumpedRecord& dumped) {
    auto line = line_of("record");
    line.add("offset", dumped.record.offset.get());
    if (record_metadata_) {
        add_metadata(line, dumped);
    }
    add_text(line, "key", dumped.text.key);
    add_text(line, "payload", dumped.text.payload);
    output_.line(line.text());
}

void DumpJson::on_trailing_bytes(std::uint64_t bytes, std::string_view file) {
    output_.line(line_of("invalid bytes").add("file", file).add("bytes", bytes).text());
}

void DumpJson::on_index_entry(OffsetPosition entry) {
    output_.line(line_of("index entry")
                     .add("offset", entry.offset.get())
                     .add("position", entry.position)
                     .text());
}

void DumpJson::on_time_entry(TimestampOffset entry) {
    output_.line(line_of("time index entry")
                     .add("timestamp", entry.timestamp.get())
                     .add("offset", entry.offset.get())
                     .text());
}

void DumpJson::on_empty_index(const DumpFile& file) {
    output_.line(line_of("empty index").add("file", file.name).text());
}

void DumpJson::on_sane_index(const DumpFile& file) {
    output_.line(line_of("sane index").add("file", file.name).text());
}

void DumpJson::on_producer(const wire::ProducerSnapshotEntry& entry) {
    auto line = line_of("producer");
    line.add("producerId", entry.producer_id.get())
        .add("producerEpoch", entry.producer_epoch.get())
        .add("coordinatorEpoch", entry.coordinator_epoch);
    if (entry.current_txn_first_offset) {
        line.add("currentTxnFirstOffset", entry.current_txn_first_offset->get());
    }
    line.add("lastTimestamp", entry.timestamp.get());
    if (entry.last_offset.get() >= 0) {
        line.add("firstSequence", first_sequence(entry))
            .add("lastSequence", entry.last_sequence)
            .add("lastOffset", entry.last_offset.get())
            .add("offsetDelta", entry.offset_delta);
    }
    output_.line(line.text());
}

void DumpJson::on_broken_snapshot(std::string_view sentence) {
    output_.line(line_of("broken snapshot").add("why", sentence).text());
}

void DumpJson::on_aborted(const AbortedTransaction& aborted) {
    output_.line(line_of("aborted transaction")
                     .add("producerId", aborted.producer_id.get())
                     .add("firstOffset", aborted.first_offset.get())
                     .add("lastOffset", aborted.last_offset.get())
                     .add("lastStableOffset", aborted.last_stable_offset.get())
                     .text());
}

void DumpJson::on_findings(const DumpFindings& findings) {
    const auto show = [this](std::string_view kind, const std::string& file, std::string_view one,
                             std::int64_t first, std::string_view other, std::int64_t second) {
        output_.line(line_of(kind).add("file", file).add(one, first).add(other, second).text());
    };
    for (const auto& [file, pairs] : findings.index_mismatches) {
        for (const auto& [index, log] : pairs) {
            show("index mismatch", file, "indexOffset", index.get(), "logOffset", log.get());
        }
    }
    for (const auto& [file, pairs] : findings.time_mismatches) {
        for (const auto& [index, log] : pairs) {
            show("timestamp mismatch", file, "indexTimestamp", index, "logTimestamp", log);
        }
    }
    for (const auto& [file, pairs] : findings.times_not_rising) {
        for (const auto& [index, before] : pairs) {
            show("timestamp out of order", file, "indexTimestamp", index, "previousTimestamp",
                 before);
        }
    }
    for (const auto& [file, pairs] : findings.offsets_not_found) {
        for (const auto& [index, log] : pairs) {
            show("offset not found", file, "indexOffset", index, "logOffset", log);
        }
    }
    for (const auto& [file, pairs] : findings.not_consecutive) {
        for (const auto& [first, second] : pairs) {
            show("offsets not consecutive", file, "offset", first.get(), "next", second.get());
        }
    }
}

}  // namespace barnabas::log

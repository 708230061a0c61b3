// Records of __remote_log_metadata as Java prints the objects that they become.
#include "wire/persisted/framing.h"
#include "wire/persisted/record_text.h"
#include "wire/persisted/remote_log_records.h"

#include <array>
#include <map>
#include <utility>

namespace barnabas::wire {
namespace {

/// The name of a state, as an enumerator of RemoteLogSegmentState or RemotePartitionDeleteState.
template <std::size_t n>
Result<std::string_view> state_name(const std::array<std::string_view, n>& names,
                                    std::int8_t state) {
    if (state < 0 || static_cast<std::size_t>(state) >= n) {
        return fail(ErrorCode::corrupt_message, "The state {} is none of 0 to {}.", state, n - 1);
    }
    return names[static_cast<std::size_t>(state)];
}

constexpr std::array<std::string_view, 4> segment_states{
    "COPY_SEGMENT_STARTED", "COPY_SEGMENT_FINISHED", "DELETE_SEGMENT_STARTED",
    "DELETE_SEGMENT_FINISHED"};
constexpr std::array<std::string_view, 3> delete_states{
    "DELETE_PARTITION_MARKED", "DELETE_PARTITION_STARTED", "DELETE_PARTITION_FINISHED"};

template <class Partition>
std::string partition_text(const Partition& partition) {
    return fmt::format("{}:{}-{}", partition.id, partition.name, partition.partition);
}

template <class SegmentId>
std::string segment_id_text(const SegmentId& segment) {
    return fmt::format("RemoteLogSegmentId{{topicIdPartition={}, id={}}}",
                       partition_text(segment.topic_id_partition), segment.id);
}

std::string custom_text(const std::optional<ByteView>& custom) {
    return custom ? fmt::format("Optional[CustomMetadata{{{} bytes}}]", custom->size())
                  : "Optional.empty";
}

/// A sorted map, the later of two entries for one epoch.
template <class Epochs>
std::string epochs_text(const Epochs& epochs) {
    std::map<std::int32_t, std::int64_t> sorted;
    for (const auto& epoch : epochs) {
        sorted[epoch.leader_epoch] = epoch.offset;
    }
    std::string text = "{";
    for (const auto& [epoch, offset] : sorted) {
        text += fmt::format("{}{}={}", text.size() > 1 ? ", " : "", epoch, offset);
    }
    return text + '}';
}

Result<std::string> text_of(const RemoteLogSegmentMetadataRecord& record) {
    TRY_ASSIGN(const auto state, state_name(segment_states, record.remote_log_segment_state));
    return fmt::format(
        "RemoteLogSegmentMetadata{{remoteLogSegmentId={}, startOffset={}, endOffset={}, "
        "brokerId={}, maxTimestampMs={}, eventTimestampMs={}, segmentLeaderEpochs={}, "
        "segmentSizeInBytes={}, customMetadata={}, state={}, txnIdxEmpty={}}}",
        segment_id_text(record.remote_log_segment_id), record.start_offset, record.end_offset,
        record.broker_id, record.max_timestamp_ms, record.event_timestamp_ms,
        epochs_text(record.segment_leader_epochs), record.segment_size_in_bytes,
        custom_text(record.custom_metadata), state, record.txn_index_empty);
}

Result<std::string> text_of(const RemoteLogSegmentMetadataUpdateRecord& record) {
    TRY_ASSIGN(const auto state, state_name(segment_states, record.remote_log_segment_state));
    return fmt::format(
        "RemoteLogSegmentMetadataUpdate{{remoteLogSegmentId={}, customMetadata={}, state={}, "
        "eventTimestampMs={}, brokerId={}}}",
        segment_id_text(record.remote_log_segment_id), custom_text(record.custom_metadata), state,
        record.event_timestamp_ms, record.broker_id);
}

Result<std::string> text_of(const RemotePartitionDeleteMetadataRecord& record) {
    TRY_ASSIGN(const auto state, state_name(delete_states, record.remote_partition_delete_state));
    return fmt::format(
        "RemotePartitionDeleteMetadata{{topicPartition={}, state={}, eventTimestampMs={}, "
        "brokerId={}}}",
        partition_text(record.topic_id_partition), state, record.event_timestamp_ms,
        record.broker_id);
}

Result<std::string> text_of(const RemoteLogSegmentMetadataSnapshotRecord& record) {
    TRY_ASSIGN(const auto state, state_name(segment_states, record.remote_log_segment_state));
    return fmt::format(
        "RemoteLogSegmentMetadataSnapshot{{segmentId={}, startOffset={}, endOffset={}, "
        "maxTimestampMs={}, segmentLeaderEpochs={}, segmentSizeInBytes={}, customMetadata={}, "
        "state={}}}",
        record.segment_id, record.start_offset, record.end_offset, record.max_timestamp_ms,
        epochs_text(record.segment_leader_epochs), record.segment_size_in_bytes,
        custom_text(record.custom_metadata), state);
}

template <class Record>
Result<std::string> decoded_text(const StoredRecord& stored) {
    TRY_ASSIGN(const auto record, decode_stored<Record>(stored));
    return text_of(record);
}

Result<std::string> read(const RecordView& record) {
    if (!record.value) {
        return fail(ErrorCode::corrupt_message, "It has no value.");
    }
    TRY_ASSIGN(const auto stored, read_metadata_frame(*record.value));
    switch (stored.id) {
        case RemoteLogSegmentMetadataRecord::record_id:
            return decoded_text<RemoteLogSegmentMetadataRecord>(stored);
        case RemoteLogSegmentMetadataUpdateRecord::record_id:
            return decoded_text<RemoteLogSegmentMetadataUpdateRecord>(stored);
        case RemotePartitionDeleteMetadataRecord::record_id:
            return decoded_text<RemotePartitionDeleteMetadataRecord>(stored);
        case RemoteLogSegmentMetadataSnapshotRecord::record_id:
            return decoded_text<RemoteLogSegmentMetadataSnapshotRecord>(stored);
        default:
            return fail(ErrorCode::corrupt_message, "Unknown metadata id {}", stored.id);
    }
}

}  // namespace

RecordText remote_log_record_text(const RecordView& record) {
    auto text = read(record);
    return {.key = {},
            .payload = StoredText{.text = text ? std::move(*text)
                                               : fmt::format("Error at offset {}, skipping. {}",
                                                             record.offset, text.error().message)}};
}

}  // namespace barnabas::wire

#include "log/kafka_metadata.h"

#include "log/file_names.h"
#include "wire/persisted/cluster_records.h"
#include "wire/persisted/framing.h"
#include "wire/persisted/topic_records.h"
#include "wire/records/record_reader.h"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

namespace barnabas::log {
namespace {

constexpr std::int8_t topic_resource = 2;  // org.apache.kafka.common.config.ConfigResource
constexpr std::int8_t broker_resource = 4;
constexpr std::int32_t leader_unchanged = -2;  // PartitionChangeRecord's default
/// Ids come in blocks of 1,000 from 0 on; what is above half of them all was not given out.
constexpr ProducerId largest_producer_id{std::numeric_limits<std::int64_t>::max() / 2};
constexpr std::string_view checkpoint_suffix = ".checkpoint";
constexpr std::size_t batch_bytes_max = std::size_t{256} << 20;

template <class R>
Result<R> decode_record(ByteView value) {
    TRY_ASSIGN(const auto stored, wire::read_metadata_frame(value));
    return wire::decode_stored<R>(stored);
}

/// Applies the records of one file from `from` on; false if it ends before its end.
Result<bool> apply_file(runtime::Disk& disk, const runtime::Path& path, Offset from,
                        KafkaMetadata& metadata) {
    TRY_ASSIGN(const auto file, disk.open(path, runtime::OpenMode::read));
    TRY_ASSIGN(const auto end, file->size());
    ByteBuffer bytes;
    wire::RecordReader reader;
    wire::RecordView record;
    for (std::uint64_t position = 0; position < end;) {
        std::array<std::byte, wire::batch_layout::up_to_magic> head;
        TRY_ASSIGN(const auto got, file->read_at(position, head));
        const auto size = wire::next_batch_size(ByteView(head).first(got));
        if (!size || !*size || **size > std::min<std::uint64_t>(end - position, batch_bytes_max)) {
            return false;
        }
        bytes.resize(**size);
        TRY(file->read_at(position, bytes.mutable_view()));
        const wire::BatchView batch(bytes.view());
        if (!batch.ensure_valid()) {
            return false;
        }
        position += **size;
        if (batch.is_control() || batch.last_offset() < from) {
            continue;
        }
        TRY(reader.start(batch, batch_bytes_max));
        while (true) {
            TRY_ASSIGN(const bool more, reader.next(record));
            if (!more) {
                break;
            }
            if (record.offset >= from && record.value) {
                TRY(metadata.apply(*record.value));
            }
        }
    }
    return true;
}

/// "<20 digits>-<10 digits>.checkpoint": the offset behind what the snapshot holds.
std::optional<Offset> offset_of_checkpoint(std::string_view name) {
    const auto dash = name.find('-');
    return name.ends_with(checkpoint_suffix) && dash != std::string_view::npos
               ? offset_of_file(name.substr(0, dash), "")
               : std::nullopt;
}

}  // namespace

Result<void> KafkaMetadata::apply(ByteView value) {
    TRY_ASSIGN(const auto stored, wire::read_metadata_frame(value));
    switch (stored.id) {
        case wire::TopicRecord::record_id:
        case wire::RemoveTopicRecord::record_id:
            return apply_topic(stored.id, value);
        case wire::PartitionRecord::record_id:
        case wire::PartitionChangeRecord::record_id:
            return apply_partition(stored.id, value);
        case wire::ConfigRecord::record_id:
            return apply_config(value);
        case wire::ProducerIdsRecord::record_id:
            return apply_producer_ids(value);
        default:
            apply_transaction(stored.id);
            return {};
    }
}

Result<void> KafkaMetadata::apply_topic(std::int16_t id, ByteView value) {
    if (id == wire::TopicRecord::record_id) {
        TRY_ASSIGN(auto record, decode_record<wire::TopicRecord>(value));
        topics[record.topic_id].name = std::move(record.topic_name);
        return {};
    }
    TRY_ASSIGN(const auto record, decode_record<wire::RemoveTopicRecord>(value));
    if (const auto found = topics.find(record.topic_id); found != topics.end()) {
        topic_configs.erase(found->second.name);
        topics.erase(found);
    }
    return {};
}

Result<void> KafkaMetadata::apply_partition(std::int16_t id, ByteView value) {
    if (id == wire::PartitionRecord::record_id) {
        TRY_ASSIGN(const auto record, decode_record<wire::PartitionRecord>(value));
        topics[record.topic_id].partitions[PartitionId{record.partition_id}] =
            LeaderEpoch{record.leader_epoch};
        return {};
    }
    TRY_ASSIGN(const auto record, decode_record<wire::PartitionChangeRecord>(value));
    auto& epoch = topics[record.topic_id].partitions[PartitionId{record.partition_id}];
    if (record.leader != leader_unchanged) {
        epoch = epoch + 1;
    }
    return {};
}

Result<void> KafkaMetadata::apply_config(ByteView value) {
    TRY_ASSIGN(auto record, decode_record<wire::ConfigRecord>(value));
    if (record.resource_type != topic_resource && record.resource_type != broker_resource) {
        return {};
    }
    auto& resources = record.resource_type == topic_resource ? topic_configs : broker_configs;
    auto& configs = resources[record.resource_name];
    if (record.value) {
        configs[record.config_name] = std::move(*record.value);
    } else {
        configs.erase(record.config_name);
    }
    return {};
}

Result<void> KafkaMetadata::apply_producer_ids(ByteView value) {
    TRY_ASSIGN(const auto record, decode_record<wire::ProducerIdsRecord>(value));
    const ProducerId next{record.next_producer_id};
    if (next < ProducerId{0} || next > largest_producer_id) {
        return fail(ErrorCode::corrupt_message, "{} is no next producer id: 0 to {} are", next,
                    largest_producer_id);
    }
    next_producer_id = next;
    return {};
}

/// KIP-868: what a transaction that is aborted, or never ended, says does not count.
void KafkaMetadata::apply_transaction(std::int16_t id) {
    if (id == wire::BeginTransactionRecord::record_id) {
        before_ = std::make_shared<const KafkaMetadata>(*this);
    } else if (id == wire::EndTransactionRecord::record_id) {
        before_.reset();
    } else if (id == wire::AbortTransactionRecord::record_id) {
        drop_transaction();
    }
}

void KafkaMetadata::drop_transaction() {
    if (before_) {
        auto before = *std::exchange(before_, nullptr);
        *this = std::move(before);
    }
}

Result<KafkaMetadata> read_kafka_metadata(runtime::Disk& disk, const runtime::Path& folder) {
    TRY_ASSIGN(const auto entries, disk.list(folder));
    std::vector<Offset> bases;
    std::optional<std::pair<Offset, std::string>> snapshot;
    for (const auto& entry : entries) {
        if (const auto base = offset_of_file(entry.name, log_suffix)) {
            bases.push_back(*base);
        }
        const auto offset = offset_of_checkpoint(entry.name);
        if (offset && (!snapshot || *offset >= snapshot->first)) {
            snapshot = {*offset, entry.name};
        }
    }
    std::ranges::sort(bases);
    KafkaMetadata metadata;
    Offset from{0};
    if (snapshot) {
        TRY_ASSIGN(const bool whole,
                   apply_file(disk, folder / snapshot->second, Offset{0}, metadata));
        if (!whole) {
            return fail(ErrorCode::corrupt_message, "{} is damaged",
                        (folder / snapshot->second).string());
        }
        from = snapshot->first;
    }
    for (const auto base : bases) {
        TRY_ASSIGN(const bool whole,
                   apply_file(disk, folder / file_name(base, log_suffix), from, metadata));
        if (!whole) {
            break;
        }
    }
    metadata.drop_transaction();
    return metadata;
}

}  // namespace barnabas::log

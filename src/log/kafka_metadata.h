#pragma once

#include "base/properties.h"
#include "base/result.h"
#include "base/types.h"
#include "runtime/disk.h"

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace barnabas::log {

/// What the metadata log of a KRaft cluster says of topics, configurations and producer ids. Plain
/// state: records go in, in the log's order (org.apache.kafka.image.MetadataDelta).
class KafkaMetadata {
public:
    struct Topic {
        std::string name;
        std::map<PartitionId, LeaderEpoch> partitions;
    };

    std::map<TopicId, Topic> topics;
    std::map<std::string, ConfigMap> topic_configs;
    std::map<std::string, ConfigMap> broker_configs;  // by node; "" is for all
    ProducerId next_producer_id{0};                   // those before it were given out

    /// Takes the value of one record. Kinds that are none of ours are passed over; corrupt_message
    /// for one that cannot be read.
    Result<void> apply(ByteView value);
    /// Undoes a transaction that was begun and not ended.
    void drop_transaction();

private:
    Result<void> apply_topic(std::int16_t id, ByteView value);
    Result<void> apply_partition(std::int16_t id, ByteView value);
    Result<void> apply_config(ByteView value);
    Result<void> apply_producer_ids(ByteView value);
    void apply_transaction(std::int16_t id);

    /// As it was before a transaction of the metadata log that is not ended yet.
    std::shared_ptr<const KafkaMetadata> before_;
};

/// Reads the newest snapshot and the segments of the folder __cluster_metadata-0. What follows a
/// batch that is not whole and valid is not there.
[[nodiscard]] Result<KafkaMetadata> read_kafka_metadata(runtime::Disk& disk,
                                                        const runtime::Path& folder);

}  // namespace barnabas::log

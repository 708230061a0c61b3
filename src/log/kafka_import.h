#pragma once

#include "base/logger.h"
#include "base/properties.h"
#include "base/types.h"
#include "log/directory_identity.h"
#include "runtime/disk.h"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace barnabas::log {

/// A topic that a stopped Kafka broker left, as far as its directories hold it.
struct KafkaTopic {
    std::optional<TopicId> id;
    std::map<PartitionId, LeaderEpoch> partitions;  // number -> the last epoch known
    ConfigMap configs;                              // what is set on the topic itself
};

/// What the log directories of a stopped Kafka broker say, apart from the records themselves.
struct KafkaDirectoryContents {
    DirectoryIdentity identity;
    std::map<std::string, KafkaTopic> topics;
    ConfigMap broker_configs;          // set on this broker alone
    ConfigMap default_broker_configs;  // set on all brokers
    ProducerId next_producer_id{0};    // the controller gave out those before it
    /// Folders that the metadata log does not know (any more): of topics whose deletion was under
    /// way. They are not among the topics.
    std::vector<TopicPartition> strays;
    /// False where no KRaft metadata log is there: then no settings of topics are known, and
    /// retention has to be looked after by the caller.
    bool has_metadata_log = false;
};

/// Reads what a stopped Kafka broker left in its log directories: meta.properties, the partitions'
/// folders with partition.metadata and leader-epoch-checkpoint, and, in a KRaft directory, the
/// newest snapshot and the log of __cluster_metadata-0. Writes nothing. Errors: a directory that
/// cannot be read, or that is of another broker than the one before it. A metadata log is read up
/// to its first batch that is not whole and valid. `metadata_directory`: Kafka's metadata.log.dir,
/// where the KRaft log lies apart from the others; of it nothing else is looked at.
[[nodiscard]] Result<KafkaDirectoryContents> read_kafka_directories(
    runtime::Disk& disk, std::span<const runtime::Path> directories, const Logger& log,
    const std::optional<runtime::Path>& metadata_directory = std::nullopt);

}  // namespace barnabas::log

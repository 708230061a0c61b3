#pragma once

#include "base/logger.h"
#include "base/result.h"
#include "broker/settings.h"
#include "metadata/cluster_state.h"
#include "runtime/disk.h"
#include "runtime/random.h"

#include <optional>
#include <vector>

namespace barnabas::broker {

struct TakeoverSource {
    runtime::Disk& disk;
    runtime::Random& random;
    std::vector<runtime::Path> directories;
    std::optional<runtime::Path> metadata_directory;  // metadata.log.dir
    BrokerId node;
    std::string cluster_id;  // of the directories, or new
    const Definitions& definitions;
    Logger log;
};

/// What the first start on a stopped Kafka broker's directories takes over: topics, ids, partitions
/// and settings, each said in the log; nothing where there is none. Writes nothing.
/// Producer ids go on far behind Kafka's: an id that is given out twice loses records.
/// Settings that Barnabas does not know are left out, with a line each. Where the directories do
/// not hold the topics' settings (ZooKeeper held them), retention is switched off for every topic,
/// so that nothing is deleted that they kept.
[[nodiscard]] Result<std::optional<metadata::ImportedCluster>> read_kafka_cluster(
    const TakeoverSource& source);

/// Stands for a broker that is not known: the replica of a partition whose folder is not here.
inline constexpr BrokerId elsewhere{-1};

}  // namespace barnabas::broker

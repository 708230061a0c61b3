#include "broker/thread_plan.h"

#include "broker/cold_reads.h"
#include "broker/first_appends.h"
#include "broker/flusher.h"

#include <algorithm>

namespace barnabas::broker {

/// One per core, but for one core that the kernel's network and the blocking pool need as well: on
/// two cores a second shard cost more in hops than it brought (0.68 against 0.62 CPU s/GB
/// produced).
std::size_t shard_count(const ProcessConfig& config, std::size_t cores) {
    return config.shards > 0 ? static_cast<std::size_t>(config.shards)
                             : std::max<std::size_t>(2, cores) - 1;
}

/// Cold reads, first appends and syncs take up to so many for each shard and directory, opening
/// logs its own number for each directory, whose upkeep may hang with it; compaction and moves come
/// on top.
std::size_t pool_threads_max(const BrokerConfig& config, std::size_t shards) {
    const auto directories = config.storage.log_dirs.size();
    const auto opening = directories * config.storage.recovery_threads_per_dir + 8;
    const auto of_directory =
        ColdReads::at_once_max + FirstAppends::at_once_max + Flusher::at_once_max;
    // A round, its checkpoints, is it there, its questions: how full it is, and before changes.
    constexpr std::size_t upkeep_of_directory = 5;
    return std::max(
        {std::size_t{16}, opening,
         (directories * of_directory + 4) * shards + directories * upkeep_of_directory});
}

}  // namespace barnabas::broker

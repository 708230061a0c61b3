#pragma once

#include "log/check/directory_check.h"
#include "metadata/cluster_state.h"
#include "runtime/disk.h"

namespace barnabas::cli {

/// What is wrong with the cluster's state (cluster.db) that a log directory may have, and with what
/// it and the partitions' folders there say of each other. A copy is looked at: nothing is changed.
/// Nothing is said of a directory without one, as Kafka's are and all but the first of a broker's.
[[nodiscard]] log::Problems check_state(runtime::Disk& disk, const runtime::Path& directory,
                                        const log::DirectoryReport& report);

/// The second half of it, alone.
[[nodiscard]] log::Problems compare_state(const metadata::ClusterState& state,
                                          const runtime::Path& directory,
                                          const log::DirectoryReport& report);

}  // namespace barnabas::cli

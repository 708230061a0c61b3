#pragma once

#include "base/result.h"
#include "runtime/disk.h"

namespace barnabas::log {

/// For a directory without meta.properties, which a broker is to make its own: invalid_config if
/// it holds a folder that no broker makes, as another program's directory or somebody's home does.
/// Kafka's LogManager refuses such folders too. A folder of a partition's name is looked into:
/// ZooKeeper calls one version-2. Files, hidden folders and lost+found do not count.
Result<void> check_not_foreign(const runtime::Disk& disk, const runtime::Path& directory);

}  // namespace barnabas::log

#include "log/flush_plan.h"

namespace barnabas::log {

Result<void> FlushPlan::sync() const {
    for (const auto& file : files) {
        TRY(file->sync());
    }
    for (const auto& [offset, file] : snapshots) {
        TRY(file->sync());
    }
    for (const auto& folder : folders) {
        TRY(disk->sync_directory(folder));
    }
    return {};
}

}  // namespace barnabas::log

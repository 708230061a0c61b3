#include "log/flush_plan.h"

namespace barnabas::log {

Result<void> FlushPlan::write() const {
    if (!work->written) {
        TRY(work->writes.carry_out(*disk));
        work->written = true;
    }
    return {};
}

Result<void> FlushPlan::sync() const {
    TRY(write());
    if (const auto& epochs = work->writes.epochs_file()) {
        TRY(epochs->sync());
    }
    if (const auto& snapshot = work->writes.snapshot_file()) {
        TRY(snapshot->sync());
    }
    for (const auto& file : files) {
        TRY(file->sync());
    }
    for (const auto& [offset, file] : snapshots) {
        TRY(file->sync());
    }
    for (const auto& folder : folders) {
        TRY(disk->sync_directory(folder));
    }
    work->synced = true;
    return {};
}

}  // namespace barnabas::log

#pragma once

#include "base/result.h"
#include "metadata/store.h"
#include "runtime/disk.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::cli {

/// The cluster's tree as the files of a data directory have it, whether a broker runs on them or
/// not: the files are copied, and the copy is opened. Nothing of the broker's is written to.
///
/// While a broker writes, copies of a database and of its log belong together as long as the log
/// has not begun anew in between: its first bytes tell, and the copy is taken again if they differ.
class StateCopy {
public:
    /// kafka_storage_error where there is no state in the directory, or none that can be read.
    static Result<std::unique_ptr<StateCopy>> take(runtime::Disk& disk,
                                                   const runtime::Path& directory);

    /// The same after a check of the files: what that finds wrong, and then no store.
    struct Checked {
        std::vector<std::string> complaints;
        std::unique_ptr<StateCopy> copy;
    };
    static Result<Checked> take_and_check(runtime::Disk& disk, const runtime::Path& directory);

    StateCopy(const StateCopy&) = delete;
    StateCopy& operator=(const StateCopy&) = delete;
    ~StateCopy();

    [[nodiscard]] metadata::Store& store() { return *store_; }

private:
    StateCopy(runtime::Disk& disk, runtime::Path directory)
        : disk_(disk), directory_(std::move(directory)) {}

    static Result<std::unique_ptr<StateCopy>> copy_of(runtime::Disk& disk,
                                                      const runtime::Path& directory);
    Result<void> copy(const runtime::Path& database);
    Result<void> open();

    runtime::Disk& disk_;
    runtime::Path directory_;
    std::unique_ptr<metadata::Store> store_;
};

}  // namespace barnabas::cli

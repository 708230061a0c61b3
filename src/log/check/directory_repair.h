#pragma once

#include "log/check/problem.h"
#include "runtime/disk.h"

#include <span>
#include <string>
#include <vector>

namespace barnabas::log {

/// Mends what can be mended of what a check found, in a directory that nobody else uses: the caller
/// holds the lock since before the check. What was written is on the medium when it returns.
/// Nothing that is a whole, valid batch is ever cut.
class DirectoryRepair {
public:
    explicit DirectoryRepair(runtime::Disk& disk) : disk_(disk) {}

    /// One per problem: why it could not be mended, empty where it was, or where it has no mend.
    [[nodiscard]] std::vector<std::string> run(std::span<const Problem> problems);

private:
    Result<void> carry_out(const Mend& mend);
    Result<void> rebuild(const runtime::Path& segment);

    runtime::Disk& disk_;
};

}  // namespace barnabas::log

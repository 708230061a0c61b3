#pragma once

#include "base/result.h"
#include "base/time.h"

#include <string>
#include <vector>

namespace barnabas::cli {

/// Runs a program (found as a shell finds it) with the process's own standard input and error, and
/// answers what it printed. Blocks. invalid_config: it cannot be run, fails, prints more than 64
/// KiB or takes longer than `time`; then it is ended.
[[nodiscard]] Result<std::string> program_output(const std::vector<std::string>& words,
                                                 Duration time);

}  // namespace barnabas::cli

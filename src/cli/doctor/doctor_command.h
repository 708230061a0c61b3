#pragma once

#include "cli/framework/command.h"

namespace barnabas::cli {

/// `doctor`: looks at the way to a cluster and at the cluster, and says what to do.
extern const Syntax doctor_syntax;
int run_doctor(const ParsedOptions& options, Console& console);

}  // namespace barnabas::cli

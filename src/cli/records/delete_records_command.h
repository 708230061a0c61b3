#pragma once

#include "cli/framework/command.h"

namespace barnabas::cli {

/// `delete-records`: kafka-delete-records.
extern const Syntax delete_records_syntax;
int run_delete_records(const ParsedOptions& options, Console& console);

}  // namespace barnabas::cli

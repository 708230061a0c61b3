#pragma once

#include "cli/framework/command.h"
#include <barnabas/admin.h>

#include <map>
#include <set>
#include <string>

namespace barnabas::cli {

/// `log-dirs`: kafka-log-dirs.
extern const Syntax log_dirs_syntax;
int run_log_dirs(const ParsedOptions& options, Console& console);

/// A broker's directories, by path.
using LogDirs = std::map<std::string, admin::LogDirDescription>;

/// One line of JSON, as Kafka's tool prints it; of these topics alone unless there are none.
[[nodiscard]] std::string log_dirs_json(const std::map<BrokerId, LogDirs>& brokers,
                                        const std::set<std::string>& topics);

}  // namespace barnabas::cli

#pragma once

#include "cli/framework/command.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace barnabas::cli {

/// `storage`: kafka-storage.
extern const Syntax storage_syntax;
int run_storage(const ParsedOptions& options, Console& console);

/// What was found of a node's log directories.
struct StorageInfo {
    std::vector<std::string> directories;
    /// meta.properties of the first directory that has it.
    std::optional<std::map<std::string, std::string, std::less<>>> metadata{};
    std::vector<std::string> problems{};
};
/// What `storage info` prints.
[[nodiscard]] std::string storage_info_text(const StorageInfo& info);

}  // namespace barnabas::cli

#pragma once

#include "cli/framework/command.h"
#include "metadata/store.h"

#include <functional>
#include <string>
#include <string_view>

namespace barnabas::cli {

/// `metadata`: looks into the cluster's tree.
extern const Syntax metadata_syntax;
int run_metadata(const ParsedOptions& options, Console& console);

/// Whether a name fits a pattern of '*' (any characters) and '?' (one).
[[nodiscard]] bool fits_pattern(std::string_view name, std::string_view pattern);

/// Calls `visit(path, depth, node)` for a node and everything below it, parents first, children by
/// name. Errors are the store's.
Result<void> walk_tree(
    metadata::Store& store, const std::string& path,
    const std::function<void(const std::string&, std::size_t, const metadata::Node&)>& visit);

}  // namespace barnabas::cli

#pragma once

#include "base/result.h"
#include "cli/cat/cat_options.h"
#include "cli/framework/console.h"

#include <string_view>

namespace barnabas::cli {

/// What each mode of `cat` does, until it is done or a signal comes. Errors are sentences that end
/// the command.

/// -C and -G.
[[nodiscard]] Result<void> cat_consume(const CatOptions& options, Console& console);
/// -P; answers whether all was delivered (what was not has been told of).
[[nodiscard]] Result<bool> cat_produce(const CatOptions& options, Console& console);
/// -L.
[[nodiscard]] Result<void> cat_list(const CatOptions& options, Console& console);
/// -Q.
[[nodiscard]] Result<void> cat_query(const CatOptions& options, Console& console);

/// "% sentence" on standard error, where `level` is not above the verbosity.
void cat_tell(const CatOptions& options, Console& console, int level, std::string_view sentence);

}  // namespace barnabas::cli

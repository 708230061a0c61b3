#pragma once

namespace CLI {
class App;
}

namespace barnabas::cli {

/// Adds `log check DIR` and `log repair DIR [--dry-run]` to `app`. Their exit status goes to
/// `status`, which outlives the parsing: 0 where nothing is wrong (any more), 1 where something is,
/// 2 where the directory cannot be looked at.
void add_log_command(CLI::App& app, int& status);

}  // namespace barnabas::cli

#pragma once

namespace CLI {
class App;
}

namespace barnabas::cli {

/// Adds `server [FILE] [--override K=V]... [--temporary] [--allow-unknown]` to `app`. Its exit
/// status goes to `status`, which outlives the parsing.
void add_server_command(CLI::App& app, int& status);

}  // namespace barnabas::cli

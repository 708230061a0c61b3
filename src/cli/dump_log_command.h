#pragma once

namespace CLI {
class App;
}

namespace barnabas::cli {

/// Adds `dump-log` to `app`, with the flags of Kafka's kafka-dump-log and `--json`. Its exit status
/// goes to `status`, which outlives the parsing.
void add_dump_log_command(CLI::App& app, int& status);

}  // namespace barnabas::cli

#pragma once

#include <cstdint>
#include <string>

namespace coordination_bench {

enum class Protocol : std::uint8_t { classic, consumer };

/// What one run of the program does; every field is one `--name value` on the command line.
/// The defaults are small, so that a run typed by hand ends quickly.
struct Options {
    std::string mode;  ///< the first argument: groups, rebalance, transactions
    std::string bootstrap = "127.0.0.1:9092";
    std::string topic = "bench";  ///< which must exist
    std::int32_t partitions = 5;  ///< of the topic
    std::string name = "bench";   ///< what the names of groups and transactional ids begin with
    std::int64_t groups = 10;
    std::int64_t members = 5;  ///< of each group
    Protocol protocol = Protocol::classic;
    std::int64_t heartbeat_ms = 1000;
    std::int64_t seconds = 2;  ///< how long commits or transactions are counted
    std::int64_t rounds = 5;   ///< how often a member leaves in `rebalance`
    std::int64_t producers = 8;
    std::int64_t records = 100;    ///< of each transaction
    std::int64_t size = 100;       ///< bytes of each payload
    bool kip890 = true;            ///< transactions as Kafka's clients make them since 4.0
    bool steps = false;            ///< waits at each step: see step()
    std::int64_t timeout_s = 120;  ///< the whole run, connecting included
};

/// Reads the command line; ends the process with a sentence if it is wrong.
Options parse_options(int argc, char** argv);

/// With --steps: prints {"step":"..."} and waits for a line on standard input, so that whoever
/// started the program can look at the broker at that moment. Nothing else happens meanwhile.
void step(const Options& options, const char* name);

}  // namespace coordination_bench

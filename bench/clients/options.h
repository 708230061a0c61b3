#pragma once

#include "clients/payload.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace rdkafka_bench {

/// What one run of the program does; every field is one `--name value` on the command line.
/// The defaults are small, so that a run typed by hand ends quickly.
struct Options {
    std::string mode;  ///< the first argument: produce, consume, ...
    std::string bootstrap = "127.0.0.1:9092";
    std::string topic = "bench";
    std::int32_t partitions = 1;
    std::int64_t count = 100'000;
    std::int64_t size = 1024;  ///< bytes of each payload
    Filler filler = Filler::noise;
    std::int64_t keys = 0;         ///< how many there are; 0: records have none
    std::int64_t cleaned_to = 0;   ///< `consume`: up to where the partition was compacted
    std::int64_t rate = 20'000;    ///< records per second in mode `rate`
    std::int64_t timeout_s = 120;  ///< the whole run, connecting included
    std::string acks = "all";
    std::string codec = "none";
    std::int64_t batch_bytes = 1'000'000;
    std::string linger_ms = "5";
    std::string written_by = "ours";  ///< whose payloads `consume` expects: ours, java
    std::vector<std::pair<std::string, std::string>> properties;        ///< --conf name=value
    std::vector<std::pair<std::string, std::string>> topic_properties;  ///< --topic-conf name=value
};

/// Reads the command line; ends the process with a sentence if it is wrong.
Options parse_options(int argc, char** argv);

/// Prints `sentence` on standard error and ends the process with status 1: a measurement that went
/// wrong has no figures to give, and nothing to clean up but itself.
[[noreturn]] void give_up(const std::string& sentence);

}  // namespace rdkafka_bench

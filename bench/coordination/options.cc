#include "coordination/options.h"

#include "command_line.h"
#include "coordination/loop.h"

#include <fmt/format.h>

#include <cstdio>
#include <limits>

namespace coordination_bench {
namespace {

using Line = bench::CommandLine<Options, give_up>;

Line::Setter yes_or_no(bool Options::* field) {
    return [field](Options& options, const std::string& value) {
        if (value != "yes" && value != "no") {
            give_up("'" + value + "' is neither yes nor no");
        }
        options.*field = value == "yes";
    };
}

void set_protocol(Options& options, const std::string& value) {
    if (value != "classic" && value != "consumer") {
        give_up("--protocol is classic or consumer, not " + value);
    }
    options.protocol = value == "classic" ? Protocol::classic : Protocol::consumer;
}

Line::Setters setters() {
    return {{"--bootstrap", Line::text(&Options::bootstrap)},
            {"--topic", Line::text(&Options::topic)},
            {"--partitions", Line::number(&Options::partitions, 1)},
            {"--name", Line::text(&Options::name)},
            {"--groups", Line::number(&Options::groups, 1)},
            {"--members", Line::number(&Options::members, 1)},
            {"--protocol", set_protocol},
            {"--heartbeat-ms", Line::number(&Options::heartbeat_ms, 1)},
            {"--seconds", Line::number(&Options::seconds, 1)},
            {"--rounds", Line::number(&Options::rounds, 1)},
            {"--producers", Line::number(&Options::producers, 1)},
            {"--records", Line::number(&Options::records, 1)},
            {"--size", Line::number(&Options::size, 1)},
            {"--kip890", yes_or_no(&Options::kip890)},
            {"--steps", yes_or_no(&Options::steps)},
            {"--timeout", Line::number(&Options::timeout_s, 1)}};
}

void check(const Options& options) {
    constexpr std::int64_t smallest_payload = 16;  // it carries two numbers
    if (options.size < smallest_payload || options.size > std::numeric_limits<int>::max()) {
        give_up("--size must be at least 16 and below 2^31");
    }
    if (options.mode == "transactions" && options.producers != options.partitions) {
        give_up("each producer has a partition of its own: --producers must be --partitions");
    }
    if (options.mode == "rebalance" && options.members < 2) {
        give_up("--members must be at least 2: one of them leaves");
    }
}

}  // namespace

Options parse_options(int argc, char** argv) {
    auto options = Line::parse(argc, argv, setters(), "groups, rebalance, transactions");
    check(options);
    return options;
}

void step(const Options& options, const char* name) {
    if (!options.steps) {
        return;
    }
    std::printf("{\"step\":\"%s\"}\n", name);
    std::fflush(stdout);
    int read = std::getchar();
    while (read != '\n' && read != EOF) {
        read = std::getchar();
    }
    if (read == EOF) {
        give_up(fmt::format("standard input ended at step {}", name));
    }
}

}  // namespace coordination_bench

#include "coordination/options.h"

#include "coordination/loop.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <functional>
#include <limits>
#include <map>
#include <system_error>

namespace coordination_bench {
namespace {

using Setter = std::function<void(Options&, const std::string&)>;

template <class Number>
Setter number(Number Options::* field) {
    return [field](Options& options, const std::string& text) {
        Number value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc{} || end != text.data() + text.size() || value < 1) {
            give_up("'" + text + "' is not a number >= 1");
        }
        options.*field = value;
    };
}

Setter text(std::string Options::* field) {
    return [field](Options& options, const std::string& value) { options.*field = value; };
}

Setter yes_or_no(bool Options::* field) {
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

std::map<std::string, Setter> setters() {
    return {{"--bootstrap", text(&Options::bootstrap)},
            {"--topic", text(&Options::topic)},
            {"--partitions", number(&Options::partitions)},
            {"--name", text(&Options::name)},
            {"--groups", number(&Options::groups)},
            {"--members", number(&Options::members)},
            {"--protocol", set_protocol},
            {"--heartbeat-ms", number(&Options::heartbeat_ms)},
            {"--seconds", number(&Options::seconds)},
            {"--rounds", number(&Options::rounds)},
            {"--producers", number(&Options::producers)},
            {"--records", number(&Options::records)},
            {"--size", number(&Options::size)},
            {"--kip890", yes_or_no(&Options::kip890)},
            {"--steps", yes_or_no(&Options::steps)},
            {"--timeout", number(&Options::timeout_s)}};
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
    if (argc < 2) {
        give_up("needs a mode: groups, rebalance, transactions");
    }
    Options options{.mode = argv[1]};
    const auto known = setters();
    for (int i = 2; i < argc; i += 2) {
        const auto found = known.find(argv[i]);
        if (found == known.end()) {
            give_up(std::string("unknown option ") + argv[i]);
        }
        if (i + 1 == argc) {
            give_up(std::string(argv[i]) + " needs a value");
        }
        found->second(options, argv[i + 1]);
    }
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

#include "clients/options.h"

#include "command_line.h"

#include <cstdio>
#include <cstdlib>

namespace rdkafka_bench {
namespace {

using Line = bench::CommandLine<Options, give_up>;

Line::Setter pair(std::vector<std::pair<std::string, std::string>> Options::* field) {
    return [field](Options& options, const std::string& value) {
        const auto equals = value.find('=');
        if (equals == std::string::npos) {
            give_up("'" + value + "' is not name=value");
        }
        (options.*field).emplace_back(value.substr(0, equals), value.substr(equals + 1));
    };
}

void set_filler(Options& options, const std::string& value) {
    if (value != "noise" && value != "words") {
        give_up("--filler is noise or words, not " + value);
    }
    options.filler = value == "noise" ? Filler::noise : Filler::words;
}

Line::Setters setters() {
    return {{"--bootstrap", Line::text(&Options::bootstrap)},
            {"--topic", Line::text(&Options::topic)},
            {"--partitions", Line::number(&Options::partitions, 0)},
            {"--count", Line::number(&Options::count, 0)},
            {"--size", Line::number(&Options::size, 0)},
            {"--filler", set_filler},
            {"--keys", Line::number(&Options::keys, 0)},
            {"--cleaned-to", Line::number(&Options::cleaned_to, 0)},
            {"--rate", Line::number(&Options::rate, 0)},
            {"--timeout", Line::number(&Options::timeout_s, 0)},
            {"--acks", Line::text(&Options::acks)},
            {"--codec", Line::text(&Options::codec)},
            {"--batch", Line::number(&Options::batch_bytes, 0)},
            {"--linger", Line::text(&Options::linger_ms)},
            {"--written-by", Line::text(&Options::written_by)},
            {"--conf", pair(&Options::properties)},
            {"--topic-conf", pair(&Options::topic_properties)}};
}

void check(const Options& options) {
    if (options.size < 16) {
        give_up("--size must be at least 16: a payload carries two numbers");
    }
    if (options.partitions < 1 || options.count < 1 || options.rate < 1) {
        give_up("--partitions, --count and --rate must be at least 1");
    }
    if (options.keys > 0 && options.mode != "produce" && options.mode != "consume") {
        give_up("--keys is for produce and consume, not for " + options.mode);
    }
    if (options.keys > 0 && options.written_by != "ours") {
        give_up("--keys: what Java wrote has none");
    }
    if (options.cleaned_to > 0 && (options.keys == 0 || options.partitions != 1)) {
        give_up("--cleaned-to needs --keys and one partition: it is a place in that");
    }
    if (options.cleaned_to > options.count) {
        give_up("--cleaned-to is at most --count");
    }
}

}  // namespace

void give_up(const std::string& sentence) {
    std::fprintf(stderr, "rdkafka_bench: %s\n", sentence.c_str());
    std::_Exit(1);  // librdkafka's threads may hold anything: no destructors
}

Options parse_options(int argc, char** argv) {
    auto options =
        Line::parse(argc, argv, setters(), "create, delete, produce, consume, rate, roundtrip");
    check(options);
    return options;
}

}  // namespace rdkafka_bench

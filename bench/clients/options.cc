#include "clients/options.h"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string_view>
#include <system_error>

namespace rdkafka_bench {
namespace {

using Setter = std::function<void(Options&, const std::string&)>;

template <class Number>
Setter number(Number Options::* field) {
    return [field](Options& options, const std::string& text) {
        Number value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc{} || end != text.data() + text.size() || value < 0) {
            give_up("'" + text + "' is not a number >= 0");
        }
        options.*field = value;
    };
}

Setter text(std::string Options::* field) {
    return [field](Options& options, const std::string& value) { options.*field = value; };
}

Setter pair(std::vector<std::pair<std::string, std::string>> Options::* field) {
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

std::map<std::string, Setter> setters() {
    return {{"--bootstrap", text(&Options::bootstrap)},
            {"--topic", text(&Options::topic)},
            {"--partitions", number(&Options::partitions)},
            {"--count", number(&Options::count)},
            {"--size", number(&Options::size)},
            {"--filler", set_filler},
            {"--keys", number(&Options::keys)},
            {"--cleaned-to", number(&Options::cleaned_to)},
            {"--rate", number(&Options::rate)},
            {"--timeout", number(&Options::timeout_s)},
            {"--acks", text(&Options::acks)},
            {"--codec", text(&Options::codec)},
            {"--batch", number(&Options::batch_bytes)},
            {"--linger", text(&Options::linger_ms)},
            {"--written-by", text(&Options::written_by)},
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
    if (argc < 2) {
        give_up("needs a mode: create, delete, produce, consume, rate, roundtrip");
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

}  // namespace rdkafka_bench

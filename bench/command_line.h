#pragma once

#include <charconv>
#include <functional>
#include <map>
#include <string>
#include <system_error>
#include <type_traits>

namespace bench {

/// A program's command line: a mode, then pairs of `--name value`, each of which sets a field of
/// `Options`. What is wrong with it ends the program through `give_up`, which does not return.
template <class Options, void (*give_up)(const std::string& sentence)>
struct CommandLine {
    using Setter = std::function<void(Options&, const std::string&)>;
    using Setters = std::map<std::string, Setter>;

    template <class Number>
    static Setter number(Number Options::* field, std::type_identity_t<Number> least) {
        return [field, least](Options& options, const std::string& text) {
            Number value = 0;
            const auto [end, error] =
                std::from_chars(text.data(), text.data() + text.size(), value);
            if (error != std::errc{} || end != text.data() + text.size() || value < least) {
                give_up("'" + text + "' is not a number >= " + std::to_string(least));
            }
            options.*field = value;
        };
    }
    static Setter text(std::string Options::* field) {
        return [field](Options& options, const std::string& value) { options.*field = value; };
    }

    /// `modes`: for whoever names none.
    static Options parse(int argc, char** argv, const Setters& setters, const std::string& modes) {
        if (argc < 2) {
            give_up("needs a mode: " + modes);
        }
        Options options{.mode = argv[1]};
        for (int i = 2; i < argc; i += 2) {
            const auto found = setters.find(argv[i]);
            if (found == setters.end()) {
                give_up(std::string("unknown option ") + argv[i]);
            } else if (i + 1 == argc) {
                give_up(std::string(argv[i]) + " needs a value");
            } else {
                found->second(options, argv[i + 1]);
            }
        }
        return options;
    }
};

}  // namespace bench

#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace barnabas::cli {

enum class Argument : std::int8_t { none, required, optional };

/// What an option's argument must look like; checked while the command line is read.
enum class ArgumentKind : std::int8_t { text, int16, int32, int64 };

/// One option of a command: a row of the table that reading, help and completion share. All text
/// is constant and outlives everything.
struct Option {
    std::string_view name;  ///< without dashes
    Argument argument = Argument::none;
    ArgumentKind kind = ArgumentKind::text;
    std::string_view argument_name = {};  ///< in help: "TOPIC"
    std::string_view help = {};
    char letter = 0;  ///< "-b", where Kafka has one
    bool repeatable = false;
    bool required = false;
    /// Takes all words up to the next option, one at least: argparse4j's nargs("+").
    bool many = false;
    /// Names of options, one of which must be there too: "describe,list".
    std::string_view only_with = {};
};

/// A word behind the command's name with options of its own: "cluster-id" of `cluster cluster-id`.
struct Action {
    std::string_view name;
    std::string_view help;
    std::span<const Option> options = {};
    std::string_view positional = {};  ///< in help, what follows the options; empty: nothing may
};

/// Whose manners a command has: Kafka's tools read their command lines with one of two libraries,
/// whose rules and sentences differ; kcat with C's getopt.
enum class Style : std::int8_t {
    jopt,      ///< jopt-simple: --name value, nothing is abbreviated
    argparse,  ///< argparse4j: actions, letters, unique beginnings of names
    getopt,  ///< getopt: several letters in a word ("-qe", "-ct5"); of what repeats the last counts
};

/// What a command's line may hold.
struct Syntax {
    Style style = Style::jopt;
    std::span<const Option> options;
    std::span<const Action> actions = {};
    std::span<const std::string_view> examples = {};  ///< in help, behind "barnabas "
    std::string_view note = {};                       ///< in help, a paragraph of its own
    /// Without a word behind the command it prints its help and all is well, as some of Kafka's do.
    bool helps_when_alone = false;
    /// What stands around a sentence about a wrong line; empty: what its style has.
    std::string_view complaint = {};
    std::string_view complaint_end = {};
};

// Options that many commands share.

inline constexpr Option bootstrap_server_option{
    .name = "bootstrap-server",
    .argument = Argument::required,
    .argument_name = "HOST:PORT,...",
    .help = "Brokers to begin with; the others are learnt from them (required)."};
inline constexpr Option command_config_option{
    .name = "command-config",
    .argument = Argument::required,
    .argument_name = "FILE",
    .help = "A properties file with configurations of the admin client."};

inline constexpr Option profile_option{
    .name = "profile",
    .argument = Argument::required,
    .argument_name = "NAME",
    .help =
        "A profile of ~/.config/barnabas/config.toml that says which brokers, and how to reach "
        "them."};

/// What every command has: --json, --help, --version.
[[nodiscard]] std::span<const Option> common_options();

/// Whether a command asks brokers: then it has --profile, too.
[[nodiscard]] bool takes_profile(const Syntax& syntax);

}  // namespace barnabas::cli

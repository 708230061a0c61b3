#include "cli/framework/option_parser.h"

#include "base/invariant.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <ranges>
#include <system_error>
#include <utility>

namespace barnabas::cli {
namespace {

constexpr std::array common{
    Option{.name = "json", .help = "Print JSON instead of text."},
    Option{.name = "help", .help = "Print this help.", .letter = 'h'},
    Option{.name = "version", .help = "Print the version."},
};

/// What else than a profile says which brokers are asked.
constexpr std::array<std::string_view, 3> server_options{"bootstrap-server", "bootstrap-controller",
                                                         "broker-list"};

template <class T>
std::optional<std::int64_t> integer_of(std::string_view text) {
    return parse_integer(text, std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
}

std::optional<std::int64_t> number_of(ArgumentKind kind, std::string_view text) {
    switch (kind) {
        case ArgumentKind::int16:
            return integer_of<std::int16_t>(text);
        case ArgumentKind::int32:
            return integer_of<std::int32_t>(text);
        case ArgumentKind::int64:
            return integer_of<std::int64_t>(text);
        case ArgumentKind::text:
            break;
    }
    return std::nullopt;
}

std::string_view java_type(ArgumentKind kind) {
    switch (kind) {
        case ArgumentKind::int16:
            return "Short";
        case ArgumentKind::int32:
            return "Integer";
        case ArgumentKind::int64:
            return "Long";
        case ArgumentKind::text:
            break;
    }
    return "String";
}

bool looks_like_option(std::string_view word) {
    return word.size() > 1 && word.front() == '-';
}

/// "--id/-i", as argparse4j calls an option.
std::string flags_of(const Option& option) {
    return option.letter == 0 ? fmt::format("--{}", option.name)
                              : fmt::format("--{}/-{}", option.name, option.letter);
}

/// "--name=value" taken apart.
struct Word {
    std::string_view name;
    std::optional<std::string_view> value;
};
Word split(std::string_view text) {
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) {
        return {.name = text, .value = std::nullopt};
    }
    return {.name = text.substr(0, equals), .value = text.substr(equals + 1)};
}

}  // namespace

std::span<const Option> common_options() {
    return common;
}

bool takes_profile(const Syntax& syntax) {
    const auto asks_brokers = [](std::span<const Option> options) {
        return std::ranges::find(options, "bootstrap-server", &Option::name) != options.end();
    };
    return asks_brokers(syntax.options) ||
           std::ranges::any_of(syntax.actions,
                               [&](const Action& action) { return asks_brokers(action.options); });
}

bool ParsedOptions::has(std::string_view name) const {
    return std::ranges::any_of(given_, [&](const Given& g) { return g.option->name == name; });
}

std::optional<std::string> ParsedOptions::text(std::string_view name) const {
    std::optional<std::string> found;
    for (const auto& given : given_) {
        if (given.option->name == name && given.argument) {
            found = given.argument;
        }
    }
    return found;
}

std::vector<std::string> ParsedOptions::texts(std::string_view name) const {
    std::vector<std::string> found;
    for (const auto& given : given_) {
        if (given.option->name == name && given.argument) {
            found.push_back(*given.argument);
        }
    }
    return found;
}

std::optional<std::int64_t> ParsedOptions::number(std::string_view name) const {
    std::optional<std::int64_t> found;
    for (const auto& given : given_) {
        if (given.option->name == name && given.argument) {
            found = number_of(given.option->kind, *given.argument);
            INVARIANT(found, "--{} was read as {}", name, *given.argument);
        }
    }
    return found;
}

/// One reading of a command line.
class OptionReader {
public:
    OptionReader(const Syntax& syntax, std::span<const std::string> words,
                 const ProfileSource& profiles)
        : syntax_(syntax), words_(words), profiles_(profiles) {}

    Result<ParsedOptions> read() {
        parsed_.line_ = fmt::format("{}", fmt::join(words_, " "));
        while (at_ < words_.size()) {
            TRY(take_word());
        }
        if (!parsed_.asks()) {
            TRY(take_profile());
            TRY(check());
        }
        return std::move(parsed_);
    }

private:
    /// What the line says goes before what the profile says.
    Result<void> take_profile() {
        const auto* servers = exactly("bootstrap-server");
        if (servers == nullptr || !profiles_) {
            return {};
        }
        // kafka-e2e-latency's old form has its servers among words without options.
        const bool by_position = syntax_.style == Style::jopt && !parsed_.positional_.empty();
        const bool named =
            by_position || std::ranges::any_of(server_options, [this](std::string_view name) {
                return parsed_.has(name);
            });
        TRY_ASSIGN(auto chosen,
                   profiles_({.name = parsed_.text("profile"), .names_servers = named}));
        if (!chosen) {
            return {};
        }
        parsed_.profile_ = std::move(chosen->properties);
        if (!named && !chosen->bootstrap_servers.empty()) {
            parsed_.given_.push_back(
                {.option = servers, .argument = std::move(chosen->bootstrap_servers)});
            parsed_.has_servers_of_profile_ = true;
        }
        return {};
    }

    Result<void> take_word() {
        const std::string& word = words_[at_++];
        if (word == "--" && !only_positional_) {
            only_positional_ = true;
            return {};
        }
        if (only_positional_ || !looks_like_option(word)) {
            return take_plain(word);
        }
        return word.starts_with("--") ? take_long(word) : take_short(word);
    }

    Result<void> take_plain(const std::string& word) {
        if (!syntax_.actions.empty() && action_ == nullptr) {
            return take_action(word);
        }
        if (syntax_.style == Style::argparse &&
            (action_ == nullptr || action_->positional.empty())) {
            return fail(ErrorCode::invalid_request, "unrecognized arguments: '{}'", word);
        }
        parsed_.positional_.push_back(word);
        return {};
    }

    Result<void> take_action(const std::string& word) {
        std::vector<const Action*> matching;
        for (const auto& action : syntax_.actions) {
            if (action.name == word) {
                matching = {&action};
                break;
            }
            if (action.name.starts_with(word)) {
                matching.push_back(&action);
            }
        }
        if (matching.size() != 1) {
            std::string choice;
            for (const auto& action : syntax_.actions) {
                choice += fmt::format("{}'{}'", choice.empty() ? "" : ", ", action.name);
            }
            return fail(ErrorCode::invalid_request, "invalid choice: '{}' (choose from {})", word,
                        choice);
        }
        action_ = matching.front();
        parsed_.action_ = action_->name;
        return {};
    }

    Result<void> take_long(const std::string& word) {
        const auto [name, value] = split(std::string_view(word).substr(2));
        TRY_ASSIGN(const Option* option, find(name, word));
        return take(*option, value);
    }

    /// jopt-simple takes "-topic t" as "--topic t" and else a row of letters; argparse4j "-b t" and
    /// "-bt".
    Result<void> take_short(const std::string& word) {
        if (syntax_.style == Style::getopt) {
            return take_letters(word);
        }
        const auto [name, value] = split(std::string_view(word).substr(1));
        if (const auto* option = exactly(name); option != nullptr && syntax_.style == Style::jopt) {
            return take(*option, value);
        }
        const auto* option = of_letter(word[1]);
        if (option == nullptr) {
            if (syntax_.style == Style::argparse) {
                return fail(ErrorCode::invalid_request, "unrecognized arguments: '{}'", word);
            }
            return fail(ErrorCode::invalid_request, "{} is not a recognized option", word[1]);
        }
        const auto rest = std::string_view(word).substr(2);
        return take(*option, rest.empty() ? std::nullopt : std::optional(rest));
    }

    /// "-qe", "-c5", "-c 5": up to the first letter that takes an argument, which is what is left
    /// of the word, or the next one whatever it looks like.
    Result<void> take_letters(const std::string& word) {
        for (std::size_t i = 1; i < word.size(); ++i) {
            const auto* option = of_letter(word[i]);
            if (option == nullptr) {
                return fail(ErrorCode::invalid_request, "-{} is not a recognized option", word[i]);
            }
            if (option->argument != Argument::none) {
                const auto rest = std::string_view(word).substr(i + 1);
                return take(*option, rest.empty() ? std::nullopt : std::optional(rest));
            }
            TRY(take(*option, std::nullopt));
        }
        return {};
    }

    Result<const Option*> find(std::string_view name, std::string_view word) const {
        if (const auto* option = exactly(name)) {
            return option;
        }
        if (syntax_.style != Style::argparse) {
            return fail(ErrorCode::invalid_request, "{} is not a recognized option", name);
        }
        std::vector<const Option*> matching;
        for_each([&](const Option& option) {
            if (!name.empty() && option.name.starts_with(name)) {
                matching.push_back(&option);
            }
        });
        if (matching.size() == 1) {
            return matching.front();
        }
        if (matching.empty()) {
            return fail(ErrorCode::invalid_request, "unrecognized arguments: '{}'", word);
        }
        return fail(ErrorCode::invalid_request, "ambiguous option: --{} could match --{}, --{}",
                    name, matching[0]->name, matching[1]->name);
    }

    Result<void> take(const Option& option, std::optional<std::string_view> value) {
        if (option.argument == Argument::none) {
            parsed_.given_.push_back({.option = &option, .argument = std::nullopt});
            return {};
        }
        std::optional<std::string> argument;
        if (value && (!value->empty() || syntax_.style != Style::jopt)) {
            argument = std::string(*value);
        } else if (at_ < words_.size() && takes_next(option)) {
            argument = words_[at_++];
        } else if (option.argument == Argument::required) {
            if (syntax_.style == Style::argparse) {
                return fail(ErrorCode::invalid_request, "argument {}: expected one argument",
                            flags_of(option));
            }
            return fail(ErrorCode::invalid_request, "Option {} requires an argument", option.name);
        }
        if (argument && option.kind != ArgumentKind::text && !number_of(option.kind, *argument)) {
            return not_a_number(option, *argument);
        }
        if (syntax_.style == Style::jopt && !option.repeatable && parsed_.has(option.name)) {
            return fail(ErrorCode::invalid_request,
                        "Found multiple arguments for option {}, but you asked for only one",
                        option.name);
        }
        parsed_.given_.push_back({.option = &option, .argument = std::move(argument)});
        while (option.many && at_ < words_.size() && !looks_like_option(words_[at_])) {
            parsed_.given_.push_back({.option = &option, .argument = words_[at_++]});
        }
        return {};
    }

    /// An optional argument is no word that looks like an option, neither is one of argparse4j's,
    /// but for negative numbers.
    [[nodiscard]] bool takes_next(const Option& option) const {
        const auto& next = words_[at_];
        if (option.argument == Argument::optional) {
            return !looks_like_option(next) || number_of(option.kind, next).has_value();
        }
        return syntax_.style != Style::argparse || !looks_like_option(next) ||
               integer_of<std::int64_t>(next).has_value();
    }

    [[nodiscard]] Result<void> not_a_number(const Option& option,
                                            const std::string& argument) const {
        if (syntax_.style == Style::argparse) {
            return fail(ErrorCode::invalid_request, "argument {}: could not convert '{}' to {}",
                        flags_of(option), argument, java_type(option.kind));
        }
        return fail(ErrorCode::invalid_request, "Cannot parse argument '{}' of option {}", argument,
                    option.name);
    }

    [[nodiscard]] Result<void> check() const {
        if (!syntax_.actions.empty() && action_ == nullptr) {
            return fail(ErrorCode::invalid_request, "too few arguments");
        }
        std::string unavailable;
        Result<void> missing;
        for_each([&](const Option& option) {
            if (option.required && !parsed_.has(option.name) && missing) {
                missing =
                    fail(ErrorCode::invalid_request, "argument {} is required", flags_of(option));
            }
            if (!option.only_with.empty() && parsed_.has(option.name) &&
                std::ranges::none_of(split_commas(option.only_with),
                                     [&](const auto& other) { return parsed_.has(other); })) {
                unavailable += fmt::format("{}{}", unavailable.empty() ? "" : ", ", option.name);
            }
        });
        TRY(missing);
        if (!unavailable.empty()) {
            return fail(ErrorCode::invalid_request,
                        "Option(s) [{}] are unavailable given other options on the command line",
                        unavailable);
        }
        return {};
    }

    template <class Do>
    void for_each(Do act) const {
        std::ranges::for_each(syntax_.options, act);
        if (action_ != nullptr) {
            std::ranges::for_each(action_->options, act);
        }
        std::ranges::for_each(common_options(), act);
        if (takes_profile(syntax_)) {
            act(profile_option);
        }
    }
    [[nodiscard]] const Option* exactly(std::string_view name) const {
        const Option* found = nullptr;
        for_each([&](const Option& option) {
            if (option.name == name && found == nullptr) {
                found = &option;
            }
        });
        return found;
    }
    [[nodiscard]] const Option* of_letter(char letter) const {
        const Option* found = nullptr;
        for_each([&](const Option& option) {
            if (option.letter == letter && found == nullptr) {
                found = &option;
            }
        });
        return found;
    }

    const Syntax& syntax_;
    std::span<const std::string> words_;
    const ProfileSource& profiles_;
    std::size_t at_ = 0;
    bool only_positional_ = false;
    const Action* action_ = nullptr;
    ParsedOptions parsed_;
};

Result<ParsedOptions> parse_options(const Syntax& syntax, std::span<const std::string> words,
                                    const ProfileSource& profiles) {
    return OptionReader(syntax, words, profiles).read();
}

Result<void> require_options(const ParsedOptions& options,
                             std::initializer_list<std::string_view> names) {
    for (const auto name : names) {
        if (!options.has(name)) {
            return fail(ErrorCode::invalid_request, "Missing required argument \"[{}]\"", name);
        }
    }
    return {};
}

Result<void> refuse_together(const ParsedOptions& options, std::string_view used,
                             std::initializer_list<std::string_view> others) {
    if (!options.has(used)) {
        return {};
    }
    for (const auto other : others) {
        if (options.has(other)) {
            return fail(ErrorCode::invalid_request,
                        "Option \"[{}]\" can't be used with option \"[{}]\"", used, other);
        }
    }
    return {};
}

std::vector<std::string> split_commas(std::string_view list) {
    std::vector<std::string> parts;
    for (const auto part : std::views::split(list, ',')) {
        if (!part.empty()) {
            parts.emplace_back(part.begin(), part.end());
        }
    }
    return parts;
}

std::optional<std::int64_t> parse_integer(std::string_view text, std::int64_t min,
                                          std::int64_t max) {
    if (text.starts_with('+') && !text.starts_with("+-")) {
        text.remove_prefix(1);  // as Java's parsers do
    }
    std::int64_t number = 0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    if (read.ec != std::errc() || read.ptr != end || number < min || number > max) {
        return std::nullopt;
    }
    return number;
}

std::optional<std::int32_t> parse_int32(std::string_view text) {
    const auto number = integer_of<std::int32_t>(text);
    return number ? std::optional(static_cast<std::int32_t>(*number)) : std::nullopt;
}

}  // namespace barnabas::cli

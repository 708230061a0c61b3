#pragma once

#include "base/result.h"
#include "cli/framework/option.h"
#include "cli/profiles/profile_choice.h"
#include <barnabas/client_config.h>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::cli {

/// A command line that was read: what is in it, checked against the syntax.
class ParsedOptions {
public:
    struct Given {
        const Option* option;
        std::optional<std::string> argument;
    };

    [[nodiscard]] bool has(std::string_view name) const;
    /// The argument; of several the last.
    [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
    [[nodiscard]] std::vector<std::string> texts(std::string_view name) const;
    /// INVARIANT: the option's kind is a number.
    [[nodiscard]] std::optional<std::int64_t> number(std::string_view name) const;
    /// In the order of the command line.
    [[nodiscard]] std::span<const Given> in_order() const { return given_; }
    /// Empty where there is none.
    [[nodiscard]] std::string_view action() const { return action_; }
    [[nodiscard]] const std::vector<std::string>& positional() const { return positional_; }
    [[nodiscard]] bool json() const { return has("json"); }
    /// What was read, a blank between the words.
    [[nodiscard]] const std::string& line() const { return line_; }
    /// What the profile that counts says of the client; its servers are the argument of
    /// --bootstrap-server where the line has none.
    [[nodiscard]] const ClientConfig& profile() const { return profile_; }
    /// --bootstrap-server is the profile's, not the line's.
    [[nodiscard]] bool has_servers_of_profile() const { return has_servers_of_profile_; }
    /// --help or --version is there: nothing else was checked.
    [[nodiscard]] bool asks() const { return has("help") || has("version"); }

private:
    friend class OptionReader;

    std::vector<Given> given_;
    std::string action_;
    std::vector<std::string> positional_;
    std::string line_;
    ClientConfig profile_;
    bool has_servers_of_profile_ = false;
};

/// Reads what follows the command's name. Errors (invalid_request) have the sentence that Kafka's
/// tool says. `profiles` is asked once the words are read, for commands that ask brokers.
[[nodiscard]] Result<ParsedOptions> parse_options(const Syntax& syntax,
                                                  std::span<const std::string> words,
                                                  const ProfileSource& profiles = nullptr);

/// Checks that Kafka's tools share, with their sentences; the names are the options'.
[[nodiscard]] Result<void> require_options(const ParsedOptions& options,
                                           std::initializer_list<std::string_view> names);
[[nodiscard]] Result<void> refuse_together(const ParsedOptions& options, std::string_view used,
                                           std::initializer_list<std::string_view> others);

/// "a,b" without empty parts.
[[nodiscard]] std::vector<std::string> split_commas(std::string_view list);
/// Of all of `text`, in decimal; nothing where it is none or out of range.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text, std::int64_t min,
                                                        std::int64_t max);
/// A broker, partition, ...: a number of 32 bits.
[[nodiscard]] std::optional<std::int32_t> parse_int32(std::string_view text);

}  // namespace barnabas::cli

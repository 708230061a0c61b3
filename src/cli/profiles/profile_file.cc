#include "cli/profiles/profile_file.h"

#include "cli/framework/help.h"

// Header only and without exceptions: this file is the one place that knows the library.
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <algorithm>
#include <array>
#include <span>
#include <toml++/toml.h>
#include <utility>

namespace barnabas::cli {
namespace {

constexpr std::array<std::string_view, 2> file_keys{"default_profile", "profiles"};
constexpr std::array<std::string_view, 7> profile_keys{
    "bootstrap_servers",    "username",   "password_file", "password_command",
    "password_environment", "properties", "secrets",
};
constexpr std::array<std::string_view, 3> secret_keys{"file", "command", "environment"};

using NamedKinds = std::pair<std::string_view, SecretSource::Kind>;
constexpr std::array<NamedKinds, 3> secret_kinds{{
    {"file", SecretSource::Kind::file},
    {"command", SecretSource::Kind::command},
    {"environment", SecretSource::Kind::environment},
}};

std::string_view nearest(std::string_view name, std::span<const std::string_view> known) {
    return *std::ranges::min_element(
        known, {}, [&](std::string_view one) { return edit_distance(one, name); });
}

/// Reads the tables of one file; every error names its line.
class ProfileReader {
public:
    explicit ProfileReader(std::string_view path) : path_(path) {}

    Result<ProfileFile> read(const toml::table& root) const {
        TRY(check_keys(root, "the file", file_keys));
        ProfileFile file;
        if (const auto* name = root.get("default_profile")) {
            TRY_ASSIGN(file.default_profile, text(*name, "default_profile"));
        }
        if (const auto* profiles = root.get("profiles")) {
            TRY_ASSIGN(const auto* all, table(*profiles, "profiles"));
            for (const auto& [name, node] : *all) {
                TRY_ASSIGN(const auto* keys, table(node, name.str()));
                TRY_ASSIGN(auto profile, read_profile(*keys, name.str()));
                file.profiles.emplace(name.str(), std::move(profile));
            }
        }
        if (file.default_profile && !file.profiles.contains(*file.default_profile)) {
            return wrong(*root.get("default_profile"),
                         "default_profile names '{}', which is not there", *file.default_profile);
        }
        return file;
    }

private:
    template <class... Args>
    std::unexpected<Error> wrong(const toml::node& at, fmt::format_string<Args...> sentence,
                                 Args&&... args) const {
        return fail(ErrorCode::invalid_config, "{}:{}: {}", path_, at.source().begin.line,
                    fmt::format(sentence, std::forward<Args>(args)...));
    }

    Result<void> check_keys(const toml::table& keys, std::string_view whose,
                            std::span<const std::string_view> known) const {
        for (const auto& [key, node] : keys) {
            if (std::ranges::find(known, key.str()) == known.end()) {
                return wrong(node, "{} has no key '{}'; the nearest is '{}'", whose, key.str(),
                             nearest(key.str(), known));
            }
        }
        return {};
    }

    Result<std::string> text(const toml::node& node, std::string_view key) const {
        const auto* string = node.as_string();
        if (string == nullptr || string->get().empty()) {
            return wrong(node, "'{}' must be a text that is not empty", key);
        }
        return string->get();
    }

    Result<const toml::table*> table(const toml::node& node, std::string_view key) const {
        if (node.as_table() == nullptr) {
            return wrong(node, "'{}' must be a table: [profiles.NAME]", key);
        }
        return node.as_table();
    }

    /// One text, or a row of them.
    Result<std::vector<std::string>> texts(const toml::node& node, std::string_view key) const {
        std::vector<std::string> all;
        if (const auto* row = node.as_array()) {
            for (const auto& item : *row) {
                TRY_ASSIGN(auto one, text(item, key));
                all.push_back(std::move(one));
            }
        } else {
            TRY_ASSIGN(auto one, text(node, key));
            all.push_back(std::move(one));
        }
        if (all.empty()) {
            return wrong(node, "'{}' must not be empty", key);
        }
        return all;
    }

    Result<Profile> read_profile(const toml::table& keys, std::string_view name) const {
        TRY(check_keys(keys, fmt::format("profile '{}'", name), profile_keys));
        Profile profile;
        if (const auto* servers = keys.get("bootstrap_servers")) {
            TRY_ASSIGN(const auto all, texts(*servers, "bootstrap_servers"));
            profile.bootstrap_servers = fmt::format("{}", fmt::join(all, ","));
        }
        if (const auto* properties = keys.get("properties")) {
            TRY_ASSIGN(const auto* all, table(*properties, "properties"));
            TRY(read_properties(*all, "", profile.properties));
        }
        TRY(read_login(keys, name, profile));
        if (const auto* secrets = keys.get("secrets")) {
            TRY_ASSIGN(const auto* all, table(*secrets, "secrets"));
            TRY(read_secrets(*all, "", profile.secrets));
        }
        return profile;
    }

    /// TOML takes a.b = 1 apart where the dot is in no quotes: here it is a name either way.
    Result<void> read_properties(const toml::table& properties, const std::string& before,
                                 ClientConfig& into) const {
        for (const auto& [key, node] : properties) {
            const auto name = before + std::string(key.str());
            if (const auto* below = node.as_table()) {
                TRY(read_properties(*below, name + '.', into));
            } else if (const auto* string = node.as_string()) {
                into.insert_or_assign(name, string->get());
            } else if (const auto* number = node.as_integer()) {
                into.insert_or_assign(name, std::to_string(number->get()));
            } else if (const auto* fraction = node.as_floating_point()) {
                into.insert_or_assign(name, fmt::format("{}", fraction->get()));
            } else if (const auto* boolean = node.as_boolean()) {
                into.insert_or_assign(name, boolean->get() ? "true" : "false");
            } else {
                return wrong(node, "property '{}' must be a text, a number, true or false", name);
            }
        }
        return {};
    }

    Result<void> read_login(const toml::table& keys, std::string_view name,
                            Profile& profile) const {
        for (const auto& [kind_name, kind] : secret_kinds) {
            const auto key = fmt::format("password_{}", kind_name);
            const auto* node = keys.get(key);
            if (node == nullptr) {
                continue;
            }
            if (profile.password) {
                return wrong(*node, "profile '{}' has its password in two ways", name);
            }
            TRY_ASSIGN(profile.password, secret(*node, key, kind));
        }
        if (const auto* user = keys.get("username")) {
            TRY_ASSIGN(profile.username, text(*user, "username"));
        }
        if (profile.username.has_value() != profile.password.has_value()) {
            return wrong(keys,
                         "profile '{}' must have both or neither of 'username' and one of "
                         "'password_file', 'password_command', 'password_environment'",
                         name);
        }
        return {};
    }

    Result<SecretSource> secret(const toml::node& node, std::string_view key,
                                SecretSource::Kind kind) const {
        TRY_ASSIGN(auto words, texts(node, key));
        if (kind != SecretSource::Kind::command && words.size() != 1) {
            return wrong(node, "'{}' must be one text", key);
        }
        return SecretSource{.kind = kind, .words = std::move(words)};
    }

    /// Nothing but tables: the first part of a name with dots.
    static bool holds_tables(const toml::table& keys) {
        for (const auto& [key, node] : keys) {
            if (!node.is_table()) {
                return false;
            }
        }
        return !keys.empty();
    }

    Result<void> read_secrets(const toml::table& secrets, const std::string& before,
                              std::map<std::string, SecretSource>& into) const {
        for (const auto& [key, node] : secrets) {
            const auto name = before + std::string(key.str());
            TRY_ASSIGN(const auto* keys, table(node, name));
            if (holds_tables(*keys)) {
                TRY(read_secrets(*keys, name + '.', into));
                continue;
            }
            TRY(check_keys(*keys, fmt::format("secret '{}'", name), secret_keys));
            if (keys->size() != 1) {
                return wrong(node, "secret '{}' must have one of 'file', 'command', 'environment'",
                             name);
            }
            const auto& [kind_name, source] = *keys->begin();
            const auto* const kind = std::ranges::find(secret_kinds, kind_name.str(),
                                                       [](const auto& one) { return one.first; });
            TRY_ASSIGN(auto read, secret(source, kind->first, kind->second));
            into.insert_or_assign(name, std::move(read));
        }
        return {};
    }

    std::string_view path_;
};

}  // namespace

bool is_secret_property(std::string_view name) {
    return name.ends_with("password") || name.ends_with("passphrase") || name.ends_with("secret") ||
           name == "sasl.jaas.config" || name == "ssl.keystore.key";
}

bool Profile::holds_secrets() const {
    return std::ranges::any_of(properties,
                               [](const auto& one) { return is_secret_property(one.first); });
}

Result<ProfileFile> parse_profiles(std::string_view text, std::string_view path) {
    const auto parsed = toml::parse(text, path);
    if (!parsed) {
        const auto& error = parsed.error();
        return fail(ErrorCode::invalid_config, "{}:{}: {}", path, error.source().begin.line,
                    error.description());
    }
    return ProfileReader(path).read(parsed.table());
}

Result<Profile> find_profile(const ProfileFile& file, std::string_view name,
                             std::string_view path) {
    if (const auto found = file.profiles.find(name); found != file.profiles.end()) {
        return found->second;
    }
    if (file.profiles.empty()) {
        return fail(ErrorCode::invalid_config, "there is no profile '{}': {} has no [profiles.{}]",
                    name, path, name);
    }
    const auto near = std::ranges::min_element(
        file.profiles, {}, [&](const auto& one) { return edit_distance(one.first, name); });
    return fail(ErrorCode::invalid_config, "{} has no profile '{}'; the nearest is '{}'", path,
                name, near->first);
}

}  // namespace barnabas::cli

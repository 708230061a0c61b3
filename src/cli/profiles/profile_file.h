#pragma once

#include "base/result.h"
#include <barnabas/client_config.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::cli {

/// Where a secret comes from, so that it stands neither on a command line nor in the file.
struct SecretSource {
    enum class Kind : std::int8_t { file, command, environment };
    Kind kind = Kind::file;
    std::vector<std::string> words{};  ///< the path; the program and its arguments; the variable

    friend bool operator==(const SecretSource&, const SecretSource&) = default;
};

/// A cluster, and how one reaches it.
struct Profile {
    std::string bootstrap_servers{};
    ClientConfig properties{};
    std::optional<std::string> username{};
    std::optional<SecretSource> password{};
    std::map<std::string, SecretSource> secrets{};  ///< by the property that each is

    /// A property that is a secret stands in the file as it is.
    [[nodiscard]] bool holds_secrets() const;

    friend bool operator==(const Profile&, const Profile&) = default;
};

/// ~/.config/barnabas/config.toml, read:
///
///     default_profile = "local"
///     [profiles.local]
///     bootstrap_servers = "localhost:9092"
///     [profiles.production]
///     bootstrap_servers = ["kafka-1:9092", "kafka-2:9092"]
///     username = "billing"
///     password_command = ["pass", "show", "kafka"]     # or password_file, password_environment
///     [profiles.production.properties]
///     "sasl.mechanism" = "SCRAM-SHA-512"
///     [profiles.production.secrets]
///     "ssl.key.password" = { file = "key.password" }   # or command, environment
struct ProfileFile {
    std::optional<std::string> default_profile{};
    std::map<std::string, Profile, std::less<>> profiles{};

    friend bool operator==(const ProfileFile&, const ProfileFile&) = default;
};

/// invalid_config: what is wrong, behind "path:line: "; a key that is not known with the nearest
/// one.
[[nodiscard]] Result<ProfileFile> parse_profiles(std::string_view text, std::string_view path);

/// invalid_config with the nearest name where there is no such profile.
[[nodiscard]] Result<Profile> find_profile(const ProfileFile& file, std::string_view name,
                                           std::string_view path);

/// Whether a client's property of that name is nobody's business.
[[nodiscard]] bool is_secret_property(std::string_view name);

}  // namespace barnabas::cli

#pragma once

#include "base/result.h"
#include "cli/profiles/profile_file.h"
#include <barnabas/client_config.h>

#include <optional>
#include <string>
#include <vector>

namespace barnabas::cli {

/// What a profile's secrets are read from; blocks. Errors are sentences that hold no secret.
class SecretReader {
public:
    virtual ~SecretReader() = default;

    virtual Result<std::string> file(const std::string& path) = 0;
    /// What a program prints; it must end well within a time.
    virtual Result<std::string> output_of(const std::vector<std::string>& words) = 0;
    virtual std::optional<std::string> environment(const std::string& name) = 0;
};

/// A secret without the line end that editors and programs put behind it. An empty one is an error:
/// invalid_config.
[[nodiscard]] Result<std::string> read_secret(const SecretSource& source, SecretReader& reader);

/// The profile's properties with its secrets among them, and with a login in JAAS's form
/// (sasl.jaas.config) made of its user and password. invalid_config names the secret that is not to
/// be had, or the mechanism that has no such login.
[[nodiscard]] Result<ClientConfig> profile_properties(const Profile& profile, SecretReader& reader);

/// `text` in JAAS's quotes.
[[nodiscard]] std::string jaas_quoted(const std::string& text);

}  // namespace barnabas::cli

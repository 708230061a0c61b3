#pragma once

#include "base/result.h"
#include <barnabas/client_config.h>

#include <functional>
#include <optional>
#include <string>

namespace barnabas::cli {

/// What a command line says of profiles.
struct ProfileWish {
    std::optional<std::string> name{};  ///< --profile
    bool names_servers = false;         ///< --bootstrap-server, or what else says who is asked
};

/// A profile that counts for a command, its secrets read.
struct ChosenProfile {
    std::string name{};
    std::string bootstrap_servers{};  ///< empty: it has none
    ClientConfig properties{};
};

/// Where profiles come from. Nothing: none counts.
using ProfileSource = std::function<Result<std::optional<ChosenProfile>>(const ProfileWish&)>;

/// Which profile counts: --profile, else the environment's, else the file's default; but of the
/// latter two none where the line names servers itself, for those may be somebody else's, whom the
/// profile's secrets do not concern.
[[nodiscard]] std::optional<std::string> wished_profile(
    const ProfileWish& wish, const std::optional<std::string>& environment,
    const std::optional<std::string>& file_default);

}  // namespace barnabas::cli

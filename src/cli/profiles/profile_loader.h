#pragma once

#include "cli/framework/console.h"
#include "cli/profiles/profile_choice.h"

namespace barnabas::cli {

/// The profiles of whoever runs the process: $XDG_CONFIG_HOME/barnabas/config.toml, else
/// ~/.config/barnabas/config.toml; $BARNABAS_PROFILE. A file that is not there has none. The
/// console hears of files with secrets that others may read; it outlives the source.
[[nodiscard]] ProfileSource profiles_of_user(Console& console);

}  // namespace barnabas::cli

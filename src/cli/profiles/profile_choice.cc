#include "cli/profiles/profile_choice.h"

namespace barnabas::cli {

std::optional<std::string> wished_profile(const ProfileWish& wish,
                                          const std::optional<std::string>& environment,
                                          const std::optional<std::string>& file_default) {
    if (wish.name) {
        return wish.name;
    }
    if (wish.names_servers) {
        return std::nullopt;
    }
    return environment && !environment->empty() ? environment : file_default;
}

}  // namespace barnabas::cli

#include "cli/profiles/profile_loader.h"

#include "cli/common/admin_session.h"
#include "cli/profiles/program_output.h"
#include "cli/profiles/secrets.h"

#include <cstdlib>
#include <filesystem>
#include <utility>

namespace barnabas::cli {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> environment_of(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

/// Empty: there is no home to look in.
fs::path profile_path() {
    const auto xdg = environment_of("XDG_CONFIG_HOME");
    if (xdg && fs::path(*xdg).is_absolute()) {  // the specification says: else ignore it
        return fs::path(*xdg) / "barnabas" / "config.toml";
    }
    const auto home = environment_of("HOME");
    return home && !home->empty() ? fs::path(*home) / ".config" / "barnabas" / "config.toml"
                                  : fs::path();
}

void warn_if_others_read(const fs::path& path, Console& console) {
    std::error_code error;
    const auto status = fs::status(path, error);
    constexpr auto others = fs::perms::group_all | fs::perms::others_all;
    if (!error && fs::is_regular_file(status) &&
        (status.permissions() & others) != fs::perms::none) {
        console.error_line(
            fmt::format("warning: others may read {}, which holds a secret: chmod 600 {}",
                        path.string(), path.string()));
    }
}

/// Files are found beside the configuration; "~/" is the home.
class UserSecrets final : public SecretReader {
public:
    UserSecrets(fs::path folder, Console& console)
        : folder_(std::move(folder)), console_(console) {}

    Result<std::string> file(const std::string& path) override {
        const auto home = environment_of("HOME");
        const auto full =
            path.starts_with("~/") && home ? fs::path(*home) / path.substr(2) : folder_ / path;
        warn_if_others_read(full, console_);
        return read_file(full.string());
    }
    Result<std::string> output_of(const std::vector<std::string>& words) override {
        return program_output(words, program_time);
    }
    std::optional<std::string> environment(const std::string& name) override {
        return environment_of(name.c_str());
    }

private:
    /// Time enough to type a passphrase.
    static constexpr Duration program_time = 60s;

    fs::path folder_;
    Console& console_;
};

Result<std::optional<ChosenProfile>> load_profile(const ProfileWish& wish, Console& console) {
    const auto environment = environment_of("BARNABAS_PROFILE");
    if (wish.names_servers && !wish.name) {
        return std::nullopt;
    }
    const auto path = profile_path();
    ProfileFile file;
    std::error_code error;
    if (!path.empty() && fs::exists(path, error)) {
        TRY_ASSIGN(const auto text, read_file(path.string()));
        TRY_ASSIGN(file, parse_profiles(text, path.string()));
    }
    const auto name = wished_profile(wish, environment, file.default_profile);
    if (!name) {
        return std::nullopt;
    }
    TRY_ASSIGN(const auto profile, find_profile(file, *name, path.string()));
    if (profile.holds_secrets()) {
        warn_if_others_read(path, console);
    }
    UserSecrets secrets(path.parent_path(), console);
    auto properties = profile_properties(profile, secrets);
    if (!properties) {
        return fail(ErrorCode::invalid_config, "{}: profile '{}': {}", path.string(), *name,
                    properties.error().message);
    }
    return ChosenProfile{.name = *name,
                         .bootstrap_servers = profile.bootstrap_servers,
                         .properties = std::move(*properties)};
}

}  // namespace

ProfileSource profiles_of_user(Console& console) {
    return [&console](const ProfileWish& wish) { return load_profile(wish, console); };
}

}  // namespace barnabas::cli

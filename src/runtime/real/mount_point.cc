#include "runtime/mount_point.h"

#include <sys/stat.h>
#include <system_error>

namespace barnabas::runtime {
namespace {

std::optional<dev_t> device_of(const Path& path) {
    struct stat found{};
    return ::stat(path.c_str(), &found) == 0 ? std::optional(found.st_dev) : std::nullopt;
}

}  // namespace

/// The last directory on the way up that is on the same device.
std::optional<Path> mount_point(const Path& path) {
    std::error_code error;
    Path at = std::filesystem::canonical(path, error);
    const auto device = error ? std::nullopt : device_of(at);
    if (!device) {
        return std::nullopt;
    }
    while (at.has_relative_path() && device_of(at.parent_path()) == device) {
        at = at.parent_path();
    }
    return at;
}

}  // namespace barnabas::runtime

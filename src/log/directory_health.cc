#include "log/directory_health.h"

#include "base/invariant.h"
#include "log/directory_files.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace barnabas::log {
namespace {

bool is_below(const runtime::Path& path, const runtime::Path& directory) {
    return std::ranges::mismatch(directory, path).in1 == directory.end();
}

/// The innermost of the directories that the path is in, or is.
std::optional<std::size_t> directory_of(const std::vector<runtime::Path>& directories,
                                        const runtime::Path& path) {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < directories.size(); ++i) {
        const bool inner = !found || is_below(directories[i], directories[*found]);
        if (inner && is_below(path, directories[i])) {
            found = i;
        }
    }
    return found;
}

}  // namespace

std::string DirectoryHealth::why() const {
    const std::lock_guard lock(mutex_);
    return why_;
}

bool DirectoryHealth::fail(std::string why) {
    const std::lock_guard lock(mutex_);
    if (failed()) {
        return false;
    }
    why_ = std::move(why);
    failed_.store(true, std::memory_order_release);
    return true;
}

DirectoryWatch::DirectoryWatch(const runtime::Disk& disk, std::vector<runtime::Path> directories)
    : disk_(disk), directories_(std::move(directories)) {
    for (std::size_t i = 0; i < directories_.size(); ++i) {
        health_.push_back(std::make_shared<DirectoryHealth>());
    }
}

void DirectoryWatch::on_failure(const runtime::DiskFailure& failure) {
    const auto directory = directory_of(directories_, failure.path);
    if (!directory) {
        return;
    }
    switch (failure.trouble) {
        case runtime::DiskTrouble::broken:
            fail(*directory, failure.sentence);
            return;
        case runtime::DiskTrouble::path:
            look_for(*directory);
            return;
        case runtime::DiskTrouble::space:
        case runtime::DiskTrouble::other:
            return;
    }
    INVARIANT(false, "disk trouble {}", static_cast<int>(failure.trouble));
}

bool DirectoryWatch::look_for(std::size_t directory) {
    const auto lock = directories_[directory] / lock_file;
    const bool there = disk_.exists(lock);
    if (!there) {
        fail(directory, fmt::format("{} is gone, or what it was in", lock.string()));
    }
    return there;
}

std::shared_ptr<DirectoryHealth> DirectoryWatch::health(std::size_t directory) const {
    const std::lock_guard lock(mutex_);
    return health_[directory];
}

std::shared_ptr<DirectoryHealth> DirectoryWatch::renew(std::size_t directory) {
    const std::lock_guard lock(mutex_);
    return health_[directory] = std::make_shared<DirectoryHealth>();
}

void DirectoryWatch::on_first_failure(std::function<void()> wake) {
    const std::lock_guard lock(mutex_);
    wake_ = std::move(wake);
}

void DirectoryWatch::fail(std::size_t directory, std::string why) {
    if (!health(directory)->fail(std::move(why))) {
        return;
    }
    std::function<void()> wake;
    {
        const std::lock_guard lock(mutex_);
        wake = wake_;
    }
    if (wake) {
        wake();
    }
}

}  // namespace barnabas::log

#include "cli/perf/pause.h"

namespace barnabas::cli {

bool Pause::wait(Duration at_most) {
    std::unique_lock lock(mutex_);
    const auto ended = [this] { return stopped_; };
    if (at_most == Duration::max()) {
        changed_.wait(lock, ended);
    } else if (at_most > Duration::zero()) {
        changed_.wait_for(lock, at_most, ended);
    }
    return !stopped_;
}

void Pause::stop() {
    const std::scoped_lock lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
}

bool Pause::stopped() const {
    const std::scoped_lock lock(mutex_);
    return stopped_;
}

}  // namespace barnabas::cli

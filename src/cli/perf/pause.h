#pragma once

#include "base/time.h"

#include <condition_variable>
#include <mutex>

namespace barnabas::cli {

/// Where one thread waits and another one may end its waiting, for good. Safe on every thread.
class Pause {
public:
    /// Waits; false where stop() was called, before or meanwhile. Duration::max(): until then.
    bool wait(Duration at_most);
    void stop();
    [[nodiscard]] bool stopped() const;

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool stopped_ = false;
};

}  // namespace barnabas::cli

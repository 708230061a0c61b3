#pragma once

#include "base/time.h"
#include "cli/framework/console.h"

#include <cstdint>
#include <string>

namespace barnabas::cli {

/// "[#####     ]  50% of 1,000": how much of `total` is done, in one line that fits 80 columns.
[[nodiscard]] std::string progress_text(std::int64_t done, std::int64_t total);

/// Shows on a terminal how far long work is, in one line that is drawn over itself; elsewhere it
/// prints nothing. Whoever prints a line meanwhile calls clear() before. One thread at a time.
class ProgressBar {
public:
    ProgressBar(Console& console, std::int64_t total);
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;
    ~ProgressBar() { clear(); }

    /// Draws at most ten times a second.
    void show(std::int64_t done, Time now);
    void clear();

private:
    Console& console_;
    std::int64_t total_;
    Time next_{};
    bool drawn_ = false;
};

}  // namespace barnabas::cli

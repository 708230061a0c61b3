#pragma once

#include <cstddef>

namespace barnabas::broker {

/// How much of groups a scrape shows one by one; what is more is counted.
struct GroupReportLimits {
    std::size_t groups = 1'000;    // the first by id
    std::size_t offsets = 20'000;  // of them
};

/// What is left of the limits. A group is shown whole or not at all; one that is too large hides
/// none of those behind it.
class ReportRoom {
public:
    explicit ReportRoom(GroupReportLimits limits) : left_(limits) {}

    /// Whether a group with so many offsets is shown.
    bool take(std::size_t offsets) {
        if (left_.groups == 0 || offsets > left_.offsets) {
            return false;
        }
        --left_.groups;
        left_.offsets -= offsets;
        return true;
    }

private:
    GroupReportLimits left_;
};

}  // namespace barnabas::broker

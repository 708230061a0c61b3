#pragma once

#include "cli/doctor/finding.h"
#include "cli/doctor/probes.h"

#include <functional>
#include <string>
#include <string_view>

namespace barnabas::cli {

struct ExaminationOptions {
    /// --bootstrap-server: addresses with commas between them.
    std::string servers{};
    /// A record may be written to find out about clocks.
    bool writes = false;
};

/// Asks what can be asked, in the order in which one answer makes the next question possible, and
/// hands each finding over as soon as it is there. Without a way to any broker it ends there.
void examine(const ExaminationOptions& options, Probes& probes,
             const std::function<void(Finding)>& found);

}  // namespace barnabas::cli

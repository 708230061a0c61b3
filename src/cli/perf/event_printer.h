#pragma once

#include "cli/framework/console.h"

#include <mutex>
#include <string_view>

namespace barnabas::cli {

/// Prints whole lines from several threads, each at once: who reads them through a pipe sees what
/// has happened.
class EventPrinter {
public:
    explicit EventPrinter(Console& console) : console_(console) {}

    void line(std::string_view text);
    void error_line(std::string_view text);
    /// A line could not be written: whoever was to read them is gone.
    [[nodiscard]] bool failed() const;

private:
    Console& console_;
    mutable std::mutex mutex_;
    bool failed_ = false;
};

}  // namespace barnabas::cli

#include "cli/perf/event_printer.h"

namespace barnabas::cli {

void EventPrinter::line(std::string_view text) {
    const std::scoped_lock lock(mutex_);
    console_.line(text);
    failed_ = !console_.flush() || failed_;
}

void EventPrinter::error_line(std::string_view text) {
    const std::scoped_lock lock(mutex_);
    console_.error_line(text);
}

bool EventPrinter::failed() const {
    const std::scoped_lock lock(mutex_);
    return failed_;
}

}  // namespace barnabas::cli

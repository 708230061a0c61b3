#include "cli/common/progress_bar.h"

#include <algorithm>

namespace barnabas::cli {
namespace {

constexpr int progress_width = 40;
constexpr Duration progress_interval = std::chrono::milliseconds(100);

/// 1234567 as "1,234,567".
std::string with_commas(std::int64_t number) {
    auto text = std::to_string(number);
    for (auto at = std::ssize(text) - 3; at > 0; at -= 3) {
        text.insert(static_cast<std::size_t>(at), ",");
    }
    return text;
}

}  // namespace

std::string progress_text(std::int64_t done, std::int64_t total) {
    const double share =
        total > 0 ? std::clamp(static_cast<double>(done) / static_cast<double>(total), 0.0, 1.0)
                  : 1.0;
    const auto marks = static_cast<int>(share * progress_width);
    return fmt::format("[{:#<{}}{:{}}] {:3}% of {}", "", marks, "", progress_width - marks,
                       static_cast<int>(share * 100), with_commas(total));
}

ProgressBar::ProgressBar(Console& console, std::int64_t total) : console_(console), total_(total) {}

void ProgressBar::show(std::int64_t done, Time now) {
    if (!console_.errors_are_on_terminal() || now < next_) {
        return;
    }
    next_ = now + progress_interval;
    console_.write_error("\r" + progress_text(done, total_));
    drawn_ = true;
}

void ProgressBar::clear() {
    if (drawn_) {
        console_.write_error("\r\033[K");
        drawn_ = false;
    }
}

}  // namespace barnabas::cli

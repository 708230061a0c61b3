#pragma once

#include <fmt/ranges.h>

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>
#include <utility>

namespace barnabas::log::testing {

/// What happened, for who looks into a failure: the last of it is shown. With BARNABAS_STORY all of
/// it is, at once, for a program that ends in the middle.
class Story {
public:
    void tell(std::string what) {
        if (std::getenv("BARNABAS_STORY") != nullptr) {
            fmt::print(stderr, "{}\n", what);
        }
        lines_.push_back(std::move(what));
        if (lines_.size() > lines_max) {
            lines_.pop_front();
        }
    }
    [[nodiscard]] std::string text() const { return fmt::format("{}", fmt::join(lines_, "\n")); }

private:
    static constexpr std::size_t lines_max = 40;

    std::deque<std::string> lines_;
};

}  // namespace barnabas::log::testing

#pragma once

#include "base/time.h"
#include "cli/framework/console.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace barnabas::cli {

/// "[#####     ]  50% of 1,000": how much of `total` is done, in one line that fits 80 columns.
[[nodiscard]] std::string progress_text(std::int64_t done, std::int64_t total);

/// Shows how far long work is, in one line of the error output that is drawn over itself; where
/// that is no terminal it shows nothing. Whoever prints a line meanwhile calls clear() before, or
/// prints through a ConsoleUnderBar. One thread at a time.
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

/// The same console for those who know of no bar: what they print takes the place of it.
class ConsoleUnderBar final : public Console {
public:
    ConsoleUnderBar(Console& console, ProgressBar& bar) : console_(console), bar_(bar) {}

    void write(std::string_view text) override {
        bar_.clear();
        console_.write(text);
    }
    void write_error(std::string_view text) override {
        bar_.clear();
        console_.write_error(text);
    }
    [[nodiscard]] bool flush() override { return console_.flush(); }
    std::optional<std::string> read_line() override { return console_.read_line(); }
    [[nodiscard]] bool is_terminal() const override { return console_.is_terminal(); }
    [[nodiscard]] bool errors_are_on_terminal() const override {
        return console_.errors_are_on_terminal();
    }

private:
    Console& console_;
    ProgressBar& bar_;
};

}  // namespace barnabas::cli

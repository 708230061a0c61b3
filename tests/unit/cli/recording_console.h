#pragma once

#include "cli/framework/console.h"

#include <deque>
#include <string>

namespace barnabas::cli {

/// Keeps what a command prints; its input are the lines given.
class RecordingConsole final : public Console {
public:
    void write(std::string_view text) override { output += text; }
    void write_error(std::string_view text) override { errors += text; }
    std::optional<std::string> read_line() override {
        if (input.empty()) {
            return std::nullopt;
        }
        auto line = std::move(input.front());
        input.pop_front();
        return line;
    }
    [[nodiscard]] bool is_terminal() const override { return terminal; }
    [[nodiscard]] bool errors_are_on_terminal() const override { return errors_on_terminal; }

    std::string output;
    std::string errors;
    std::deque<std::string> input;
    bool terminal = false;
    bool errors_on_terminal = false;
};

}  // namespace barnabas::cli

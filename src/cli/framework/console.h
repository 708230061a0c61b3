#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace barnabas::cli {

/// Where a command prints and asks. Used by one thread. Text goes out in the order it came, errors
/// behind what was printed before them.
class Console {
public:
    virtual ~Console() = default;

    virtual void write(std::string_view text) = 0;
    virtual void write_error(std::string_view text) = 0;
    /// What was printed goes out now, as far as it was kept back. False if something that was
    /// printed could not be written: the disk is full.
    [[nodiscard]] virtual bool flush() { return true; }
    /// A line of standard input without its end; nothing at the end of the input.
    virtual std::optional<std::string> read_line() = 0;
    /// Whether standard output is a terminal: colours are for it alone.
    [[nodiscard]] virtual bool is_terminal() const = 0;
    /// Whether the error output is one: what shows how far work is is for it alone.
    [[nodiscard]] virtual bool errors_are_on_terminal() const { return is_terminal(); }

    void line(std::string_view text) {
        write(text);
        write("\n");
    }
    void error_line(std::string_view text) {
        write_error(text);
        write_error("\n");
    }
    template <class... Args>
    void print(fmt::format_string<Args...> text, Args&&... args) {
        write(fmt::format(text, std::forward<Args>(args)...));
    }
    /// Bold on a terminal.
    [[nodiscard]] std::string bold(std::string_view text) const {
        return is_terminal() ? fmt::format("\033[1m{}\033[0m", text) : std::string(text);
    }
};

/// Standard output, error and input of the process.
class StandardConsole final : public Console {
public:
    StandardConsole();
    StandardConsole(const StandardConsole&) = delete;
    StandardConsole& operator=(const StandardConsole&) = delete;
    ~StandardConsole() override;

    void write(std::string_view text) override;
    void write_error(std::string_view text) override;
    [[nodiscard]] bool flush() override;
    std::optional<std::string> read_line() override;
    [[nodiscard]] bool is_terminal() const override { return terminal_; }
    [[nodiscard]] bool errors_are_on_terminal() const override { return errors_on_terminal_; }

private:
    bool terminal_;
    bool errors_on_terminal_;
};

}  // namespace barnabas::cli

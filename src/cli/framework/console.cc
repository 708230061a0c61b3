#include "cli/framework/console.h"

#include <cstdio>
#include <unistd.h>

namespace barnabas::cli {

StandardConsole::StandardConsole()
    : terminal_(::isatty(STDOUT_FILENO) == 1), errors_on_terminal_(::isatty(STDERR_FILENO) == 1) {}

StandardConsole::~StandardConsole() {
    std::fflush(stdout);
}

void StandardConsole::write(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
}

void StandardConsole::write_error(std::string_view text) {
    std::fflush(stdout);
    std::fwrite(text.data(), 1, text.size(), stderr);
}

bool StandardConsole::flush() {
    return std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
}

std::optional<std::string> StandardConsole::read_line() {
    std::fflush(stdout);
    std::string line;
    ::flockfile(stdin);  // once a line, not once a character
    int c = ::getc_unlocked(stdin);
    for (; c != EOF && c != '\n'; c = ::getc_unlocked(stdin)) {
        line.push_back(static_cast<char>(c));
    }
    ::funlockfile(stdin);
    return c == EOF && line.empty() ? std::nullopt : std::optional(std::move(line));
}

}  // namespace barnabas::cli

#include "cli/framework/console.h"

#include <cstdio>
#include <unistd.h>

namespace barnabas::cli {

StandardConsole::StandardConsole() : terminal_(::isatty(STDOUT_FILENO) == 1) {}

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
    for (int c = std::getchar(); c != EOF; c = std::getchar()) {
        if (c == '\n') {
            return line;
        }
        line.push_back(static_cast<char>(c));
    }
    return line.empty() ? std::nullopt : std::optional(std::move(line));
}

}  // namespace barnabas::cli

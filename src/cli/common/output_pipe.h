#pragma once

#include <csignal>

namespace barnabas::cli {

/// While it lives, printing where nobody reads any more (`| head -1`) does not end the process:
/// Console::flush() tells instead, so that a command can end in order. Java does the same.
class OutputPipe {
public:
    OutputPipe();
    OutputPipe(const OutputPipe&) = delete;
    OutputPipe& operator=(const OutputPipe&) = delete;
    ~OutputPipe();

private:
    struct sigaction before_{};
};

}  // namespace barnabas::cli

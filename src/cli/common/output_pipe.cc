#include "cli/common/output_pipe.h"

namespace barnabas::cli {

OutputPipe::OutputPipe() {
    struct sigaction ignoring{};
    ignoring.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &ignoring, &before_);
}

OutputPipe::~OutputPipe() {
    ::sigaction(SIGPIPE, &before_, nullptr);
}

}  // namespace barnabas::cli

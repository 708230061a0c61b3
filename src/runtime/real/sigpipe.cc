#include "runtime/real/sigpipe.h"

#include "base/invariant.h"

#include <csignal>

namespace barnabas::runtime {

void block_sigpipe_here() {
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    // The kernel sends it to the thread that wrote, where it then stays pending without effect.
    const int failed = ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    INVARIANT(failed == 0, "pthread_sigmask refuses a good set: {}", failed);
}

}  // namespace barnabas::runtime

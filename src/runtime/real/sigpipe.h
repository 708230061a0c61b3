#pragma once

namespace barnabas::runtime {

/// Writing to a peer that has gone is an error like any other on the calling thread and on those
/// that it starts from now on, and no SIGPIPE, which would end the process (sendfile has no flag
/// against it). The process's own disposition of the signal stays as it is: for brokers that are
/// guests in somebody else's process.
void block_sigpipe_here();

}  // namespace barnabas::runtime

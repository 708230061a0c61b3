#pragma once

#include "base/bytes.h"
#include "runtime/disk.h"
#include "wire/output.h"

#include <vector>

namespace barnabas::rpc {

/// A response ready to send: the frame's bytes, with gaps that parts of files fill on the way out.
struct Reply {
    enum class Kind {
        send,   ///< `output` is a whole frame
        none,   ///< the request wants no response (acks=0)
        close,  ///< the connection is closed instead
    };

    Kind kind = Kind::send;
    wire::Output output;
    /// gap.source indexes it.
    std::vector<runtime::FileSlice> sources;

    static Reply nothing() { return {.kind = Kind::none, .output = {}, .sources = {}}; }
    static Reply close_connection() { return {.kind = Kind::close, .output = {}, .sources = {}}; }
};

}  // namespace barnabas::rpc

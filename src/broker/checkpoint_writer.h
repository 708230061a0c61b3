#pragma once

#include "base/logger.h"
#include "log/log_dirs.h"
#include "runtime/tasks.h"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace barnabas::broker {

using boost::asio::awaitable;

/// Writes what log directories keep of their logs' offsets on the blocking pool: each directory's
/// on its own, so that a disk that hangs holds up neither the others nor, for longer than
/// `patience`, whoever asks. Lives on shard 0; one write() at a time. Always: at most one writing
/// of a directory is under way.
class CheckpointWriter {
public:
    static constexpr Duration patience = std::chrono::seconds(5);

    CheckpointWriter(runtime::Shard& home, log::LogDirs& dirs, Logger log);

    /// Returns when the files say so, or their disks take longer than `patience`: then it goes on,
    /// and that directory is begun again when it has ended. Answers where not all is written.
    awaitable<log::LogDirs::Unwritten> write(std::vector<log::LogOffsets> offsets);
    /// Until nothing is being written.
    awaitable<void> join() { return tasks_.join(); }

private:
    using Offsets = std::vector<log::LogOffsets>;
    struct Directory {
        std::optional<Offsets> written;  // what the files say; nothing: it is not known
        bool under_way = false;
        bool slow = false;  // and that was said
    };

    [[nodiscard]] Offsets those_in(std::size_t directory, const Offsets& all) const;
    void note_slow(std::size_t directory, log::LogDirs::Unwritten& unwritten);
    awaitable<void> write_one(std::size_t directory, std::shared_ptr<const Offsets> all);

    runtime::Shard& home_;
    log::LogDirs& dirs_;
    Logger log_;
    std::vector<Directory> directories_;
    runtime::Signal changed_;
    runtime::TaskGroup tasks_;
};

}  // namespace barnabas::broker

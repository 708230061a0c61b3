#pragma once

#include "log/cold_part.h"
#include "runtime/tasks.h"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace barnabas::broker {

using boost::asio::awaitable;

/// A part of a file on its way into memory, as those see it who asked for it.
struct ColdRead {
    enum class State {
        under_way,
        over,     // read as far as it can be: whoever tries again learns of what cannot
        dropped,  // too many waited: whoever still wants it asks again
    };
    State state = State::under_way;
    Time asked_at{};
};

using ColdReadList = std::vector<std::shared_ptr<const ColdRead>>;

/// How long a disk that works may take for one part.
inline constexpr Duration cold_grace = 100ms;

/// Until when a request waits for its reads; a moment that is past: no longer. With nothing to
/// answer with yet that is `limit`. With something (`ready`, or what one of the reads brought), it
/// is cold_grace from when each was asked for, so that a disk that hangs holds back nobody who has
/// asked another one too.
[[nodiscard]] Time cold_wait_end(std::span<const std::shared_ptr<const ColdRead>> reads, bool ready,
                                 Time limit);

/// Brings parts of files into memory on the blocking pool, for the requests of one shard: a few at
/// once of each log directory, so that a disk that hangs takes no threads from the others, nor
/// readers of old data from everybody else; what is more waits in line. A read goes on when
/// whoever asked for it has given up: who asks again finds it under way, or done.
/// Lives on its shard. Always: running(directory) <= at_once_max.
class ColdReads {
public:
    static constexpr std::size_t at_once_max = 4;    // of each directory
    static constexpr std::size_t waiting_max = 500;  // likewise; the oldest are dropped
    static constexpr int rounds_max = 8;

    explicit ColdReads(runtime::Shard& shard) : shard_(shard), changed_(shard), workers_(shard) {}

    /// One for each part; that of a part is shared that begins at the same place and is under way
    /// already, however long either is: trying again tells what is still missing.
    [[nodiscard]] ColdReadList start(std::vector<log::ColdPart> parts);
    /// Brings in what a look would have had to wait for, waits for it as the caller likes, and
    /// looks again; for a few rounds, since each thing leads to the next: an index, the bytes that
    /// it tells of, the same of the next segment. When memory is so short that what was brought in
    /// is gone again, the last look may wait, on its shard. `look` answers what is still cold.
    /// False: something is missing that did not come while it was waited for.
    using Look = std::function<awaitable<std::vector<log::ColdPart>>(bool may_wait)>;
    using Wait = std::function<awaitable<void>(ColdReadList)>;
    awaitable<bool> warm_up(std::vector<log::ColdPart> cold, Look look, Wait wait);

    /// Until all parts are in memory; false if some are not by `until`, or the broker stops. A few
    /// at a time: those who fetch wait in the same line.
    awaitable<bool> bring_in(std::vector<log::ColdPart> parts, Time until);

    /// Until some read has ended, or `until`, or not at all after end_waits().
    awaitable<void> wait_until(Time until);
    /// Likewise until all of them have ended.
    awaitable<void> wait_for(ColdReadList reads, Time until);
    /// Nobody waits any more, from now on.
    void end_waits() {
        waits_ended_ = true;
        changed_.notify_all();
    }
    /// Drops what waits in line, and returns when what is being read has ended. Nothing is begun
    /// any more.
    awaitable<void> stop();

    [[nodiscard]] std::size_t running(const runtime::Path& directory) const;
    [[nodiscard]] std::uint64_t reads() const { return reads_; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

private:
    using Key = std::pair<runtime::Path, std::uint64_t>;  // and where in the file
    struct Job {
        log::ColdPart part;
        std::shared_ptr<ColdRead> read;
    };
    struct Directory {
        std::size_t running = 0;
        std::deque<Job> waiting;
    };

    static Key key_of(const log::ColdPart& part) { return {part.path, part.position}; }
    void enqueue(Job job);
    void end(const Job& job, ColdRead::State how);
    awaitable<void> work(Directory* directory);

    runtime::Shard& shard_;
    runtime::Signal changed_;
    runtime::TaskGroup workers_;
    std::map<runtime::Path, Directory> directories_;
    std::map<Key, std::shared_ptr<ColdRead>> under_way_;
    bool waits_ended_ = false;
    std::uint64_t reads_ = 0;  // since the start, as `bytes_`
    std::uint64_t bytes_ = 0;
};

}  // namespace barnabas::broker

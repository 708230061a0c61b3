#pragma once

#include "base/logger.h"
#include "log/log_dirs.h"
#include "runtime/tasks.h"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace barnabas::broker {

using boost::asio::awaitable;

/// Asks log directories what only their disks can tell, each on a job of its own on the blocking
/// pool: one whose disk hangs costs who asks first `patience`, and the others nothing. Lives on
/// shard 0. Always: a directory has at most one question at a time, and behind it those of whoever
/// still waits for an answer.
class DirectoryAsker {
public:
    static constexpr Duration patience = std::chrono::seconds(3);

    /// On the blocking pool, about one directory. It may end when whoever asked has gone: what it
    /// works with it shares, and each directory's answer has its own place.
    using Question = std::function<void(std::size_t)>;

    /// `meanwhile` ends the sentence for people that a disk does not answer.
    DirectoryAsker(runtime::Shard& home, log::LogDirs& dirs, Logger log, std::string meanwhile);

    /// Answers which directories have answered, when all have, or those that have not hang (they
    /// owe one answer for `patience`), or at the deadline. `only`: no other one is asked.
    awaitable<std::set<std::size_t>> ask(Question question, Time deadline,
                                         std::optional<std::size_t> only = std::nullopt);
    /// Until no directory is asked any more, however long its disk hangs.
    awaitable<void> join() { return tasks_.join(); }

private:
    struct Asked;
    struct Directory {
        std::deque<std::shared_ptr<Asked>> waiting;
        bool busy = false;
        Time since{};  // of the question that it is busy with
        bool said = false;
    };

    [[nodiscard]] bool hangs(std::size_t directory) const;
    [[nodiscard]] std::optional<Time> next_look(const Asked& asked) const;
    void put(std::size_t directory, std::shared_ptr<Asked> asked);
    awaitable<void> serve(std::size_t directory);
    void note_hanging();

    runtime::Shard& home_;
    log::LogDirs& dirs_;
    Logger log_;
    std::string meanwhile_;
    std::vector<Directory> directories_;
    runtime::Signal changed_;
    runtime::TaskGroup tasks_;
};

}  // namespace barnabas::broker

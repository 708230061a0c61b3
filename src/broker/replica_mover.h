#pragma once

#include "base/logger.h"
#include "broker/services.h"
#include "log/compaction/io_throttle.h"
#include "log/log_dirs.h"
#include "runtime/tasks.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::broker {

/// One partition on its way to another log directory. On shard 0; `future` is on the blocking pool
/// while a part is copied, and on the partition's shard when it takes the place of the log. There
/// is none before an earlier run's has been opened, nor while a move that has to begin anew waits
/// to.
struct ReplicaMove {
    TopicPartition partition;
    TopicId topic;
    std::size_t to = 0;
    std::unique_ptr<log::Log> future;
    std::uint64_t unflushed_bytes = 0;
    bool cancelled = false;
    /// Of the log whose beginning the copy is known to be. Another one, after a start or a failure
    /// of its disk, may have lost what had been copied, and have other records there since.
    std::shared_ptr<const log::DirectoryHealth> source;
    // As of the last part copied, for those who ask how far it is; unless nobody knows yet.
    bool is_measured = false;
    Offset end{0};
    Offset source_end{0};
    std::uint64_t size_bytes = 0;
};

/// How far a move is: a line of DescribeLogDirs.
struct MoveReport {
    TopicPartition partition;
    std::size_t to = 0;
    std::uint64_t size_bytes = 0;
    std::int64_t lag = 0;  // -1: nobody knows yet (Kafka's INVALID_OFFSET_LAG)
};

/// What becomes of the copy that an earlier run left. `later`: its partition is offline.
enum class ResumedMove { opened, not_needed, later };

/// Moves partitions between log directories while they are written to (KIP-113): a second log, in a
/// folder "<topic>-<partition>.<uuid>-future" of the target, is filled batch by batch on the
/// blocking pool; once it has caught up it takes the place of the first on the partition's shard,
/// between two appends. A crash leaves the one log or the other: until the folder is renamed the
/// first is the partition's, then the second, which has everything that the first has. A move whose
/// partition is offline, or that cannot get its turn, waits for it; one that ends without having
/// moved says why. Lives on shard 0.
class ReplicaMover {
public:
    struct Ports {
        Services& services;
        TopicService& topics;
        log::LogDirs& dirs;
        Logger log;
    };

    explicit ReplicaMover(Ports ports);
    ReplicaMover(const ReplicaMover&) = delete;
    ReplicaMover& operator=(const ReplicaMover&) = delete;
    ~ReplicaMover();

    /// Begins to move a partition; ends another move of it. Nothing happens if it is there, or on
    /// its way there. A partition that is not there yet is created there later, and is
    /// replica_not_available now. Other errors are Kafka's: log_dir_not_found,
    /// kafka_storage_error (offline), invalid_replica_assignment (cordoned),
    /// invalid_topic_exception (its folder's name would be too long).
    awaitable<Result<void>> move(TopicPartition partition, std::string directory);

    /// Goes on with what an earlier run of the broker left, or was found in a directory that works
    /// again; what cannot go on is removed. Each on its own: a disk that hangs holds up no other's.
    void resume(std::vector<log::FoundLog> futures);

    [[nodiscard]] std::vector<MoveReport> reports() const;

    /// Ends all moves where they are; a later start goes on.
    awaitable<void> stop();

private:
    struct Part;
    enum class Begun { copy, later, never };

    Result<std::size_t> check(const TopicPartition& partition, const std::string& directory) const;
    void start(std::shared_ptr<ReplicaMove> move);
    awaitable<void> resume_one(log::FoundLog found);
    awaitable<Result<ResumedMove>> open_found(std::shared_ptr<ReplicaMove> move,
                                              log::FoundLog found);
    awaitable<Result<ResumedMove>> open_in_line(std::shared_ptr<ReplicaMove> move,
                                                log::FoundLog found);
    awaitable<void> remove_found(log::FoundLog found, std::string why);
    awaitable<void> run(std::shared_ptr<ReplicaMove> move);
    void forget(const std::shared_ptr<ReplicaMove>& move);
    awaitable<bool> copy_all(std::shared_ptr<ReplicaMove> move);
    awaitable<Result<bool>> copy_part(std::shared_ptr<ReplicaMove> move,
                                      runtime::FileSlice records);
    awaitable<bool> cut_back(std::shared_ptr<ReplicaMove> move, Offset common_end);
    awaitable<Begun> begin_again(std::shared_ptr<ReplicaMove> move, Offset source_start);
    [[nodiscard]] bool is_offline(const ReplicaMove& move) const;
    awaitable<Part> next_part(std::shared_ptr<ReplicaMove> move);
    awaitable<bool> is_same_source(std::shared_ptr<ReplicaMove> move);
    awaitable<Result<void>> copy(std::shared_ptr<ReplicaMove> move, runtime::FileSlice part);
    awaitable<void> let_go(std::shared_ptr<ReplicaMove> move);
    awaitable<void> pace(std::shared_ptr<ReplicaMove> move, std::uint32_t bytes);
    [[nodiscard]] Duration wait_before_copy();
    awaitable<void> pause(Duration how_long);
    [[nodiscard]] bool must_end(const ReplicaMove& move) const {
        return stopping_ || move.cancelled;
    }
    [[nodiscard]] std::size_t slots() const;
    [[nodiscard]] double rate() const;  // bytes a second

    Ports ports_;
    runtime::Shard& home_;
    runtime::TaskGroup tasks_;
    runtime::Signal changed_;  // a slot is free, or it is time to stop
    std::map<TopicPartition, std::shared_ptr<ReplicaMove>> moves_;
    std::size_t running_ = 0;
    std::map<std::pair<std::optional<std::size_t>, std::size_t>, int> opening_;  // from and to
    log::IoThrottle throttle_;
    bool stopping_ = false;
};

}  // namespace barnabas::broker

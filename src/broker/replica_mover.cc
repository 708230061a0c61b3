#include "broker/replica_mover.h"

#include "broker/log_cleaner.h"
#include "broker/topic_service.h"
#include "log/file_names.h"

#include <algorithm>
#include <utility>

namespace barnabas::broker {
namespace {

constexpr std::uint32_t part_bytes = 1 << 20;
constexpr std::uint32_t part_bytes_min = 4096;  // where the throttle allows less than part_bytes
/// So much is copied by the shard itself, between two appends.
constexpr std::uint32_t last_part_bytes = 256 << 10;
/// As often the copy is synced: so much may be dirty in the page cache.
constexpr std::uint64_t flush_every = 64 << 20;
constexpr Duration look_again = 1s;

}  // namespace

/// What the partition's shard says to the next step.
struct ReplicaMover::Part {
    enum class Kind { records, gone, offline, lost_the_start, other_records };
    Kind kind = Kind::gone;
    runtime::FileSlice records;
    bool is_the_rest = false;
    Offset source_end{0};
};

ReplicaMover::ReplicaMover(Ports ports)
    : ports_(std::move(ports)),
      home_(ports_.services.shards.front()->shard),
      tasks_(home_),
      changed_(home_) {}

ReplicaMover::~ReplicaMover() = default;

Result<std::size_t> ReplicaMover::check(const TopicPartition& partition,
                                        const std::string& directory) const {
    constexpr std::size_t unique_part = 32 + 2;  // ".<uuid>"
    const auto name_size =
        log::folder_name(partition).size() + unique_part - 1 + log::future_folder_suffix.size();
    if (name_size > 255) {
        return fail(ErrorCode::invalid_topic_exception,
                    "{} cannot be moved: its folder's name would have {} characters, 255 are "
                    "possible",
                    partition, name_size);
    }
    TRY_ASSIGN(const auto to, ports_.dirs.find_directory(directory));
    const auto use = ports_.dirs.known(to);
    if (!use.online) {
        return fail(ErrorCode::kafka_storage_error, "log directory {} is offline: {}",
                    use.path.string(), use.why_offline);
    }
    if (use.cordoned) {
        return fail(ErrorCode::invalid_replica_assignment,
                    "log directory {} is cordoned (cordoned.log.dirs)", use.path.string());
    }
    return to;
}

awaitable<Result<void>> ReplicaMover::move(TopicPartition partition, std::string directory) {
    const auto to = check(partition, directory);
    if (!to) {
        co_return std::unexpected(to.error());
    }
    if (const auto known = moves_.find(partition); known != moves_.end()) {
        if (known->second->to == *to) {
            co_return Result<void>();
        }
        known->second->cancelled = true;
        moves_.erase(known);
        changed_.notify_all();
    }
    auto begun = co_await ports_.topics.begin_move(partition, *to);
    if (!begun) {
        co_return fail(std::move(begun));
    }
    if (*begun == nullptr) {
        co_return Result<void>();
    }
    if (moves_.contains(partition) || stopping_) {
        co_await let_go(std::move(*begun));  // somebody was faster
        co_return Result<void>();
    }
    ports_.log.info("{} moves to {}", partition, ports_.dirs.path_of(*to).string());
    start(std::move(*begun));
    co_return Result<void>();
}

awaitable<void> ReplicaMover::resume(std::vector<log::FoundLog> futures) {
    for (const auto& found : futures) {
        ports_.services.cleaner->pause(found.partition);  // until each has its run(), or is gone
    }
    for (auto& found : futures) {
        Result<std::shared_ptr<ReplicaMove>> resumed(nullptr);
        if (!moves_.contains(found.partition)) {
            resumed = co_await ports_.topics.resume_move(found);
        }
        if (stopping_) {
            if (resumed && *resumed) {
                co_await let_go(std::move(*resumed));
            }
            co_return;
        }
        if (resumed && *resumed) {
            ports_.log.info("{} goes on moving to {}, from offset {}", found.partition,
                            ports_.dirs.path_of(found.directory).string(), (*resumed)->end);
            start(std::move(*resumed));
            ports_.services.cleaner->resume(found.partition);
            continue;
        }
        ports_.services.cleaner->resume(found.partition);
        const auto why = resumed ? "it is not needed" : resumed.error().message;
        ports_.log.info("the unfinished copy {} is removed: {}", found.folder, why);
        auto remove = [this, &found] { return ports_.dirs.remove_future(found); };
        if (const auto removed = co_await runtime::run_blocking(home_, std::move(remove));
            !removed) {
            ports_.log.error("{}", removed.error().message);
        }
    }
}

std::vector<MoveReport> ReplicaMover::reports() const {
    std::vector<MoveReport> reports;
    for (const auto& [partition, move] : moves_) {
        reports.push_back({.partition = partition,
                           .to = move->to,
                           .size_bytes = move->size_bytes,
                           .lag = move->source_end - move->end});
    }
    return reports;
}

awaitable<void> ReplicaMover::stop() {
    stopping_ = true;
    changed_.notify_all();
    co_await tasks_.join();
}

void ReplicaMover::start(std::shared_ptr<ReplicaMove> move) {
    moves_.insert_or_assign(move->partition, move);
    tasks_.spawn(run(std::move(move)));
}

std::size_t ReplicaMover::slots() const {
    const auto& storage = ports_.services.shards.front()->settings->config.storage;
    return storage.move_threads.value_or(storage.log_dirs.size());
}

/// Meanwhile the log is not compacted, as with Kafka: what was copied before would count as
/// compacted and never be.
awaitable<void> ReplicaMover::run(std::shared_ptr<ReplicaMove> move) {
    ports_.services.cleaner->pause(move->partition);
    // A place in line, as long as others copy: even where their disks hang there is nothing else to
    // do. Ends with the move, the broker, and each move that ends.
    while (!must_end(*move) && running_ >= slots()) {
        co_await changed_.wait_until(never);
    }
    ++running_;
    const bool moved = !must_end(*move) && co_await copy_all(move);
    --running_;
    if (!moved) {
        co_await let_go(move);
    }
    if (const auto known = moves_.find(move->partition);
        known != moves_.end() && known->second == move) {
        moves_.erase(known);
    }
    ports_.services.cleaner->resume(move->partition);
    changed_.notify_all();
}

/// Whether it has moved.
awaitable<bool> ReplicaMover::copy_all(std::shared_ptr<ReplicaMove> move) {
    while (!must_end(*move)) {
        auto part = co_await next_part(move);
        move->source_end = part.source_end;
        if (part.kind == Part::Kind::gone) {
            co_return false;
        }
        if (part.kind == Part::Kind::offline) {
            co_await pause(look_again);
            continue;
        }
        if (part.kind == Part::Kind::other_records) {
            ports_.log.warn(
                "{}: its copy in {} ends with other records than it has; the move begins anew",
                move->partition, ports_.dirs.path_of(move->to).string());
        }
        if (part.kind == Part::Kind::lost_the_start || part.kind == Part::Kind::other_records) {
            if (!co_await begin_again(move)) {
                co_return false;
            }
            continue;
        }
        if (part.is_the_rest && part.records.size <= last_part_bytes) {
            auto finished = co_await ports_.topics.finish_move(move, last_part_bytes);
            if (finished && *finished) {
                co_return true;
            }
            if (!finished) {
                ports_.log.error("{} cannot be moved to {}: {}", move->partition,
                                 ports_.dirs.path_of(move->to).string(), finished.error().message);
                co_return false;
            }
            // More came meanwhile.
            continue;
        }
        co_await pace(move, part.records.size);
        if (!co_await is_same_source(move)) {
            continue;  // there may be other records in the file
        }
        auto copied = co_await copy(move, std::move(part.records));
        if (!copied) {
            ports_.log.error("{} cannot be moved to {}: {}", move->partition,
                             ports_.dirs.path_of(move->to).string(), copied.error().message);
            co_return false;
        }
    }
    co_return false;
}

/// Retention or a deletion of records went past what was copied, or the log lost what was copied.
awaitable<bool> ReplicaMover::begin_again(std::shared_ptr<ReplicaMove> move) {
    co_await let_go(move);
    auto again = co_await ports_.topics.begin_move(move->partition, move->to);
    if (!again || *again == nullptr) {
        co_return false;
    }
    move->future = std::move((*again)->future);
    move->end = (*again)->end;
    move->size_bytes = 0;
    co_return true;
}

awaitable<ReplicaMover::Part> ReplicaMover::next_part(std::shared_ptr<ReplicaMove> move) {
    auto& owner = ports_.services.owner(move->topic, move->partition.partition);
    const auto max_bytes =
        static_cast<std::uint32_t>(std::clamp<double>(rate(), part_bytes_min, part_bytes));
    auto look = [&owner, &move, max_bytes]() -> Part {
        auto* partition = owner.partitions.find(move->topic, move->partition.partition);
        if (partition == nullptr) {
            const auto* image = owner.image->partition(move->topic, move->partition.partition);
            const bool offline = image != nullptr && image->why_offline;
            return {.kind = offline ? Part::Kind::offline : Part::Kind::gone, .records = {}};
        }
        auto& log = partition->log();
        Part part{.kind = Part::Kind::records, .records = {}, .source_end = log.log_end()};
        // The copy is not worked on meanwhile.
        if (move->source != log.health() && !move->future->is_beginning_of(log)) {
            part.kind = log.is_broken() ? Part::Kind::offline : Part::Kind::other_records;
            return part;
        }
        move->source = log.health();
        auto records = log.read_for(*move->future, max_bytes);
        if (!records) {
            part.kind = log.is_broken() ? Part::Kind::offline : Part::Kind::lost_the_start;
            return part;
        }
        part.is_the_rest = log.is_the_end(*records);
        part.records = std::move(*records);
        return part;
    };
    co_return co_await runtime::call_on(home_, owner.shard, look);
}

awaitable<bool> ReplicaMover::is_same_source(std::shared_ptr<ReplicaMove> move) {
    auto& owner = ports_.services.owner(move->topic, move->partition.partition);
    auto look = [&owner, &move] {
        const auto* partition = owner.partitions.find(move->topic, move->partition.partition);
        return partition != nullptr && partition->log().health() == move->source;
    };
    co_return co_await runtime::call_on(home_, owner.shard, look);
}

awaitable<Result<void>> ReplicaMover::copy(std::shared_ptr<ReplicaMove> move,
                                           runtime::FileSlice part) {
    const Now now = home_.clock().both();
    auto work = [move, part = std::move(part), now]() -> Result<void> {
        std::vector<std::byte> bytes(part.size);
        TRY_ASSIGN(const auto got, part.file->read_at(part.position, bytes));
        if (got != bytes.size()) {
            return fail(ErrorCode::kafka_storage_error, "{} of {} bytes can be read", got,
                        bytes.size());
        }
        TRY(move->future->append_copy(bytes, now));
        move->unflushed_bytes += got;
        if (move->unflushed_bytes >= flush_every) {
            TRY_ASSIGN(const auto plan, move->future->begin_flush());
            TRY(plan.sync());
            move->future->flushed(plan, now);
            move->unflushed_bytes = 0;
        }
        return {};
    };
    auto copied = co_await runtime::run_blocking(home_, std::move(work));
    move->end = move->future->log_end();
    move->size_bytes = move->future->size_bytes();
    co_return copied;
}

/// Where the broker stops, a later start goes on; else nothing is left of it.
awaitable<void> ReplicaMover::let_go(std::shared_ptr<ReplicaMove> move) {
    if (!move->future) {
        co_return;
    }
    const bool keep = stopping_ && !move->cancelled;
    auto work = [this, move, keep]() -> Result<void> {
        const auto folder = move->future->folder();
        const bool broken = move->future->is_broken();
        const auto closed = keep ? move->future->close() : Result<void>();
        move->future.reset();
        const bool of_use = keep && closed;
        return of_use || broken ? closed : ports_.dirs.remove_folder(folder);
    };
    if (const auto done = co_await runtime::run_blocking(home_, std::move(work)); !done) {
        ports_.log.warn("{}: {}", move->partition, done.error().message);
    }
}

/// replica.alter.log.dirs.io.max.bytes.per.second, for all moves together; 0 stops them.
double ReplicaMover::rate() const {
    const auto& storage = ports_.services.shards.front()->settings->config.storage;
    return static_cast<double>(storage.move_bytes_per_second);
}

awaitable<void> ReplicaMover::pace(std::shared_ptr<ReplicaMove> move, std::uint32_t bytes) {
    auto wait = wait_before_copy();
    while (!must_end(*move) && ports_.dirs.is_well(move->to) && wait > Duration{}) {
        // A moment at least, and not long: the rate may change.
        const auto soon = std::clamp<Duration>(wait, 1ms, look_again);
        co_await changed_.wait_until(home_.clock().now() + soon);
        wait = wait_before_copy();
    }
    throttle_.use(bytes, home_.clock().now());
}

Duration ReplicaMover::wait_before_copy() {
    const Time now = home_.clock().now();
    throttle_.set_rate(rate(), now);
    return throttle_.wait(now);
}

awaitable<void> ReplicaMover::pause(Duration how_long) {
    const Time until = home_.clock().now() + how_long;
    while (!stopping_ && home_.clock().now() < until) {
        co_await changed_.wait_until(until);
    }
}

}  // namespace barnabas::broker

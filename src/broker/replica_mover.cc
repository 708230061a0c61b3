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
/// So many copies that were found are opened at a time, of those between the same two directories:
/// each may be checked whole.
constexpr int opened_at_once = 2;

bool is_resumed_as(const Result<ResumedMove>& resumed, ResumedMove what) {
    return resumed && *resumed == what;
}

}  // namespace

/// What the partition's shard says to the next step.
struct ReplicaMover::Part {
    enum class Kind { records, gone, offline, no_copy, lost_the_start, other_records };
    Kind kind = Kind::gone;
    runtime::FileSlice records;
    bool is_the_rest = false;
    Offset source_start{0};
    Offset source_end{0};
    Offset common_end{0};  // of other_records: what lies before it both may have
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

void ReplicaMover::resume(std::vector<log::FoundLog> futures) {
    if (stopping_) {
        return;  // a later start finds them
    }
    for (const auto& found : futures) {
        ports_.services.cleaner->pause(found.partition);  // until resume_one() has ended
    }
    for (auto& found : futures) {
        tasks_.spawn(resume_one(std::move(found)));
    }
}

awaitable<void> ReplicaMover::resume_one(log::FoundLog found) {
    const auto move = std::make_shared<ReplicaMove>();
    move->partition = found.partition;
    move->to = found.directory;
    Result<ResumedMove> opened = ResumedMove::not_needed;
    if (moves_.emplace(move->partition, move).second) {
        opened = co_await open_found(move, found);
    }
    if (is_resumed_as(opened, ResumedMove::opened) && !must_end(*move)) {
        ports_.log.info("{} goes on moving to {}, from offset {}", move->partition,
                        ports_.dirs.path_of(move->to).string(), move->end);
        co_await run(move);
    } else {
        co_await let_go(move);
        forget(move);
        if (!stopping_ && !is_resumed_as(opened, ResumedMove::opened)) {
            co_await remove_found(found, opened ? "it is not needed" : opened.error().message);
        }
    }
    ports_.services.cleaner->resume(found.partition);
}

/// The partition may be offline for a while: its copy is worth waiting for.
awaitable<Result<ResumedMove>> ReplicaMover::open_found(std::shared_ptr<ReplicaMove> move,
                                                        log::FoundLog found) {
    auto opened = co_await open_in_line(move, found);
    if (is_resumed_as(opened, ResumedMove::later) && !must_end(*move)) {
        ports_.log.warn("{} is offline: it goes on moving to {} when it is back", move->partition,
                        ports_.dirs.path_of(move->to).string());
    }
    while (is_resumed_as(opened, ResumedMove::later) && !must_end(*move)) {
        co_await pause(look_again);
        opened = co_await open_in_line(move, found);
    }
    co_return opened;
}

/// A place in line, for as long as the move and the broker last: those before it wait for the same
/// two disks, and whoever waits for others is in another line. After a deadline it could only hang
/// beside them, with a thread of the blocking pool that others need; the partition is served all
/// the while. move(), which replaces it, and stop() wake it.
awaitable<Result<ResumedMove>> ReplicaMover::open_in_line(std::shared_ptr<ReplicaMove> move,
                                                          log::FoundLog found) {
    const std::pair between(ports_.dirs.place_of(found.partition), found.directory);
    while (!must_end(*move) && opening_[between] >= opened_at_once) {
        co_await changed_.wait_until(never);
    }
    if (must_end(*move)) {
        co_return ResumedMove::later;
    }
    ++opening_[between];
    auto opened = co_await ports_.topics.resume_move(move, found);
    --opening_[between];
    changed_.notify_all();
    co_return opened;
}

awaitable<void> ReplicaMover::remove_found(log::FoundLog found, std::string why) {
    ports_.log.info("the unfinished copy {} is removed: {}", found.folder, why);
    auto remove = [this, &found] { return ports_.dirs.remove_future(found); };
    if (const auto removed = co_await runtime::run_blocking(home_, std::move(remove)); !removed) {
        ports_.log.error("{}", removed.error().message);
    }
}

std::vector<MoveReport> ReplicaMover::reports() const {
    std::vector<MoveReport> reports;
    for (const auto& [partition, move] : moves_) {
        reports.push_back({.partition = partition,
                           .to = move->to,
                           .size_bytes = move->size_bytes,
                           .lag = move->is_measured ? move->source_end - move->end : -1});
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
    forget(move);
    ports_.services.cleaner->resume(move->partition);
    changed_.notify_all();
}

/// Another one of its partition may have taken its place.
void ReplicaMover::forget(const std::shared_ptr<ReplicaMove>& move) {
    if (const auto known = moves_.find(move->partition);
        known != moves_.end() && known->second == move) {
        moves_.erase(known);
    }
}

/// Whether it has moved.
awaitable<bool> ReplicaMover::copy_all(std::shared_ptr<ReplicaMove> move) {
    while (!must_end(*move)) {
        auto part = co_await next_part(move);
        if (part.kind == Part::Kind::gone) {
            co_return false;
        }
        if (part.kind == Part::Kind::offline) {
            co_await pause(look_again);
            continue;
        }
        move->source_end = part.source_end;
        if (part.kind == Part::Kind::other_records && co_await cut_back(move, part.common_end)) {
            continue;
        }
        if (part.kind != Part::Kind::records) {
            const auto begun = co_await begin_again(move, part.source_start);
            if (begun == Begun::never) {
                co_return false;
            }
            if (begun == Begun::later) {
                co_await pause(look_again);
            }
            continue;
        }
        Result<bool> done = false;
        if (part.is_the_rest && part.records.size <= last_part_bytes) {
            done = co_await ports_.topics.finish_move(move, last_part_bytes);
        } else {
            done = co_await copy_part(move, std::move(part.records));
        }
        if (!done) {
            ports_.log.error("{} cannot be moved to {}: {}", move->partition,
                             ports_.dirs.path_of(move->to).string(), done.error().message);
            co_return false;
        }
        if (*done) {
            co_return true;
        }
        // More came meanwhile, or is left.
    }
    co_return false;
}

/// False: there may be more.
awaitable<Result<bool>> ReplicaMover::copy_part(std::shared_ptr<ReplicaMove> move,
                                                runtime::FileSlice records) {
    co_await pace(move, records.size);
    if (!co_await is_same_source(move)) {
        co_return false;  // there may be other records in the file
    }
    auto copied = co_await copy(move, std::move(records));
    co_return copied ? Result<bool>(false) : fail(std::move(copied));
}

/// The copy keeps what it has in common with its source by their leader epochs, as a follower does
/// that has more than its leader; the next look tells whether that was all. False: nothing of it
/// is of use. A cut syncs: on the pool.
awaitable<bool> ReplicaMover::cut_back(std::shared_ptr<ReplicaMove> move, Offset common_end) {
    const auto directory = ports_.dirs.path_of(move->to).string();
    if (common_end <= move->future->log_start() || common_end >= move->future->log_end()) {
        ports_.log.warn(
            "{}: its copy in {} ends with other records than it has; the move begins anew",
            move->partition, directory);
        co_return false;
    }
    ports_.log.warn(
        "{}: its copy in {} has other records than it from offset {} to {}; they are "
        "cut, and the move goes on",
        move->partition, directory, common_end, move->future->log_end());
    auto work = [move, common_end] { return move->future->truncate_to(common_end); };
    const auto cut = co_await runtime::run_blocking(home_, std::move(work));
    if (!cut) {
        ports_.log.warn("{}: its copy in {} cannot be cut: {}; the move begins anew",
                        move->partition, directory, cut.error().message);
        co_return false;
    }
    move->end = move->future->log_end();
    move->size_bytes = move->future->size_bytes();
    co_return true;
}

/// There is no copy, or it is of no use: retention or a deletion of records went past what was
/// copied, or the log lost what was copied. The copy goes, the move stays.
awaitable<ReplicaMover::Begun> ReplicaMover::begin_again(std::shared_ptr<ReplicaMove> move,
                                                         Offset source_start) {
    co_await let_go(move);
    move->end = source_start;
    move->size_bytes = 0;
    auto again = co_await ports_.topics.begin_move(move->partition, move->to);
    if (again && *again == nullptr) {
        ports_.log.info("{} is in {} already", move->partition,
                        ports_.dirs.path_of(move->to).string());
        co_return Begun::never;
    }
    if (again) {
        move->future = std::move((*again)->future);
        move->end = (*again)->end;
        co_return Begun::copy;
    }
    // Others that hold the turn may wait for a disk that is none of this move's.
    const bool later = again.error().code == ErrorCode::request_timed_out || is_offline(*move);
    if (!later) {
        ports_.log.error("{} cannot be moved to {}: {}", move->partition,
                         ports_.dirs.path_of(move->to).string(), again.error().message);
    } else if (!must_end(*move)) {
        ports_.log.warn("{} still waits to be moved to {}, which is tried again: {}",
                        move->partition, ports_.dirs.path_of(move->to).string(),
                        again.error().message);
    }
    co_return later ? Begun::later : Begun::never;
}

bool ReplicaMover::is_offline(const ReplicaMove& move) const {
    const auto& home = *ports_.services.shards.front();
    const auto* partition = home.image->partition(move.topic, move.partition.partition);
    return partition != nullptr && partition->why_offline;
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
        Part part{.kind = Part::Kind::records,
                  .records = {},
                  .source_start = log.log_start(),
                  .source_end = log.log_end()};
        if (!move->future) {
            part.kind = Part::Kind::no_copy;
            return part;
        }
        // The copy is not worked on meanwhile.
        if (move->source != log.health() && !move->future->is_beginning_of(log)) {
            part.kind = log.is_broken() ? Part::Kind::offline : Part::Kind::other_records;
            part.common_end = move->future->epochs().common_end(move->future->log_end(),
                                                                log.epochs(), log.log_end());
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
            TRY(move->future->flush(now));
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

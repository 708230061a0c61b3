#include "broker/log_cleaner.h"

#include "base/invariant.h"
#include "broker/topic_service.h"
#include "log/directory_files.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace barnabas::broker {
namespace {

/// As much as one turn on the blocking pool reads: some milliseconds.
constexpr std::size_t step_bytes = std::size_t{4} << 20;
constexpr std::size_t buffer_bytes_min = std::size_t{4} << 10;

/// Under a throttle no more than a tenth of a second's worth, but enough to be worth the turn.
std::size_t step_budget(double bytes_per_second) {
    const double wanted = std::clamp(bytes_per_second / 10, static_cast<double>(buffer_bytes_min),
                                     static_cast<double>(step_bytes));
    return static_cast<std::size_t>(wanted);
}

double megabytes(std::uint64_t bytes) {
    return static_cast<double>(bytes) / (1 << 20);
}

}  // namespace

/// One compaction under way. On home, but for what the pool does with `run` meanwhile.
struct LogCleaner::Job {
    log::CleanerJob wanted;
    TopicId topic;
    BrokerShard* owner = nullptr;
    std::unique_ptr<log::CompactionRun> run;
    log::CleanedGroup group;  // on its way to the log

    /// Of the topic as it was when the job began; nullptr if it is gone. On the owner's shard.
    [[nodiscard]] log::Log* find_log() const {
        auto* found = owner->partitions.find(topic, wanted.partition.partition);
        return found == nullptr ? nullptr : &found->log();
    }
};

LogCleaner::LogCleaner(Ports ports)
    : ports_(std::move(ports)),
      home_(ports_.services.shards.front()->shard),
      tasks_(home_),
      wake_(home_) {
    for (auto& directory : ports_.directories) {
        directory = ports_.disk.absolute(directory);  // as logs name theirs
    }
}

LogCleaner::~LogCleaner() {
    INVARIANT(tasks_.size() == 0 || ports_.services.shards.front()->shard.stopped(),
              "{} compactions have not ended", tasks_.size());
}

const CleanerConfig& LogCleaner::config() const {
    return ports_.services.shards.front()->settings->config.storage.cleaner;
}

log::CleanerSchedule::Settings LogCleaner::settings() const {
    return {.threads = config().threads, .backoff = config().backoff};
}

void LogCleaner::start() {
    if (!config().enable) {
        ports_.log.warn("log.cleaner.enable=false: topics with cleanup.policy=compact only grow");
        return;
    }
    started_ = true;
    last_plan_ = home_.clock().now();
    tasks_.spawn(run());
}

/// Those that are not known yet. Waits a moment for disks that do not hang: of a directory whose
/// file is still being read no log is looked at.
awaitable<void> LogCleaner::read_checkpoints() {
    bool begun = false;
    for (const auto& directory : ports_.directories) {
        if (!seen_.contains(directory) && reading_.insert(directory).second) {
            tasks_.spawn(read_checkpoint(directory));
            begun = true;
        }
    }
    const Time until = home_.clock().now() + 1s;
    while (begun && !stopping_ && !reading_.empty() && co_await wake_.wait_until(until)) {
    }
}

/// Up to where the logs of a directory were compacted before; once, and for one that comes back
/// after the start then.
awaitable<void> LogCleaner::read_checkpoint(runtime::Path directory) {
    const auto path = directory / log::cleaner_offset_file;
    auto read = [this, path]() -> Result<std::optional<log::OffsetCheckpoint>> {
        if (!ports_.disk.exists(path)) {
            return std::nullopt;
        }
        TRY_ASSIGN(const auto text, ports_.disk.read_text(path));
        TRY_ASSIGN(auto found, log::parse_offset_checkpoint(text));
        return found;
    };
    auto found = co_await runtime::run_blocking(home_, std::move(read));
    if (!found) {
        ports_.log.warn("{}: {}; its logs count as never compacted", path.string(),
                        found.error().message);
        seen_.insert(directory);
    } else if (*found && !seen_.contains(directory)) {
        for (const auto& [partition, offset] : **found) {
            where_.try_emplace(partition, directory);
        }
        schedule_.learn(**found);
        seen_.insert(directory);
        written_.insert_or_assign(directory, std::move(**found));
    }
    reading_.erase(directory);
    wake_.notify_all();
}

awaitable<void> LogCleaner::stop() {
    stopping_ = true;
    wake_.notify_all();
    co_await tasks_.join();
}

void LogCleaner::resume(const TopicPartition& partition) {
    schedule_.resume(partition);
    wake_.notify_all();
}

awaitable<void> LogCleaner::run() {
    while (!stopping_) {
        co_await read_checkpoints();
        const auto logs = co_await gather();
        forget_missing();
        last_plan_ = home_.clock().now();
        auto plan = schedule_.plan(logs, settings(), home_.clock().both());
        for (const auto& warning : plan.warnings) {
            ports_.log.warn("{}", warning);
        }
        for (auto& job : plan.jobs) {
            tasks_.spawn(clean(std::move(job)));
        }
        if (!stopping_) {
            co_await wake_.wait_until(schedule_.next_wake(settings(), home_.clock().now()));
        }
    }
}

awaitable<std::vector<log::CleanerCandidate>> LogCleaner::gather() {
    std::vector<log::CleanerCandidate> logs;
    std::vector<std::pair<TopicPartition, runtime::Path>> places;
    const auto unknown = reading_;
    const auto not_now = warming_;
    const auto ready = std::exchange(warm_, {});
    for (auto& shard : ports_.services.shards) {
        std::map<TopicPartition, std::vector<log::ColdPart>> cold;
        auto look = [&] {
            shard->partitions.for_each([&](replication::Partition& partition) {
                auto& log = partition.log();
                if (!log.config().cleanup_compact || not_now.contains(partition.name()) ||
                    unknown.contains(log.folder().parent_path())) {
                    return;
                }
                if (!ready.contains(partition.name())) {
                    if (auto parts = log.compaction_facts_reads(); !parts.empty()) {
                        cold.emplace(partition.name(), std::move(parts));
                        return;
                    }
                }
                auto facts = log.compaction_facts();
                if (!facts) {
                    ports_.log.warn("{}: {}; it is not compacted now", partition.name(),
                                    facts.error().message);
                    return;
                }
                logs.push_back({.partition = partition.name(),
                                .config = log.config(),
                                .facts = std::move(*facts)});
                places.emplace_back(partition.name(), log.folder().parent_path());
            });
        };
        co_await runtime::call_on(home_, shard->shard, look);
        for (auto& [partition, parts] : cold) {
            warming_.insert(partition);
            tasks_.spawn(warm_up(*shard, partition, std::move(parts)));
        }
    }
    for (auto& [partition, directory] : places) {
        where_.insert_or_assign(std::move(partition), std::move(directory));
    }
    co_return logs;
}

/// What the plan asks of a log that nobody has read since the start may not be in memory, and no
/// shard is to wait for it: the log is in the next plan, or a later one if its disk is slow.
awaitable<void> LogCleaner::warm_up(BrokerShard& shard, TopicPartition partition,
                                    std::vector<log::ColdPart> parts) {
    const bool came = co_await bring_in(shard, std::move(parts));
    warming_.erase(partition);
    if (came) {
        warm_.insert(std::move(partition));
    }
    if (warming_.empty()) {
        wake_.notify_all();
    }
}

awaitable<bool> LogCleaner::bring_in(BrokerShard& shard, std::vector<log::ColdPart> parts) {
    const Time until = home_.clock().now() + Flusher::patience;
    auto read = [&shard, &parts, until] {
        return shard.cold_reads.bring_in(std::move(parts), until);
    };
    co_return co_await runtime::await_on(home_, shard.shard, read);
}

/// Topics that were deleted: theirs is neither a checkpoint nor a mark.
void LogCleaner::forget_missing() {
    std::set<TopicPartition> existing;
    const auto& image = ports_.services.topics->image();
    for (const auto& [partition, directory] : where_) {
        const auto topic = image->by_name(partition.topic);
        const auto number = static_cast<std::size_t>(partition.partition.get());
        if (topic && number < topic->partitions.size()) {
            existing.insert(partition);
        }
    }
    std::erase_if(where_, [&](const auto& item) { return !existing.contains(item.first); });
    schedule_.forget_missing(existing);
}

awaitable<void> LogCleaner::clean(log::CleanerJob wanted) {
    const auto job = std::make_shared<Job>();
    job->wanted = std::move(wanted);
    const auto& partition = job->wanted.partition;
    const Time begun = home_.clock().now();
    auto outcome = co_await compact(job);
    co_await tidy(job);
    const Time now = home_.clock().now();
    if (!outcome && is_gone(*job)) {
        outcome = End::discarded;
    }
    if (!outcome) {
        ++jobs_failed_;
        schedule_.on_failed(partition, outcome.error(), settings(), now);
        const bool for_good = schedule_.uncleanable().contains(partition);
        ports_.log.warn("{} cannot be compacted: {}; {}", partition, outcome.error().message,
                        for_good ? "it is left as it is until the broker is started again"
                                 : "it is tried again later");
    } else if (*outcome == End::discarded) {
        schedule_.on_discarded(partition, settings(), now);
    } else {
        ++jobs_done_;
        schedule_.on_done(partition, job->run->end());
        report(*job, now - begun);
        write_checkpoints();
    }
    wake_.notify_all();
}

/// The work itself, in steps.
awaitable<LogCleaner::Outcome> LogCleaner::compact(std::shared_ptr<Job> job) {
    using Stage = log::CompactionRun::Stage;
    auto begun = co_await begin(job);
    if (!begun || !*begun) {
        co_return begun ? Outcome(End::discarded) : fail(std::move(begun));
    }
    while (job->run->stage() != Stage::done) {
        const auto before = job->run->stats();
        throttle_.set_rate(config().io_max_bytes_per_second, home_.clock().now());
        const std::size_t budget = step_budget(config().io_max_bytes_per_second);
        auto step = [job, budget] { return job->run->advance(budget); };
        auto stage = co_await runtime::run_blocking(home_, std::move(step));
        if (!stage) {
            co_return fail(std::move(stage));
        }
        co_await pay_for(before, job->run->stats());
        if (has_to_end(*job)) {
            co_return End::discarded;
        }
        if (*stage == Stage::group_ready) {
            auto taken = co_await hand_over(job);
            if (!taken || !*taken) {
                co_return taken ? Outcome(End::discarded) : fail(std::move(taken));
            }
        }
    }
    // Before the checkpoint says so, the files have their names for good.
    auto sync = [job] {
        const auto& source = job->run->source();
        return source.disk->sync_directory(source.folder);
    };
    auto synced = co_await runtime::run_blocking(home_, std::move(sync));
    co_return synced ? Outcome(End::done) : fail(std::move(synced));
}

/// Flushes, so that no record is dropped for a later one that a crash might lose; then takes what
/// the work needs. False: the log is not what it was when it was chosen.
awaitable<Result<bool>> LogCleaner::begin(std::shared_ptr<Job> job) {
    const auto& partition = job->wanted.partition;
    const auto topic = ports_.services.topics->image()->by_name(partition.topic);
    if (!topic) {
        co_return false;
    }
    job->topic = topic->id;
    job->owner = &ports_.services.owner(topic->id, partition.partition);
    auto flush = [job, until = home_.clock().now() + Flusher::patience] {
        return job->owner->flusher.flush({{.topic = job->topic,
                                           .partition = job->wanted.partition.partition,
                                           .to = {.end = job->wanted.end}}},
                                         until);
    };
    const auto flushed = co_await runtime::await_on(home_, job->owner->shard, flush);
    if (const auto& error = flushed.front().error) {
        // Gone, or offline with its directory, whose disk may hang: it is looked for again later.
        const bool away = error->code == ErrorCode::not_leader_or_follower ||
                          error->code == ErrorCode::request_timed_out;
        co_return away ? Result<bool>(false) : Result<bool>(std::unexpected(*error));
    }
    auto look = [job] {
        auto* log = job->find_log();
        return log == nullptr ? std::vector<log::ColdPart>()
                              : log->compaction_source_reads(job->wanted.end);
    };
    auto cold = co_await runtime::call_on(home_, job->owner->shard, look);
    if (!cold.empty() && !co_await bring_in(*job->owner, std::move(cold))) {
        co_return false;
    }
    co_return co_await begin_run(job);
}

awaitable<Result<bool>> LogCleaner::begin_run(std::shared_ptr<Job> job) {
    using Source = Result<std::optional<log::CompactionSource>>;
    auto take = [job]() -> Source {
        auto* log = job->find_log();
        return log == nullptr ? Source(std::nullopt)
                              : log->compaction_source(job->wanted.first_dirty, job->wanted.end);
    };
    auto source = co_await runtime::call_on(home_, job->owner->shard, take);
    if (!source || !*source) {
        co_return source ? Result<bool>(false) : fail(std::move(source));
    }
    const auto threads = std::max<std::size_t>(config().threads, 1);
    const auto free_min =
        ports_.services.shards.front()->settings->config.storage.log_dir_min_free_bytes;
    const log::CompactionRun::Options options{
        .map_bytes_max = config().dedupe_buffer_bytes / threads,
        .load_factor = config().load_factor,
        .buffer_bytes = std::max(config().io_buffer_bytes / threads / 2, buffer_bytes_min),
        .hasher = log::KeyHasher(home_.random().next(), home_.random().next()),
        .now = home_.clock().both().wall,
        .keep_free = static_cast<std::uint64_t>(free_min)};
    ports_.log.info("{}: compacting [{}, {}) with {} segments", job->wanted.partition,
                    job->wanted.first_dirty, job->wanted.end, (*source)->segments.size());
    // On the pool: the map's memory is cleared.
    auto make = [job, &options, &source] {
        job->run = std::make_unique<log::CompactionRun>(std::move(**source), options);
        return true;
    };
    co_return co_await runtime::run_blocking(home_, std::move(make));
}

/// False: the log has changed, and did not take it.
awaitable<Result<bool>> LogCleaner::hand_over(std::shared_ptr<Job> job) {
    job->group = job->run->take_group();
    auto swap = [job]() -> Result<bool> {
        auto* log = job->find_log();
        return log == nullptr ? Result<bool>(false) : log->swap_in(job->group);
    };
    co_return co_await runtime::call_on(home_, job->owner->shard, swap);
}

/// Removes what no log took. The map's memory goes with it.
awaitable<void> LogCleaner::tidy(std::shared_ptr<Job> job) {
    if (!job->run) {
        co_return;
    }
    auto remove = [job] {
        auto removed = log::discard_files(job->group);
        return removed ? job->run->discard() : removed;
    };
    if (const auto removed = co_await runtime::run_blocking(home_, std::move(remove)); !removed) {
        ports_.log.warn("{}: {}; the next start removes what is left", job->wanted.partition,
                        removed.error().message);
    }
}

awaitable<void> LogCleaner::pay_for(const log::CompactionStats& before,
                                    const log::CompactionStats& after) {
    const auto read =
        after.mapped_bytes + after.read_bytes - before.mapped_bytes - before.read_bytes;
    const auto written = after.written_bytes - before.written_bytes;
    read_bytes_ += read;
    written_bytes_ += written;
    removed_records_ +=
        (after.read_records - after.kept_records) - (before.read_records - before.kept_records);
    throttle_.use(read + written, home_.clock().now());
    const Time until = home_.clock().now() + throttle_.wait(home_.clock().now());
    while (!stopping_ && home_.clock().now() < until) {
        co_await wake_.wait_until(until);
    }
}

/// A topic that was deleted takes its files along.
bool LogCleaner::is_gone(const Job& job) const {
    const auto topic = ports_.services.topics->image()->by_name(job.wanted.partition.topic);
    return !topic || topic->id != job.topic;
}

bool LogCleaner::has_to_end(const Job& job) const {
    return stopping_ || schedule_.is_paused(job.wanted.partition);
}

void LogCleaner::report(const Job& job, Duration took) {
    const auto& stats = job.run->stats();
    const double seconds = std::max(std::chrono::duration<double>(took).count(), 1e-6);
    const auto read = stats.mapped_bytes + stats.read_bytes;
    ports_.log.info(
        "{}: compacted [{}, {}): {:.1f} MB became {:.1f} MB, {} of {} records stay, {} keys{}; "
        "{:.2f} s, {:.1f} MB/s read",
        job.wanted.partition, job.wanted.first_dirty, job.run->end(), megabytes(stats.read_bytes),
        megabytes(stats.written_bytes), stats.kept_records, stats.read_records, stats.keys,
        stats.map_full ? " (more did not fit into log.cleaner.dedupe.buffer.size)" : "", seconds,
        megabytes(read) / seconds);
    if (stats.without_key > 0) {
        ports_.log.warn("{}: {} records without a key were removed: a compacted topic keeps none",
                        job.wanted.partition, stats.without_key);
    }
}

/// What the files of the directories do not say yet.
std::map<runtime::Path, log::OffsetCheckpoint> LogCleaner::unwritten() const {
    std::map<runtime::Path, log::OffsetCheckpoint> wanted;
    for (const auto& [directory, offsets] : written_) {
        wanted[directory];
    }
    for (const auto& [partition, offset] : schedule_.cleaned()) {
        if (const auto place = where_.find(partition); place != where_.end()) {
            wanted[place->second].insert_or_assign(partition, offset);
        }
    }
    std::erase_if(wanted, [this](const auto& item) {
        const auto known = written_.find(item.first);
        return known != written_.end() && known->second == item.second;
    });
    return wanted;
}

/// One writer of a directory at a time: what comes meanwhile is written by it too.
void LogCleaner::write_checkpoints() {
    for (const auto& [directory, offsets] : unwritten()) {
        if (writing_.insert(directory).second) {
            tasks_.spawn(write_checkpoint(directory));
        }
    }
}

awaitable<void> LogCleaner::write_checkpoint(runtime::Path directory) {
    bool failed = false;
    while (!failed) {
        auto wanted = unwritten();
        const auto mine = wanted.find(directory);
        if (mine == wanted.end()) {
            break;
        }
        auto offsets = std::move(mine->second);
        auto write = [this, &directory, &offsets] {
            return ports_.disk.replace_text(directory / log::cleaner_offset_file,
                                            log::offset_checkpoint_text(offsets));
        };
        const auto done = co_await runtime::run_blocking(home_, std::move(write));
        if (done) {
            seen_.insert(directory);
            written_.insert_or_assign(directory, std::move(offsets));
        } else {
            failed = true;
            ports_.log.warn("{}; after the next start more is compacted again than need be",
                            done.error().message);
        }
    }
    writing_.erase(directory);
}

BrokerFacts::Cleaner LogCleaner::facts() const {
    BrokerFacts::Cleaner facts{
        .jobs_done = jobs_done_,
        .jobs_failed = jobs_failed_,
        .jobs_running = schedule_.in_progress(),
        .read_bytes = read_bytes_,
        .written_bytes = written_bytes_,
        .removed_records = removed_records_,
        .dirty_bytes = schedule_.dirty_bytes(),
        .dirtiest_ratio = schedule_.dirtiest_ratio(),
        .overdue = std::chrono::milliseconds(schedule_.overdue_ms()),
        .since_last = started_ ? home_.clock().now() - last_plan_ : Duration{},
        .directories = {}};
    for (const auto& directory : ports_.directories) {
        auto& counted = facts.directories.emplace_back();
        counted.path = directory.string();
        for (const auto& [partition, why] : schedule_.uncleanable()) {
            const auto place = where_.find(partition);
            if (place != where_.end() && place->second == directory) {
                ++counted.uncleanable_partitions;
                counted.uncleanable_bytes += why.bytes;
            }
        }
    }
    return facts;
}

}  // namespace barnabas::broker

#include "broker/broker.h"

#include "base/invariant.h"
#include "broker/await_answer.h"
#include "broker/handlers/side_by_side.h"
#include "broker/stop_times.h"
#include "broker/takeover.h"
#include "metadata/embedded_store.h"
#include "metadata/registration.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace barnabas::broker {
namespace {

constexpr std::string_view state_file = "cluster.db";

/// Each shard's part of queued.max.request.bytes; without one, a bound that a small machine stands.
std::size_t request_bytes_per_shard(const NetworkConfig& config, std::size_t shards) {
    constexpr std::int64_t standard = 256 << 20;
    return static_cast<std::size_t>(config.queued_max_request_bytes.value_or(standard)) / shards;
}

/// Where Kafka's KRaft log is, if it has a directory of its own.
std::optional<runtime::Path> kraft_directory(const ConfigMap& statics) {
    const auto set = statics.find("metadata.log.dir");
    return set == statics.end() || set->second.empty() ? std::nullopt
                                                       : std::optional<runtime::Path>(set->second);
}

/// Each shard's part of max.incremental.fetch.session.cache.slots, of which 0 allows none.
std::size_t session_slots_per_shard(const FetchConfig& config, std::size_t shards) {
    return (static_cast<std::size_t>(config.session_slots) + shards - 1) / shards;
}

}  // namespace

Broker::Broker(Ports ports, Options options)
    : ports_(std::move(ports)),
      options_(std::move(options)),
      definitions_(Definitions::make()),
      quota_(limits_of(options_.config.network)) {
    INVARIANT(!ports_.shards.empty(), "a broker without shards");
}

Broker::~Broker() {
    INVARIANT(fronts_.empty() || ports_.shards.front()->stopped(),
              "broker {} is destroyed while it serves", options_.config.id);
}

awaitable<Result<void>> Broker::start() {
    started_ = ports_.shards.front()->clock().now();
    tasks_ = std::make_unique<runtime::TaskGroup>(*ports_.shards.front());
    auto stage = co_await open_state();
    if (stage) {
        stage = co_await elect();
    }
    if (stage) {
        make_shards();
        stage = co_await open_topics();
    }
    if (stage) {
        stage = co_await listen();
    }
    if (stage) {
        stage = serve_http();
    }
    if (stage) {
        topics_->start_upkeep();
        keeper_ = std::make_unique<DirectoryKeeper>(
            DirectoryKeeper::Ports{.home = *ports_.shards.front(),
                                   .topics = *topics_,
                                   .dirs = *dirs_,
                                   .log = ports_.log.named("topics"),
                                   .retry_interval = options_.config.storage.log_dir_retry_interval,
                                   .store = file_store_,
                                   .store_directory = file_store_directory_,
                                   .on_end = ports_.on_end});
        tasks_->spawn(keeper_->run());
        cleaner_->start();
        mover_->resume(dirs_->take_futures());
        ready_ = true;
    }
    co_return stage;
}

/// Opens the directories and the store, and takes the node id that the directories have.
Result<void> Broker::open_storage() {
    auto& home = *ports_.shards.front();
    TRY_ASSIGN(dirs_, log::LogDirs::open({.disk = ports_.disk,
                                          .random = home.random(),
                                          .directories = directories(),
                                          .log = ports_.log.named("log"),
                                          .temporary = options_.state == StateKind::temporary}));
    if (ports_.open_store) {
        store_ = ports_.open_store();
    } else if (options_.state == StateKind::temporary) {
        store_ = metadata::make_memory_store();
    } else {
        TRY_ASSIGN(file_store_directory_, dirs_->home_of(state_file));
        const auto file = dirs_->path_of(*file_store_directory_) / state_file;
        TRY_ASSIGN(auto store, metadata::open_embedded_store(ports_.disk, file, &home));
        file_store_ = store.get();
        store_ = std::move(store);
    }
    const auto& found = dirs_->identity();
    if (found.node && *found.node != options_.config.id) {
        if (options_.statics.contains("node.id") || options_.statics.contains("broker.id")) {
            return fail(ErrorCode::invalid_config,
                        "node.id is {}, but the log directories are of broker {}",
                        options_.config.id, *found.node);
        }
        ports_.log.info("taking over node id {} from the log directories", *found.node);
        options_.config.id = *found.node;
    }
    return {};
}

std::vector<runtime::Path> Broker::directories() const {
    const auto& names = options_.config.storage.log_dirs;
    return {names.begin(), names.end()};
}

/// The directories and the cluster's state: who we are.
awaitable<Result<void>> Broker::open_state() {
    auto& home = *ports_.shards.front();
    if (auto opened = open_storage(); !opened) {
        co_return opened;
    }
    auto prepare = [this](auto done) { metadata::prepare_tree(*store_, std::move(done)); };
    auto prepared = co_await await_answer<Result<void>>(home, std::move(prepare));
    if (prepared) {
        prepared = co_await load_state();
    }
    const auto& found = dirs_->identity();
    const auto proposed = found.cluster_id.value_or(home.random().uuid().to_string());
    if (prepared && state_.cluster_id.empty()) {
        prepared = co_await take_over(proposed);
    }
    if (!prepared) {
        co_return prepared;
    }
    if (found.cluster_id && *found.cluster_id != state_.cluster_id) {
        co_return fail(ErrorCode::inconsistent_cluster_id,
                       "the log directories are of cluster {}, the cluster state of {}",
                       *found.cluster_id, state_.cluster_id);
    }
    co_return dirs_->claim(options_.config.id, state_.cluster_id);
}

awaitable<Result<void>> Broker::load_state() {
    auto load = [this](auto done) { metadata::load_cluster_state(*store_, std::move(done)); };
    auto state = co_await await_answer<Result<metadata::ClusterState>>(*ports_.shards.front(),
                                                                       std::move(load));
    if (!state) {
        co_return fail(std::move(state));
    }
    state_ = std::move(*state);
    co_return Result<void>();
}

/// The first start: what a stopped Kafka broker left, if it did, and the cluster's id.
awaitable<Result<void>> Broker::take_over(std::string cluster_id) {
    auto& home = *ports_.shards.front();
    std::vector<runtime::Path> online;  // what cannot be read has nothing to say
    for (auto& use : dirs_->use()) {
        if (use.online) {
            online.push_back(std::move(use.path));
        }
    }
    auto left = read_kafka_cluster({.disk = ports_.disk,
                                    .random = home.random(),
                                    .directories = std::move(online),
                                    .metadata_directory = kraft_directory(options_.statics),
                                    .node = options_.config.id,
                                    .cluster_id = cluster_id,
                                    .definitions = definitions_,
                                    .log = ports_.log.named("takeover")});
    if (!left) {
        co_return fail(std::move(left));
    }
    if (*left) {
        using Answer = metadata::StoreResult<std::vector<metadata::OpOutcome>>;
        auto ops = metadata::import_ops(**left);
        auto import = [this, &ops](auto done) { store_->multi(std::move(ops), std::move(done)); };
        const auto imported = co_await await_answer<Answer>(home, std::move(import));
        if (!imported) {
            const Error error = metadata::to_error(imported.error());
            co_return fail(error.code, "{}", error.message);
        }
    } else {
        auto ensure = [this, &cluster_id](auto done) {
            metadata::ensure_cluster_id(*store_, cluster_id, std::move(done));
        };
        auto ensured = co_await await_answer<Result<std::string>>(home, std::move(ensure));
        if (!ensured) {
            co_return fail(std::move(ensured));
        }
    }
    co_return co_await load_state();
}

/// Somebody has to change topics; whoever keeps the store's session may.
awaitable<Result<void>> Broker::elect() {
    auto& home = *ports_.shards.front();
    const auto now = home.clock().both().wall;
    auto claim = [this, now](auto done) {
        metadata::elect_controller(*store_, options_.config.id, now, std::move(done));
    };
    const auto elected = co_await await_answer<Result<metadata::Controller>>(home, claim);
    if (!elected) {
        co_return fail(Result<metadata::Controller>(elected));
    }
    INVARIANT(elected->broker == options_.config.id, "broker {} controls an embedded store",
              elected->broker);
    state_.controller_epoch = elected->epoch;
    co_return Result<void>();
}

void Broker::make_shards() {
    services_.node = options_.config.id;
    services_.log = ports_.log.named("request");
    services_.definitions = &definitions_;
    services_.quota = &quota_;
    const auto count = ports_.shards.size();
    const auto slots = session_slots_per_shard(options_.config.fetch, count);
    const auto request_bytes = request_bytes_per_shard(options_.config.network, count);
    auto statics = options_.statics;
    if (!statics.contains("broker.id")) {
        statics.insert_or_assign("node.id", fmt::format("{}", options_.config.id));
    }
    const auto settings = std::make_shared<const Settings>(
        Settings{.config = options_.config, .statics = std::move(statics)});
    const auto seed = ports_.shards.front()->random().next();
    const auto share_sessions = std::make_shared<ShareSessionRegister>();
    for (std::size_t i = 0; i < count; ++i) {
        const FetchSessionCache::Options sessions{.slots = slots,
                                                  .shard = static_cast<std::uint32_t>(i),
                                                  .shards = static_cast<std::uint32_t>(count),
                                                  .seed = seed};
        services_.shards.push_back(
            std::make_unique<BrokerShard>(*ports_.shards[i], sessions, request_bytes));
        services_.shards.back()->settings = settings;
        coordinators_.push_back(
            std::make_unique<Coordinators>(services_, *services_.shards.back()));
        services_.shards.back()->coordinators = coordinators_.back().get();
        share_state_clients_.push_back(
            std::make_unique<ShareStateClient>(services_, *services_.shards.back()));
        services_.shards.back()->share_state = share_state_clients_.back().get();
        shares_.push_back(
            std::make_unique<SharePartitions>(services_, *services_.shards.back(), share_sessions));
        services_.shards.back()->shares = shares_.back().get();
    }
}

awaitable<Result<void>> Broker::open_topics() {
    auto& home = *ports_.shards.front();
    producer_ids_ = std::make_unique<ProducerIds>(home, *store_, services_.node);
    topics_ =
        std::make_unique<TopicService>(TopicService::Ports{.services = services_,
                                                           .store = *store_,
                                                           .dirs = *dirs_,
                                                           .definitions = definitions_,
                                                           .log = ports_.log.named("topics")});
    cleaner_ = std::make_unique<LogCleaner>(LogCleaner::Ports{.services = services_,
                                                              .disk = ports_.disk,
                                                              .directories = directories(),
                                                              .log = ports_.log.named("cleaner")});
    services_.cleaner = cleaner_.get();
    services_.producer_ids = producer_ids_.get();
    services_.topics = topics_.get();
    mover_ = std::make_unique<ReplicaMover>(ReplicaMover::Ports{.services = services_,
                                                                .topics = *topics_,
                                                                .dirs = *dirs_,
                                                                .log = ports_.log.named("topics")});
    services_.mover = mover_.get();
    ClusterImage image;
    image.cluster_id = state_.cluster_id;
    image.controller = services_.node;
    co_return co_await topics_->start(std::move(state_), std::move(image));
}

/// Fetches that wait, for records or for a disk, answer with what there is: a stop does not wait
/// for them.
awaitable<void> Broker::end_waits() {
    auto& home = *ports_.shards.front();
    if (producer_ids_) {
        producer_ids_->end_waits();
    }
    for (auto& shard : services_.shards) {
        auto mark = [&shard] { shard->stopping = true; };
        co_await runtime::call_on(home, shard->shard, mark);
    }
    // Whoever looked at the mark before it was set is in a partition's list by now.
    for (auto& shard : services_.shards) {
        auto wake = [&shard] {
            shard->cold_reads.end_waits();
            shard->first_appends.end_waits();
            shard->shares->give_up();
            shard->coordinators->give_up();
            shard->partitions.for_each(
                [](replication::Partition& partition) { partition.wake_all_fetches(); });
        };
        co_await runtime::call_on(home, shard->shard, wake);
    }
}

awaitable<void> Broker::stop_coordinators() {
    auto& home = *ports_.shards.front();
    for (auto& shard : services_.shards) {
        auto join = [&shard] { return shard->shares->join(); };
        co_await runtime::await_on(home, shard->shard, join);
    }
    for (auto& shard : services_.shards) {
        auto join = [&shard] { return shard->coordinators->join(); };
        co_await runtime::await_on(home, shard->shard, join);
    }
}

awaitable<void> Broker::stop_serving() {
    auto& home = *ports_.shards.front();
    co_await end_waits();
    if (http_) {
        co_await http_->stop();
    }
    // At once: where one waits for a request that hangs, the others take no more connections.
    auto stop = [this](std::size_t i) { return stop_front(i); };
    co_await side_by_side(home, fronts_.size(), stop);
    fronts_.clear();
    co_await stop_coordinators();
}

awaitable<void> Broker::stop_front(std::size_t i) {
    auto& home = *ports_.shards.front();
    auto stop = [this, i] { return fronts_[i].acceptor->stop(); };
    co_await runtime::await_on(home, *ports_.shards[i], stop);
    auto drop = [this, i] { fronts_[i] = Front(); };
    co_await runtime::call_on(home, *ports_.shards[i], drop);
}

awaitable<void> Broker::stop_reads() {
    auto& home = *ports_.shards.front();
    for (auto& shard : services_.shards) {
        auto stop_reads = [&shard] { return shard->cold_reads.stop(); };
        co_await runtime::await_on(home, shard->shard, stop_reads);
        auto stop_appends = [&shard] { return shard->first_appends.stop(); };
        co_await runtime::await_on(home, shard->shard, stop_appends);
    }
}

/// Also of who does not wait for it any more: producer ids were asked for.
awaitable<void> Broker::end_store() {
    if (file_store_ == nullptr) {
        co_return;
    }
    auto wait = [this](auto idle) { file_store_->when_idle([idle] { idle(true); }); };
    co_await await_answer<bool>(*ports_.shards.front(), std::move(wait));
}

/// How far a stop is.
struct Broker::Stopping {
    StopTimes times;
    std::string hangs;
};

/// What comes after a stage that hangs has a moment all the same: it may be of other disks. A stage
/// that still goes on when the broker is stopped again is not begun anew.
awaitable<void> Broker::end_stage(std::string_view what, awaitable<void> work, Stopping& stopping) {
    auto& home = *ports_.shards.front();
    const auto found = stages_.try_emplace(std::string(what), home, std::move(work)).first;
    const Time now = home.clock().now();
    const Time until = StopTimes::at_least_a_moment(stopping.times.begun, now);
    if (!co_await found->second.ended_by(until)) {
        ports_.log.warn("the stop does not wait any longer for {}: a disk hangs", what);
        stopping.hangs += fmt::format("{}{}", stopping.hangs.empty() ? "" : ", ", what);
    }
}

awaitable<Result<void>> Broker::stop() {
    auto& home = *ports_.shards.front();
    stopping_ = true;
    ready_ = false;
    Stopping stopping{.times = StopTimes::from(home.clock().now()), .hangs = {}};
    co_await end_stage("requests that are under way", stop_serving(), stopping);
    co_await end_stage("reads", stop_reads(), stopping);
    if (keeper_) {
        keeper_->stop();
    }
    if (cleaner_) {
        co_await end_stage("the compaction", cleaner_->stop(), stopping);
    }
    if (mover_) {
        co_await end_stage("moves between log directories", mover_->stop(), stopping);
    }
    Result<void> closed;
    if (topics_) {
        auto times = stopping.times;
        times.begun = StopTimes::at_least_a_moment(times.begun, home.clock().now());
        closed = co_await topics_->stop(times);
    }
    if (tasks_) {
        co_await end_stage("a look at the log directories", tasks_->join(), stopping);
    }
    co_await end_stage("the cluster's state", end_store(), stopping);
    if (closed && !stopping.hangs.empty()) {
        closed =
            fail(ErrorCode::kafka_storage_error, "a disk hangs, and with it {}", stopping.hangs);
    }
    co_return closed;
}

}  // namespace barnabas::broker

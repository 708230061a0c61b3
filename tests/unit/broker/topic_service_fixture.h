#pragma once

#include "broker/await_answer.h"
#include "broker/config/definitions.h"
#include "broker/connection_quota.h"
#include "broker/log_cleaner.h"
#include "broker/producer_ids.h"
#include "broker/topic_service.h"
#include "metadata/embedded_store.h"
#include "runtime/simulated/simulation.h"
#include "runtime/tasks.h"
#include "unit/log/log_batches.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::broker {

/// The topic service alone, with directories /a and /b on a simulated machine. The store outlives
/// it, as a file would: it can be stopped and started again.
class TopicServiceFixture {
public:
    explicit TopicServiceFixture(ConfigMap configs = {}, std::uint64_t seed = 1,
                                 const runtime::SimulationOptions& options = {})
        : simulation_(seed, options),
          configs_(std::move(configs)),
          machine_(simulation_.add_machine("broker")),
          store_(metadata::make_memory_store()) {
        Result<void> prepared;
        metadata::prepare_tree(*store_, [&](Result<void> done) { prepared = std::move(done); });
        EXPECT_TRUE(prepared) << prepared.error().message;
    }
    TopicServiceFixture(const TopicServiceFixture&) = delete;
    TopicServiceFixture& operator=(const TopicServiceFixture&) = delete;
    ~TopicServiceFixture() {
        if (topics_) {
            stop();
        }
    }

    /// As Broker does it.
    Result<void> start() {
        open_directories();
        if (::testing::Test::HasFatalFailure()) {
            return fail(ErrorCode::unknown_server_error, "see above");
        }
        Result<void> started;
        auto begin = [](TopicServiceFixture* at, metadata::ClusterState state,
                        Result<void>* into) -> Task {
            ClusterImage image;
            image.controller = at->services_->node;
            *into = co_await at->topics_->start(std::move(state), std::move(image));
        };
        run(begin(this, stored(), &started));
        return started;
    }
    void start_upkeep() {
        machine_.shard(0).post([this] { topics_->start_upkeep(); });
    }
    /// A record to each partition, or to those of one number.
    void append_everywhere() {
        append_where([](const auto&) { return true; });
    }
    void append_to(std::int32_t number) {
        append_where([number](const replication::Partition& partition) {
            return partition.name().partition == PartitionId{number};
        });
    }
    void run_for(Duration how_long) { simulation_.run_for(how_long); }
    /// stop() begins; that it has ended is told in `ended`.
    void begin_stop(bool& ended) {
        auto end = [](TopicService* topics, bool* done) -> Task {
            const auto stopped = co_await topics->stop({});
            EXPECT_TRUE(stopped) << stopped.error().message;
            *done = true;
        };
        auto& shard = machine_.shard(0);
        shard.post(
            [this, &shard, end, &ended] { runtime::spawn(shard, end(topics_.get(), &ended)); });
    }
    /// As Broker does it. On an error it is still there.
    Result<void> stop_in_time() {
        Result<void> stopped;
        auto end = [](TopicService* topics, StopTimes times, Result<void>* into) -> Task {
            *into = co_await topics->stop(times);
        };
        const Time began = now();
        run(end(topics_.get(), StopTimes::from(began), &stopped));
        EXPECT_LT(now() - began, StopTimes::longest);
        return stopped;
    }
    [[nodiscard]] Time now() const { return simulation_.clock().now(); }
    [[nodiscard]] BrokerShard& shard() { return *services_->shards.front(); }
    /// In order.
    void stop() {
        auto end = [](TopicService* topics) -> Task {
            const auto stopped = co_await topics->stop({});
            EXPECT_TRUE(stopped) << stopped.error().message;
        };
        run(end(topics_.get()));
        forget();
    }
    /// As a process that is killed.
    void forget() {
        topics_.reset();
        producer_ids_.reset();
        cleaner_.reset();
        services_.reset();
        quota_.reset();
        dirs_.reset();
    }

    CreatedTopic create(const std::string& name, std::int32_t partitions) {
        std::optional<CreatedTopic> created;
        run(make(topics_.get(), wanted(name, partitions), &created));
        return std::move(*created);
    }
    /// Begins to; what comes of it is told in `created`.
    void begin_create(const std::string& name, std::int32_t partitions,
                      std::optional<CreatedTopic>& created) {
        auto& shard = machine_.shard(0);
        shard.post([this, &shard, &created, topic = wanted(name, partitions)] {
            runtime::spawn(shard, make(topics_.get(), topic, &created));
        });
    }
    /// Asks for no change of features, within `patience`.
    ErrorCode take_a_turn(Duration patience) {
        Result<void> taken;
        auto take = [](TopicService* topics, Time until, Result<void>* into) -> Task {
            *into = co_await topics->update_features({}, true, until);
        };
        run(take(topics_.get(), now() + patience, &taken));
        return taken ? ErrorCode::none : taken.error().code;
    }
    Result<void> remove(const std::string& name) {
        Result<void> removed;
        auto take = [](TopicService* topics, std::string which, Result<void>* into) -> Task {
            *into = co_await topics->remove(std::move(which), never);
        };
        run(take(topics_.get(), name, &removed));
        return removed;
    }

    /// As DirectoryKeeper does it.
    Result<void> take_back(std::size_t directory) {
        Result<void> taken;
        auto take = [](TopicService* topics, std::size_t which, Result<void>* into) -> Task {
            *into = co_await topics->take_back_directory(which, {});
        };
        run(take(topics_.get(), directory, &taken));
        return taken;
    }

    /// Begins to; what comes of it is told in `taken`.
    void begin_to_take_back(std::size_t directory, std::optional<Result<void>>& taken) {
        auto take = [](TopicService* topics, std::size_t which,
                       std::optional<Result<void>>* into) -> Task {
            *into = co_await topics->take_back_directory(which, {});
        };
        auto& shard = machine_.shard(0);
        shard.post([this, &shard, take, directory, &taken] {
            runtime::spawn(shard, take(topics_.get(), directory, &taken));
        });
    }

    /// As far as it goes before the first folder is renamed.
    void begin_to_remove(const std::string& name) {
        using Answer = metadata::StoreResult<std::vector<metadata::OpOutcome>>;
        store_->multi(metadata::condemn_topic_ops(name),
                      [](Answer done) { EXPECT_TRUE(done) << done.error().message; });
    }

    [[nodiscard]] runtime::SimulatedDisk& disk() { return machine_.disk(); }
    [[nodiscard]] log::LogDirs& dirs() { return *dirs_; }
    [[nodiscard]] TopicService& topics() { return *topics_; }
    /// What the store holds.
    [[nodiscard]] metadata::ClusterState stored() {
        Result<metadata::ClusterState> state;
        metadata::load_cluster_state(
            *store_, [&](Result<metadata::ClusterState> loaded) { state = std::move(loaded); });
        EXPECT_TRUE(state) << state.error().message;
        return state ? std::move(*state) : metadata::ClusterState();
    }
    /// Why a partition is offline; empty if it is not.
    [[nodiscard]] std::string why_offline(const std::string& topic, std::size_t partition) const {
        const auto image = topics_->image()->by_name(topic);
        EXPECT_TRUE(image) << topic;
        const auto& why = image->partitions.at(partition).why_offline;
        return why ? *why : std::string();
    }

private:
    using Task = boost::asio::awaitable<void>;

    static WantedTopic wanted(const std::string& name, std::int32_t partitions) {
        return {.name = name, .partitions = partitions, .assignments = {}, .configs = {}};
    }
    static Task make(TopicService* topics, WantedTopic topic, std::optional<CreatedTopic>* into) {
        std::vector<WantedTopic> all;
        all.push_back(std::move(topic));
        auto answers = co_await topics->create(std::move(all), never);
        *into = std::move(answers.at(0));
    }

    void append_where(const PartitionTable::Wanted& wanted) {
        shard().partitions.for_each([&](replication::Partition& partition) {
            if (!wanted(partition)) {
                return;
            }
            auto records = log::testing::make_batch();
            EXPECT_TRUE(partition.log().append(
                records.mutable_view(),
                {.epoch = partition.leader_epoch(), .now = machine_.shard(0).clock().both()},
                shard().validator));
        });
    }

    void open_directories() {
        const auto definition = broker_definition();
        configs_["log.dirs"] = "/a,/b";
        auto loaded = load_broker_config(definition, configs_, {});
        ASSERT_TRUE(loaded) << loaded.error().message;
        auto dirs = log::LogDirs::open({.disk = disk(),
                                        .random = machine_.shard(0).random(),
                                        .directories = {"/a", "/b"},
                                        .log = {}});
        ASSERT_TRUE(dirs) << dirs.error().message;
        dirs_ = std::move(*dirs);
        quota_ = std::make_unique<ConnectionQuota>(limits_of(loaded->config.network));
        services_ = std::make_unique<Services>();
        services_->node = BrokerId{1};
        services_->definitions = &definitions_;
        services_->quota = quota_.get();
        services_->shards.push_back(std::make_unique<BrokerShard>(
            machine_.shard(0), FetchSessionCache::Options{.slots = 1, .shard = 0, .shards = 1},
            std::size_t{1} << 20));
        services_->shards.back()->settings = std::make_shared<const Settings>(
            Settings{.config = loaded->config, .statics = loaded->statics});
        cleaner_ = std::make_unique<LogCleaner>(LogCleaner::Ports{
            .services = *services_, .disk = disk(), .directories = {"/a", "/b"}, .log = {}});
        producer_ids_ = std::make_unique<ProducerIds>(machine_.shard(0), *store_, services_->node);
        topics_ = std::make_unique<TopicService>(TopicService::Ports{.services = *services_,
                                                                     .store = *store_,
                                                                     .dirs = *dirs_,
                                                                     .definitions = definitions_,
                                                                     .log = {}});
        services_->cleaner = cleaner_.get();
        services_->producer_ids = producer_ids_.get();
        services_->topics = topics_.get();
    }

    void run(Task task) {
        bool done = false;
        auto& shard = machine_.shard(0);
        auto finish = [](bool* flag, Task what) -> Task {
            co_await std::move(what);
            *flag = true;
        };
        shard.post([&] { runtime::spawn(shard, finish(&done, std::move(task))); });
        EXPECT_TRUE(simulation_.run_until([&done] { return done; }, std::chrono::minutes(10)));
    }

    runtime::Simulation simulation_;
    ConfigMap configs_;
    runtime::SimulatedMachine& machine_;
    std::unique_ptr<metadata::Store> store_;
    Definitions definitions_ = Definitions::make();
    std::unique_ptr<log::LogDirs> dirs_;
    std::unique_ptr<ConnectionQuota> quota_;
    std::unique_ptr<Services> services_;
    std::unique_ptr<LogCleaner> cleaner_;
    std::unique_ptr<ProducerIds> producer_ids_;
    std::unique_ptr<TopicService> topics_;
};

}  // namespace barnabas::broker

#pragma once

#include "broker/acceptor.h"
#include "broker/connection_quota.h"
#include "broker/coordinators/coordinators.h"
#include "broker/coordinators/share_state_client.h"
#include "broker/directory_keeper.h"
#include "broker/dispatcher.h"
#include "broker/ended_by.h"
#include "broker/group_report.h"
#include "broker/http_server.h"
#include "broker/log_cleaner.h"
#include "broker/producer_ids.h"
#include "broker/replica_mover.h"
#include "broker/services.h"
#include "broker/share/share_partitions.h"
#include "broker/topic_service.h"
#include "log/log_dirs.h"
#include "metadata/store.h"
#include "runtime/shard.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::broker {

/// Keeps nothing on disk beside the logs: --temporary.
enum class StateKind { durable, temporary };

/// One broker: its listeners, partitions and cluster state, on the shards it is given. Made,
/// started, stopped and destroyed on the first of them. The ports outlive it.
class Broker {
public:
    struct Ports {
        std::vector<runtime::Shard*> shards;  // at least one
        runtime::Disk& disk;
        Logger log;
        /// For what clients are told where a listener takes every address.
        std::string host_name;
        /// The broker cannot go on, and why: it wants to be stopped. Called once, on the first
        /// shard.
        std::function<void(std::string)> on_end{};
        /// Opens what keeps the cluster's state in the place of a file in a log directory: where
        /// the disk is simulated, SQLite cannot reach it.
        std::function<std::unique_ptr<metadata::Store>()> open_store{};
    };
    struct Options {
        BrokerConfig config;
        ConfigMap statics;
        StateKind state = StateKind::durable;
    };

    Broker(Ports ports, Options options);
    Broker(const Broker&) = delete;
    Broker& operator=(const Broker&) = delete;
    ~Broker();  // INVARIANT: never started, or stopped, or its shards are (a machine that died)

    /// In stages: directories, cluster state, logs, listeners. After an error stop() tidies up.
    awaitable<Result<void>> start();
    /// The stages in reverse. Requests under way are answered or their connections closed. A disk
    /// that hangs is waited for a minute; the logs of other directories are closed in order all the
    /// same. An error says what still hangs: then threads are at work with this, and the process
    /// has to end without destroying it (or stop() is called again when the disk has gone on).
    awaitable<Result<void>> stop();

    /// Where clients can connect, as bound: (listener's name, endpoint).
    [[nodiscard]] const std::vector<std::pair<std::string, runtime::Endpoint>>& bound() const {
        return bound_;
    }
    /// Where clients are sent: (listener's name, endpoint).
    [[nodiscard]] const std::vector<std::pair<std::string, runtime::Endpoint>>& advertised() const {
        return advertised_;
    }
    [[nodiscard]] const std::vector<runtime::Endpoint>& http() const { return http_bound_; }

private:
    /// What one shard serves connections with.
    struct Front {
        std::unique_ptr<Acceptor> acceptor;
        std::vector<std::unique_ptr<Dispatcher>> dispatchers;
    };

    void make_shards();
    Result<void> open_storage();
    [[nodiscard]] std::vector<runtime::Path> directories() const;
    awaitable<void> end_waits();
    awaitable<void> stop_serving();
    awaitable<void> stop_front(std::size_t i);
    awaitable<void> stop_reads();
    awaitable<void> end_store();
    awaitable<void> stop_coordinators();
    struct Stopping;
    awaitable<void> end_stage(std::string_view what, awaitable<void> work, Stopping& stopping);
    awaitable<Result<void>> open_state();
    awaitable<Result<void>> load_state();
    awaitable<Result<void>> take_over(std::string cluster_id);
    awaitable<Result<void>> elect();
    awaitable<Result<void>> open_topics();
    awaitable<Result<void>> listen();
    Result<std::vector<std::unique_ptr<runtime::Listener>>> bind(runtime::Shard& shard, bool first);
    void advertise();
    awaitable<Result<void>> enter_cluster();
    Result<void> serve_http();
    awaitable<HttpResponse> answer_http(std::string path);
    awaitable<std::string> metrics_page();

    Ports ports_;
    Options options_;
    Definitions definitions_;
    Services services_;
    ConnectionQuota quota_;
    std::unique_ptr<log::LogDirs> dirs_;
    std::unique_ptr<metadata::Store> store_;
    metadata::EmbeddedStore* file_store_ = nullptr;  // store_, if it is kept in a file
    std::optional<std::size_t> file_store_directory_;
    std::unique_ptr<TopicService> topics_;
    std::unique_ptr<ReplicaMover> mover_;
    std::unique_ptr<DirectoryKeeper> keeper_;
    std::unique_ptr<ProducerIds> producer_ids_;
    std::unique_ptr<LogCleaner> cleaner_;
    std::vector<std::unique_ptr<Coordinators>> coordinators_;  // one per shard, likewise fronts_
    std::vector<std::unique_ptr<ShareStateClient>> share_state_clients_;  // and these
    std::vector<std::unique_ptr<SharePartitions>> shares_;                // and these
    std::unique_ptr<runtime::TaskGroup> tasks_;
    std::vector<Front> fronts_;                              // one per shard
    std::map<std::string, EndingWork, std::less<>> stages_;  // of stop(), since its first call
    GroupReport group_report_{services_};
    std::unique_ptr<HttpServer> http_;
    metadata::ClusterState state_;
    std::vector<std::pair<std::string, runtime::Endpoint>> bound_;
    std::vector<std::pair<std::string, runtime::Endpoint>> advertised_;
    std::vector<runtime::Endpoint> http_bound_;
    Time started_{};
    bool ready_ = false;
    bool stopping_ = false;
};

}  // namespace barnabas::broker

#pragma once

#include "base/config_definition.h"
#include "base/logger.h"
#include "base/time.h"
#include "base/types.h"
#include "broker/config/coordinator_config.h"
#include "broker/config/listener_config.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::broker {

/// Listening, connections and the bytes they may hold.
struct NetworkConfig {
    std::vector<ListenerConfig> listeners;  // at least one; names differ
    /// One per listener, in the same order. An empty host stands for this machine's name: whoever
    /// advertises it fills that in; a port 0 becomes the port that was bound.
    std::vector<ListenerConfig> advertised;
    std::vector<HostAndPort> metrics_listeners;  // /metrics, /live, /ready; may be empty
    bool metrics_per_partition = false;

    std::int32_t max_connections = 0;
    std::int32_t max_connections_per_ip = 0;
    std::map<std::string, std::int32_t, std::less<>> max_connections_per_ip_overrides;
    std::optional<Duration> connections_max_idle;  // nothing: never closed for idling
    int listen_backlog = 0;
    int send_buffer_bytes = -1;     // -1: the system's
    int receive_buffer_bytes = -1;  // -1: the system's
    std::int32_t request_max_bytes = 0;
    std::optional<std::int64_t> queued_max_request_bytes;  // nothing: no limit
};

/// Compaction. The dedupe buffer and the I/O buffer are shared out among the threads.
struct CleanerConfig {
    bool enable = true;
    std::size_t threads = 1;
    std::size_t dedupe_buffer_bytes = 0;
    double load_factor = 0.9;
    std::size_t io_buffer_bytes = 0;
    double io_max_bytes_per_second = 0;
    Duration backoff{};
};

/// Where the logs are and how often their upkeep runs. Topics' own settings are log's.
struct StorageConfig {
    std::vector<std::string> log_dirs;           // at least one
    std::vector<std::string> cordoned_log_dirs;  // "*": all
    std::int64_t log_dir_min_free_bytes = 0;
    std::size_t recovery_threads_per_dir = 1;
    std::optional<Duration> log_dir_retry_interval;  // nothing: a failed one is out until a restart
    std::optional<std::size_t> move_threads;         // nothing: as many as there are directories
    std::int64_t move_bytes_per_second = 0;
    Duration initial_task_delay{};  // from the start to the first retention and flush by time
    Duration flush_scheduler_interval{};
    Duration high_watermark_checkpoint_interval{};
    std::optional<Duration> recovery_point_checkpoint_interval;  // nothing: with the others
    std::optional<Duration> log_start_checkpoint_interval;       // the same
    Duration retention_check_interval{};
    Duration producer_expiration{};
    Duration producer_expiration_check_interval{};
    CleanerConfig cleaner;
};

struct TopicsConfig {
    bool auto_create = true;
    bool deletion = true;
    std::int32_t default_partitions = 1;
    std::int32_t default_replication_factor = 1;
};

struct FetchConfig {
    std::int32_t max_bytes = 0;
    std::int32_t session_slots = 0;
    std::int32_t describe_partitions_max = 0;  // in one DescribeTopicPartitions response
};

/// The process itself.
struct ProcessConfig {
    std::int32_t shards = 0;  // 0: one per core but one
    LogFormat log_format = LogFormat::text;
    LogLevel log_level = LogLevel::info;
};

/// The broker's configuration at start, parsed and checked: what cannot work was refused before.
struct BrokerConfig {
    BrokerId id;
    std::optional<std::string> rack;
    NetworkConfig network;
    StorageConfig storage;
    TopicsConfig topics;
    FetchConfig fetch;
    GroupsConfig groups;
    TransactionsConfig transactions;
    ShareCoordinatorConfig share_coordinator;
    ProcessConfig process;
};

struct LoadOptions {
    /// A name that is not known is a warning instead of the end.
    bool allow_unknown = false;
};

struct LoadedConfig {
    BrokerConfig config;
    /// What the file and the overrides set, by known names: the layer "static broker config" of
    /// BrokerConfigLayers.
    ConfigMap statics;
    /// One sentence each for the start-up log: names without effect here, unknown names.
    std::vector<std::string> warnings;
};

/// What a broker without a file starts from: localhost:9092, data in ./barnabas-data.
[[nodiscard]] ConfigMap config_without_file();

/// From the texts of a file and overrides to a broker's configuration. invalid_config, in one
/// sentence: an unknown name (with the nearest), a bad value, a name that is refused, or values
/// that do not go together.
[[nodiscard]] Result<LoadedConfig> load_broker_config(const ConfigDefinition& definition,
                                                      const ConfigMap& set,
                                                      const LoadOptions& options);

}  // namespace barnabas::broker

#pragma once

#include "base/error_code.h"
#include "base/metrics.h"
#include "base/types.h"
#include "broker/group_metrics.h"
#include "broker/share/share_metrics.h"
#include "broker/transaction_metrics.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::broker {

/// Every metric of the broker: the page of docs/metrics.md is printed from these rows.
[[nodiscard]] std::span<const MetricRow> broker_metric_rows();

/// docs/metrics.md.
[[nodiscard]] std::string broker_metrics_reference();

/// What one shard counts of one API.
struct ApiMetrics {
    std::uint64_t requests = 0;
    std::uint64_t request_bytes = 0;
    std::uint64_t response_bytes = 0;
    LatencyHistogram latency;
    std::vector<std::pair<ErrorCode, std::uint64_t>> errors;  // by code, those that occurred
};

/// What one shard counts: plain numbers, no locks. Lives on its shard; a scrape visits the shards
/// one after the other and merges each into a sum of its own.
class ShardMetrics {
public:
    struct Request {
        std::int16_t api_key = 0;
        std::uint64_t request_bytes = 0;
        std::uint64_t response_bytes = 0;
        Duration took{};  // from the last byte of the request to the response's way out
    };

    /// Once per request. Keys that are no API's are counted nowhere.
    void on_request(const Request& request);
    /// Once per error code in a response, `times` over; none is not an error.
    void on_error(std::int16_t api_key, ErrorCode code, std::uint64_t times = 1);

    /// Adds `other`'s numbers, its gauges included.
    void merge(const ShardMetrics& other);

    /// nullptr if no request of this API came.
    [[nodiscard]] const ApiMetrics* api(std::int16_t api_key) const;

    static constexpr std::int16_t api_keys = 128;

    // Counters, to be raised where it happens.
    std::uint64_t connections_accepted = 0;
    std::uint64_t connections_refused = 0;
    std::uint64_t frames_refused = 0;
    std::uint64_t produced_records = 0;
    std::uint64_t produced_bytes = 0;
    std::uint64_t fetched_bytes = 0;
    std::uint64_t fetch_session_evictions = 0;
    std::uint64_t cold_reads = 0;
    std::uint64_t cold_read_bytes = 0;
    std::uint64_t transaction_checks = 0;
    std::uint64_t transaction_check_failures = 0;

    // Gauges, to be set when a scrape asks.
    std::uint64_t connections = 0;
    std::uint64_t fetch_sessions = 0;
    std::uint64_t fetch_session_partitions = 0;

private:
    ApiMetrics* api_for(std::int16_t api_key);

    std::array<std::unique_ptr<ApiMetrics>, api_keys> apis_;  // made by the first request
};

/// What is looked up when a scrape asks, and counted nowhere. The topics' names outlive it.
struct BrokerFacts {
    struct Partition {
        std::string_view topic;
        PartitionId partition{0};
        std::uint64_t log_bytes = 0;
        Offset log_start{0};
        Offset log_end{0};
    };
    struct LogDir {
        std::string path;
        bool online = true;
        std::uint64_t free_bytes = 0;
        std::uint64_t total_bytes = 0;
    };
    /// Compaction: sums since the start, and how things stand.
    struct Cleaner {
        std::uint64_t jobs_done = 0;
        std::uint64_t jobs_failed = 0;
        std::uint64_t jobs_running = 0;
        std::uint64_t read_bytes = 0;
        std::uint64_t written_bytes = 0;
        std::uint64_t removed_records = 0;
        std::uint64_t dirty_bytes = 0;
        double dirtiest_ratio = 0;
        Duration overdue{};     // of max.compaction.lag.ms
        Duration since_last{};  // that it was looked for logs to compact
        struct Directory {
            std::string path;
            std::uint64_t uncleanable_partitions = 0;
            std::uint64_t uncleanable_bytes = 0;
        };
        std::vector<Directory> directories;
    };
    struct Process {
        Duration cpu{};
        std::uint64_t resident_bytes = 0;
        std::uint64_t open_files = 0;
        std::uint64_t open_files_max = 0;
    };

    BrokerId node = no_broker;
    std::string cluster_id;
    std::string version;
    Duration uptime{};
    Process process;
    std::vector<LogDir> log_dirs;
    std::vector<Partition> partitions;  // any order
    Cleaner cleaner;
    GroupFacts groups;
    TransactionFacts transactions;
    ShareFacts shares;
};

struct MetricsPageOptions {
    /// Series per topic for the first so many topics by name; the others are in the totals alone.
    std::size_t topics_max = 2000;
    /// Series per partition too, of those topics.
    bool per_partition = false;
};

/// The page that Prometheus reads. APIs that nobody called have no series. Pure; on any thread:
/// with 40,000 partitions it takes 30 ms, which is for the blocking pool.
[[nodiscard]] std::string broker_metrics_page(const ShardMetrics& sum, BrokerFacts facts,
                                              const MetricsPageOptions& options);

}  // namespace barnabas::broker

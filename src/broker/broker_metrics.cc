#include "broker/broker_metrics.h"

#include "base/invariant.h"
#include "wire/api.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <ranges>

namespace barnabas::broker {

namespace {

using enum MetricKind;

namespace row {
constexpr MetricRow info{"barnabas_info", gauge, "", "version node cluster",
                         "Always 1; the labels say which broker this is."};
constexpr MetricRow uptime{"barnabas_uptime_seconds", gauge, "seconds", "",
                           "Time since the broker started."};
constexpr MetricRow requests{"barnabas_requests_total", counter, "", "api",
                             "Requests that were answered."};
constexpr MetricRow request_errors{
    "barnabas_request_errors_total", counter, "", "api code",
    "Error codes in responses; one response may carry several, one per partition."};
constexpr MetricRow request_bytes{"barnabas_request_bytes_total", counter, "bytes", "api",
                                  "Bytes of requests, headers included."};
constexpr MetricRow response_bytes{"barnabas_response_bytes_total", counter, "bytes", "api",
                                   "Bytes of responses, headers and records included."};
constexpr MetricRow request_seconds{
    "barnabas_request_seconds", histogram, "seconds", "api",
    "From the last byte of a request until its response is on its way, waits included."};
constexpr MetricRow connections{"barnabas_connections", gauge, "", "",
                                "Connections that are open."};
constexpr MetricRow accepted{"barnabas_connections_accepted_total", counter, "", "",
                             "Connections that were accepted."};
constexpr MetricRow refused{"barnabas_connections_refused_total", counter, "", "",
                            "Connections closed at once because of a limit."};
constexpr MetricRow frames_refused{
    "barnabas_frames_refused_total", counter, "", "",
    "Frames that were too large or not readable; each ended its connection."};
constexpr MetricRow produced_records{"barnabas_produced_records_total", counter, "", "",
                                     "Records appended for producers."};
constexpr MetricRow produced_bytes{"barnabas_produced_bytes_total", counter, "bytes", "",
                                   "Bytes of record batches appended for producers."};
constexpr MetricRow fetched_bytes{"barnabas_fetched_bytes_total", counter, "bytes", "",
                                  "Bytes of record batches sent to consumers."};
constexpr MetricRow cold_reads{"barnabas_cold_reads_total", counter, "", "",
                               "Parts of log files that a request asked for and that were not in "
                               "memory; the blocking pool reads them."};
constexpr MetricRow cold_read_bytes{"barnabas_cold_read_bytes_total", counter, "bytes", "",
                                    "Bytes of those parts."};
constexpr MetricRow transaction_checks{
    "barnabas_transaction_checks_total", counter, "", "",
    "Partitions that coordinators were asked about before a transaction's first batch went into "
    "them (KIP-890)."};
constexpr MetricRow transaction_check_failures{
    "barnabas_transaction_check_failures_total", counter, "", "",
    "Those of them that the transaction was not let into, or nobody answered for."};
constexpr MetricRow fetch_sessions{"barnabas_fetch_sessions", gauge, "", "",
                                   "Incremental fetch sessions that are kept."};
constexpr MetricRow session_partitions{"barnabas_fetch_session_partitions", gauge, "", "",
                                       "Partitions in those sessions."};
constexpr MetricRow session_evictions{"barnabas_fetch_session_evictions_total", counter, "", "",
                                      "Sessions that were dropped to make room for others."};
constexpr MetricRow topics{"barnabas_topics", gauge, "", "", "Topics with a partition here."};
constexpr MetricRow partitions{"barnabas_partitions", gauge, "", "",
                               "Partitions whose log is here."};
constexpr MetricRow log_bytes{"barnabas_log_bytes", gauge, "bytes", "", "Size of all logs."};
constexpr MetricRow topics_left_out{
    "barnabas_topics_left_out", gauge, "", "",
    "Topics that have no series of their own below, because there are too many."};
constexpr MetricRow topic_partitions{"barnabas_topic_partitions", gauge, "", "topic",
                                     "Partitions of the topic whose log is here."};
constexpr MetricRow topic_log_bytes{"barnabas_topic_log_bytes", gauge, "bytes", "topic",
                                    "Size of the topic's logs here."};
constexpr MetricRow topic_end_offsets{
    "barnabas_topic_end_offsets", gauge, "", "topic",
    "The partitions' log end offsets, added up: its rate is records per second."};
constexpr MetricRow partition_log_bytes{
    "barnabas_partition_log_bytes", gauge, "bytes", "topic partition",
    "Size of the partition's log; only with metrics.per.partition."};
constexpr MetricRow partition_start{"barnabas_partition_start_offset", gauge, "", "topic partition",
                                    "Log start offset; only with metrics.per.partition."};
constexpr MetricRow partition_end{"barnabas_partition_end_offset", gauge, "", "topic partition",
                                  "Log end offset; only with metrics.per.partition."};
constexpr MetricRow dir_online{"barnabas_log_dir_online", gauge, "", "dir",
                               "1 if the log directory can be used, 0 if it failed."};
constexpr MetricRow dir_free{"barnabas_log_dir_free_bytes", gauge, "bytes", "dir",
                             "Room left on the log directory's file system."};
constexpr MetricRow dir_total{"barnabas_log_dir_total_bytes", gauge, "bytes", "dir",
                              "Size of the log directory's file system."};
constexpr MetricRow cleaner_jobs{"barnabas_cleaner_compactions_total", counter, "", "",
                                 "Compactions of a log that came to their end."};
constexpr MetricRow cleaner_failures{
    "barnabas_cleaner_failures_total", counter, "", "",
    "Compactions that a disk or unreadable records ended; the log says why."};
constexpr MetricRow cleaner_running{"barnabas_cleaner_running", gauge, "", "",
                                    "Compactions under way."};
constexpr MetricRow cleaner_read{"barnabas_cleaner_read_bytes_total", counter, "bytes", "",
                                 "Bytes that compaction has read, for its map and for copying."};
constexpr MetricRow cleaner_written{"barnabas_cleaner_written_bytes_total", counter, "bytes", "",
                                    "Bytes that compaction has written."};
constexpr MetricRow cleaner_removed{"barnabas_cleaner_removed_records_total", counter, "", "",
                                    "Records that compaction has left out."};
constexpr MetricRow cleaner_dirty{
    "barnabas_cleaner_dirty_bytes", gauge, "bytes", "",
    "Bytes that could be compacted, of all logs with cleanup.policy=compact."};
constexpr MetricRow cleaner_ratio{
    "barnabas_cleaner_dirtiest_ratio", gauge, "", "",
    "Share of the dirtiest log that could be compacted; min.cleanable.dirty.ratio is the bar."};
constexpr MetricRow cleaner_overdue{
    "barnabas_cleaner_overdue_seconds", gauge, "seconds", "",
    "By how much a log has overrun its max.compaction.lag.ms; 0 if none has."};
constexpr MetricRow cleaner_since{"barnabas_cleaner_since_last_run_seconds", gauge, "seconds", "",
                                  "Time since logs to compact were last looked for."};
constexpr MetricRow uncleanable_partitions{
    "barnabas_cleaner_uncleanable_partitions", gauge, "", "dir",
    "Partitions whose records compaction cannot read; it leaves them alone, the log says why."};
constexpr MetricRow uncleanable_bytes{"barnabas_cleaner_uncleanable_bytes", gauge, "bytes", "dir",
                                      "Bytes of them that could be compacted."};
constexpr MetricRow process_cpu{"barnabas_process_cpu_seconds_total", counter, "seconds", "",
                                "Processor time of the broker's process, user and system."};
constexpr MetricRow process_resident{"barnabas_process_resident_bytes", gauge, "bytes", "",
                                     "Memory of the process that is in RAM."};
constexpr MetricRow open_files{"barnabas_process_open_files", gauge, "", "",
                               "File descriptors that are open."};
constexpr MetricRow open_files_max{"barnabas_process_open_files_max", gauge, "", "",
                                   "File descriptors that the process may open."};
}  // namespace row

constexpr MetricRow rows_before_groups[] = {
    row::info,
    row::uptime,
    row::requests,
    row::request_errors,
    row::request_bytes,
    row::response_bytes,
    row::request_seconds,
    row::connections,
    row::accepted,
    row::refused,
    row::frames_refused,
    row::produced_records,
    row::produced_bytes,
    row::fetched_bytes,
    row::cold_reads,
    row::cold_read_bytes,
    row::transaction_checks,
    row::transaction_check_failures,
    row::fetch_sessions,
    row::session_partitions,
    row::session_evictions,
    row::topics,
    row::partitions,
    row::log_bytes,
    row::topics_left_out,
    row::topic_partitions,
    row::topic_log_bytes,
    row::topic_end_offsets,
    row::partition_log_bytes,
    row::partition_start,
    row::partition_end,
    row::dir_online,
    row::dir_free,
    row::dir_total,
    row::cleaner_jobs,
    row::cleaner_failures,
    row::cleaner_running,
    row::cleaner_read,
    row::cleaner_written,
    row::cleaner_removed,
    row::cleaner_dirty,
    row::cleaner_ratio,
    row::cleaner_overdue,
    row::cleaner_since,
    row::uncleanable_partitions,
    row::uncleanable_bytes,
};

constexpr MetricRow rows_behind_groups[] = {
    row::process_cpu,
    row::process_resident,
    row::open_files,
    row::open_files_max,
};

double seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

struct NamedApi {
    std::string_view name;
    const ApiMetrics* metrics;
};

std::vector<NamedApi> apis_of(const ShardMetrics& sum) {
    std::vector<NamedApi> apis;
    for (std::int16_t key = 0; key < ShardMetrics::api_keys; ++key) {
        const auto* info = wire::find_api(key);
        const auto* metrics = sum.api(key);
        if (info && metrics) {
            apis.push_back({info->name, metrics});
        }
    }
    return apis;
}

void put_requests(MetricsText& text, const ShardMetrics& sum) {
    const auto apis = apis_of(sum);
    const auto each = [&](const MetricRow& metric, auto ApiMetrics::* member) {
        text.begin(metric);
        for (const auto& api : apis) {
            text.sample({{"api", api.name}}, api.metrics->*member);
        }
    };
    each(row::requests, &ApiMetrics::requests);
    text.begin(row::request_errors);
    for (const auto& api : apis) {
        for (const auto& [code, times] : api.metrics->errors) {
            text.sample({{"api", api.name}, {"code", error_name(code)}}, times);
        }
    }
    each(row::request_bytes, &ApiMetrics::request_bytes);
    each(row::response_bytes, &ApiMetrics::response_bytes);
    each(row::request_seconds, &ApiMetrics::latency);
}

/// The plain numbers of a shard, as they stand on the page; what is added up over shards.
struct ShardNumber {
    MetricRow row;
    std::uint64_t ShardMetrics::* number;
};

constexpr ShardNumber shard_numbers[] = {
    {row::connections, &ShardMetrics::connections},
    {row::accepted, &ShardMetrics::connections_accepted},
    {row::refused, &ShardMetrics::connections_refused},
    {row::frames_refused, &ShardMetrics::frames_refused},
    {row::produced_records, &ShardMetrics::produced_records},
    {row::produced_bytes, &ShardMetrics::produced_bytes},
    {row::fetched_bytes, &ShardMetrics::fetched_bytes},
    {row::cold_reads, &ShardMetrics::cold_reads},
    {row::cold_read_bytes, &ShardMetrics::cold_read_bytes},
    {row::transaction_checks, &ShardMetrics::transaction_checks},
    {row::transaction_check_failures, &ShardMetrics::transaction_check_failures},
    {row::fetch_sessions, &ShardMetrics::fetch_sessions},
    {row::session_partitions, &ShardMetrics::fetch_session_partitions},
    {row::session_evictions, &ShardMetrics::fetch_session_evictions},
};

struct TopicTotals {
    std::string_view topic;
    std::uint64_t partitions = 0;
    std::uint64_t log_bytes = 0;
    std::int64_t end_offsets = 0;
};

/// By name, from partitions by name.
std::vector<TopicTotals> totals_of(std::span<const BrokerFacts::Partition> partitions) {
    std::vector<TopicTotals> topics;
    for (const auto& partition : partitions) {
        if (topics.empty() || topics.back().topic != partition.topic) {
            topics.push_back({.topic = partition.topic});
        }
        auto& topic = topics.back();
        ++topic.partitions;
        topic.log_bytes += partition.log_bytes;
        topic.end_offsets += partition.log_end.get();
    }
    return topics;
}

void put_partitions(MetricsText& text, std::span<const BrokerFacts::Partition> partitions) {
    const auto each = [&](const MetricRow& metric, auto value_of) {
        text.begin(metric);
        for (const auto& partition : partitions) {
            const fmt::format_int number(partition.partition.get());
            text.sample({{"topic", partition.topic}, {"partition", number.c_str()}},
                        value_of(partition));
        }
    };
    each(row::partition_log_bytes, [](const auto& p) { return p.log_bytes; });
    each(row::partition_start, [](const auto& p) { return p.log_start.get(); });
    each(row::partition_end, [](const auto& p) { return p.log_end.get(); });
}

void put_logs(MetricsText& text, std::vector<BrokerFacts::Partition>& partitions,
              const MetricsPageOptions& options) {
    std::ranges::sort(partitions, {},
                      [](const auto& p) { return std::pair(p.topic, p.partition); });
    const auto topics = totals_of(partitions);
    std::uint64_t bytes = 0;
    for (const auto& topic : topics) {
        bytes += topic.log_bytes;
    }
    text.single(row::topics, topics.size());
    text.single(row::partitions, partitions.size());
    text.single(row::log_bytes, bytes);

    const auto shown = std::min(topics.size(), options.topics_max);
    text.single(row::topics_left_out, topics.size() - shown);
    const auto each = [&](const MetricRow& metric, auto TopicTotals::* member) {
        text.begin(metric);
        for (const auto& topic : topics | std::views::take(shown)) {
            text.sample({{"topic", topic.topic}}, topic.*member);
        }
    };
    each(row::topic_partitions, &TopicTotals::partitions);
    each(row::topic_log_bytes, &TopicTotals::log_bytes);
    each(row::topic_end_offsets, &TopicTotals::end_offsets);
    if (options.per_partition) {
        std::size_t count = 0;
        for (const auto& topic : topics | std::views::take(shown)) {
            count += topic.partitions;
        }
        put_partitions(text, std::span(partitions).first(count));
    }
}

void put_log_dirs(MetricsText& text, std::span<const BrokerFacts::LogDir> dirs) {
    const auto each = [&](const MetricRow& metric, auto value_of) {
        text.begin(metric);
        for (const auto& dir : dirs) {
            text.sample({{"dir", dir.path}}, static_cast<std::uint64_t>(value_of(dir)));
        }
    };
    each(row::dir_online, [](const auto& dir) { return dir.online; });
    each(row::dir_free, [](const auto& dir) { return dir.free_bytes; });
    each(row::dir_total, [](const auto& dir) { return dir.total_bytes; });
}

void put_cleaner(MetricsText& text, const BrokerFacts::Cleaner& cleaner) {
    text.single(row::cleaner_jobs, cleaner.jobs_done);
    text.single(row::cleaner_failures, cleaner.jobs_failed);
    text.single(row::cleaner_running, cleaner.jobs_running);
    text.single(row::cleaner_read, cleaner.read_bytes);
    text.single(row::cleaner_written, cleaner.written_bytes);
    text.single(row::cleaner_removed, cleaner.removed_records);
    text.single(row::cleaner_dirty, cleaner.dirty_bytes);
    text.single(row::cleaner_ratio, cleaner.dirtiest_ratio);
    text.single(row::cleaner_overdue, seconds(cleaner.overdue));
    text.single(row::cleaner_since, seconds(cleaner.since_last));
    const auto each = [&](const MetricRow& metric, auto BrokerFacts::Cleaner::Directory::* member) {
        text.begin(metric);
        for (const auto& directory : cleaner.directories) {
            text.sample({{"dir", directory.path}}, directory.*member);
        }
    };
    each(row::uncleanable_partitions, &BrokerFacts::Cleaner::Directory::uncleanable_partitions);
    each(row::uncleanable_bytes, &BrokerFacts::Cleaner::Directory::uncleanable_bytes);
}

void put_process(MetricsText& text, const BrokerFacts::Process& process) {
    text.single(row::process_cpu, seconds(process.cpu));
    text.single(row::process_resident, process.resident_bytes);
    text.single(row::open_files, process.open_files);
    text.single(row::open_files_max, process.open_files_max);
}

}  // namespace

std::span<const MetricRow> broker_metric_rows() {
    static const std::vector<MetricRow> all_rows = [] {
        std::vector<MetricRow> rows(std::begin(rows_before_groups), std::end(rows_before_groups));
        std::ranges::copy(group_metric_rows(), std::back_inserter(rows));
        std::ranges::copy(transaction_metric_rows(), std::back_inserter(rows));
        std::ranges::copy(share_metric_rows(), std::back_inserter(rows));
        std::ranges::copy(rows_behind_groups, std::back_inserter(rows));
        return rows;
    }();
    return all_rows;
}

std::string broker_metrics_reference() {
    return "# Metrics\n\n"
           "The broker serves them at `/metrics` of `metrics.listeners` (http://127.0.0.1:9404 by "
           "default)\nin Prometheus's text format. Counters begin at 0 with the process. An API "
           "that "
           "nobody has called\nyet has no series.\n\n" +
           describe_metrics(broker_metric_rows());
}

void ShardMetrics::on_request(const Request& request) {
    if (auto* api = api_for(request.api_key)) {
        ++api->requests;
        api->request_bytes += request.request_bytes;
        api->response_bytes += request.response_bytes;
        api->latency.record(request.took);
    }
}

void ShardMetrics::on_error(std::int16_t api_key, ErrorCode code, std::uint64_t times) {
    auto* api = code == ErrorCode::none ? nullptr : api_for(api_key);
    if (!api) {
        return;
    }
    const auto at =
        std::ranges::lower_bound(api->errors, code, {}, [](auto& e) { return e.first; });
    if (at != api->errors.end() && at->first == code) {
        at->second += times;
    } else {
        api->errors.emplace(at, code, times);
    }
}

void ShardMetrics::merge(const ShardMetrics& other) {
    for (std::int16_t key = 0; key < api_keys; ++key) {
        const auto* theirs = other.api(key);
        if (!theirs) {
            continue;
        }
        auto* ours = api_for(key);
        ours->requests += theirs->requests;
        ours->request_bytes += theirs->request_bytes;
        ours->response_bytes += theirs->response_bytes;
        ours->latency.merge(theirs->latency);
        for (const auto& [code, times] : theirs->errors) {
            on_error(key, code, times);
        }
    }
    for (const auto& [metric, number] : shard_numbers) {
        this->*number += other.*number;
    }
}

const ApiMetrics* ShardMetrics::api(std::int16_t api_key) const {
    INVARIANT(api_key >= 0 && api_key < api_keys, "there is no room for API {}", api_key);
    return apis_[static_cast<std::size_t>(api_key)].get();
}

ApiMetrics* ShardMetrics::api_for(std::int16_t api_key) {
    if (api_key < 0 || api_key >= api_keys) {
        return nullptr;
    }
    auto& api = apis_[static_cast<std::size_t>(api_key)];
    if (!api) {
        api = std::make_unique<ApiMetrics>();
    }
    return api.get();
}

std::string broker_metrics_page(const ShardMetrics& sum, BrokerFacts facts,
                                const MetricsPageOptions& options) {
    MetricsText text;
    const fmt::format_int node(facts.node.get());
    text.begin(row::info);
    text.sample({{"version", facts.version}, {"node", node.c_str()}, {"cluster", facts.cluster_id}},
                std::uint64_t{1});
    text.single(row::uptime, seconds(facts.uptime));
    put_requests(text, sum);
    for (const auto& [metric, number] : shard_numbers) {
        text.single(metric, sum.*number);
    }
    put_logs(text, facts.partitions, options);
    put_log_dirs(text, facts.log_dirs);
    put_cleaner(text, facts.cleaner);
    put_groups(text, facts.groups);
    put_transactions(text, facts.transactions);
    put_shares(text, facts.shares);
    put_process(text, facts.process);
    return text.take();
}

}  // namespace barnabas::broker

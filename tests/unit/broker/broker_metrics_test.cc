#include "broker/broker_metrics.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

namespace barnabas::broker {
namespace {

constexpr std::int16_t produce = 0;
constexpr std::int16_t fetch = 1;

BrokerFacts facts() {
    return {
        .node = BrokerId{3},
        .cluster_id = "abc",
        .version = "0.1",
        .uptime = 90s,
        .process = {.cpu = 1500ms, .resident_bytes = 20, .open_files = 7, .open_files_max = 1024},
        .log_dirs = {{.path = "/d1", .free_bytes = 5, .total_bytes = 9},
                     {.path = "/d2", .online = false}},
        .partitions = {{.topic = "b", .log_bytes = 10, .log_end = Offset{4}},
                       {.topic = "a", .partition = PartitionId{1}, .log_bytes = 1},
                       {.topic = "b",
                        .partition = PartitionId{2},
                        .log_bytes = 20,
                        .log_start = Offset{2},
                        .log_end = Offset{6}}},
        .cleaner = {.jobs_done = 4,
                    .read_bytes = 1000,
                    .dirtiest_ratio = 0.25,
                    .overdue = 1500ms,
                    .directories = {{.path = "/d1"},
                                    {.path = "/d2",
                                     .uncleanable_partitions = 1,
                                     .uncleanable_bytes = 77}}},
        .groups =
            {.groups = {{.id = "a\"b",
                         .members = 2,
                         .offsets = {{.topic = "t", .offset = Offset{7}, .lag = 3, .age = 1500ms},
                                     {.topic = "t",
                                      .partition = PartitionId{1},
                                      .offset = Offset{9},
                                      .lag = 5,
                                      .age = {}},
                                     {.topic = "u", .offset = Offset{1}, .lag = {}, .age = {}}}},
                        {.id = "idle", .members = 0, .offsets = {}}},
             .groups_left_out = 4,
             .counts = {{{"Classic", "Stable"}, 1}, {{"Consumer", "Empty"}, 5}},
             .offsets = 12,
             .partitions_loading = 1,
             .rebalances = {{"member_joined", 6}},
             .events = {{"stable", 5}},
             .expiry_failures = 2},
        .transactions = {.ids = {{"Ongoing", 3}},
                         .ends_waiting = 2,
                         .markers_waiting = 5,
                         .marker_answers = {{"retried", 4}}},
        .shares = {.groups = {{.id = "s",
                               .partitions = 2,
                               .records = {{"acquired", 10}, {"available", 1}}}},
                   .sessions = 3,
                   .acquired = 40,
                   .acknowledged = {{"reject", 6}},
                   .dead_letters_written = 5,
                   .dead_letters_lost = 1},
    };
}

/// The page's sample lines.
std::set<std::string> samples(const ShardMetrics& sum, const MetricsPageOptions& options = {}) {
    std::istringstream page(broker_metrics_page(sum, facts(), options));
    std::set<std::string> lines;
    for (std::string line; std::getline(page, line);) {
        if (!line.starts_with('#')) {
            EXPECT_TRUE(lines.insert(line).second) << line;
        }
    }
    return lines;
}

TEST(BrokerMetrics, AddsUpTheShards) {
    ShardMetrics one;
    one.on_request({.api_key = produce, .request_bytes = 100, .response_bytes = 10, .took = 1ms});
    one.on_error(produce, ErrorCode::corrupt_message, 2);
    one.connections = 4;
    one.produced_records = 7;
    ShardMetrics two;
    two.on_request({.api_key = produce, .request_bytes = 50, .response_bytes = 5, .took = 2ms});
    two.on_request({.api_key = fetch, .took = 1s});
    two.on_error(produce, ErrorCode::corrupt_message);
    two.on_error(produce, ErrorCode::unknown_server_error);
    two.on_error(produce, ErrorCode::none);
    two.connections = 1;
    ShardMetrics sum;
    sum.merge(one);
    sum.merge(two);
    const auto lines = samples(sum);
    for (const auto* line : {
             "barnabas_requests_total{api=\"Produce\"} 2",
             "barnabas_requests_total{api=\"Fetch\"} 1",
             "barnabas_request_bytes_total{api=\"Produce\"} 150",
             "barnabas_response_bytes_total{api=\"Produce\"} 15",
             "barnabas_request_errors_total{api=\"Produce\",code=\"CORRUPT_MESSAGE\"} 3",
             "barnabas_request_errors_total{api=\"Produce\",code=\"UNKNOWN_SERVER_ERROR\"} 1",
             "barnabas_request_seconds_count{api=\"Produce\"} 2",
             "barnabas_request_seconds_sum{api=\"Produce\"} 0.003",
             "barnabas_request_seconds_sum{api=\"Fetch\"} 1",
             "barnabas_connections 5",
             "barnabas_produced_records_total 7",
         }) {
        EXPECT_TRUE(lines.contains(line)) << line;
    }
}

TEST(BrokerMetrics, CountsUnknownApisNowhere) {
    ShardMetrics metrics;
    for (const std::int16_t key : {-1, 127, 128, 32767}) {
        metrics.on_request({.api_key = key});
        metrics.on_error(key, ErrorCode::unsupported_version);
    }
    for (const auto& line : samples(metrics)) {
        EXPECT_FALSE(line.starts_with("barnabas_request")) << line;
    }
}

TEST(BrokerMetrics, ShowsWhatWasLookedUp) {
    const auto lines = samples({});
    for (const auto* line : {
             "barnabas_info{version=\"0.1\",node=\"3\",cluster=\"abc\"} 1",
             "barnabas_uptime_seconds 90",
             "barnabas_process_cpu_seconds_total 1.5",
             "barnabas_process_resident_bytes 20",
             "barnabas_process_open_files 7",
             "barnabas_process_open_files_max 1024",
             "barnabas_topics 2",
             "barnabas_partitions 3",
             "barnabas_log_bytes 31",
             "barnabas_topic_partitions{topic=\"b\"} 2",
             "barnabas_topic_log_bytes{topic=\"b\"} 30",
             "barnabas_topic_end_offsets{topic=\"b\"} 10",
             "barnabas_log_dir_online{dir=\"/d1\"} 1",
             "barnabas_log_dir_online{dir=\"/d2\"} 0",
             "barnabas_log_dir_free_bytes{dir=\"/d1\"} 5",
             "barnabas_topics_left_out 0",
             "barnabas_cleaner_compactions_total 4",
             "barnabas_cleaner_read_bytes_total 1000",
             "barnabas_cleaner_dirtiest_ratio 0.25",
             "barnabas_cleaner_overdue_seconds 1.5",
             "barnabas_cleaner_uncleanable_partitions{dir=\"/d1\"} 0",
             "barnabas_cleaner_uncleanable_partitions{dir=\"/d2\"} 1",
             "barnabas_cleaner_uncleanable_bytes{dir=\"/d2\"} 77",
             "barnabas_groups{type=\"Classic\",state=\"Stable\"} 1",
             "barnabas_group_offsets 12",
             "barnabas_group_partitions_loading 1",
             "barnabas_group_rebalances_total{cause=\"member_joined\"} 6",
             "barnabas_group_events_total{event=\"stable\"} 5",
             "barnabas_group_expiry_failures_total 2",
             "barnabas_transactional_ids{state=\"Ongoing\"} 3",
             "barnabas_transaction_ends_waiting 2",
             "barnabas_transaction_markers_waiting 5",
             "barnabas_transaction_markers_total{outcome=\"retried\"} 4",
             "barnabas_share_sessions 3",
             "barnabas_share_group_partitions{group=\"s\"} 2",
             "barnabas_share_group_records{group=\"s\",state=\"acquired\"} 10",
             "barnabas_share_group_records{group=\"s\",state=\"available\"} 1",
             "barnabas_share_acquired_records_total 40",
             "barnabas_share_acknowledged_records_total{type=\"reject\"} 6",
             "barnabas_share_dead_letters_total{outcome=\"written\"} 5",
             "barnabas_share_dead_letters_total{outcome=\"lost\"} 1",
             "barnabas_groups_left_out 4",
             R"(barnabas_group_members{group="a\"b"} 2)",
             R"(barnabas_group_committed_offset{group="a\"b",topic="u",partition="0"} 1)",
             R"(barnabas_group_lag{group="a\"b",topic="t",partition="1"} 5)",
             R"(barnabas_group_lag_max{group="a\"b"} 5)",
             R"(barnabas_group_oldest_unconsumed_age_seconds{group="a\"b",topic="t",partition="0"})"
             " 1.5",
         }) {
        EXPECT_TRUE(lines.contains(line)) << line;
    }
    for (const auto& line : lines) {
        EXPECT_FALSE(line.starts_with("barnabas_group_lag{group=\"a\\\"b\",topic=\"u\""))
            << "not known: " << line;
        EXPECT_FALSE(line.starts_with("barnabas_group_lag_max{group=\"idle\"")) << line;
    }
}

TEST(BrokerMetrics, ShowsPartitionsOnlyWhenAskedAndTopicsUpToABound) {
    struct Row {
        MetricsPageOptions options;
        bool topic_a;
        bool topic_b;
        bool partition_a;
        bool partition_b;
    };
    const Row rows[] = {
        {{}, true, true, false, false},
        {{.per_partition = true}, true, true, true, true},
        {{.topics_max = 1, .per_partition = true}, true, false, true, false},
        {{.topics_max = 0, .per_partition = true}, false, false, false, false},
    };
    for (const auto& row : rows) {
        const auto lines = samples({}, row.options);
        EXPECT_EQ(lines.contains("barnabas_topic_log_bytes{topic=\"a\"} 1"), row.topic_a);
        EXPECT_EQ(lines.contains("barnabas_topic_log_bytes{topic=\"b\"} 30"), row.topic_b);
        EXPECT_EQ(lines.contains("barnabas_partition_log_bytes{topic=\"a\",partition=\"1\"} 1"),
                  row.partition_a);
        EXPECT_EQ(lines.contains("barnabas_partition_start_offset{topic=\"b\",partition=\"2\"} 2"),
                  row.partition_b);
        EXPECT_EQ(lines.contains("barnabas_partition_end_offset{topic=\"b\",partition=\"2\"} 6"),
                  row.partition_b);
        EXPECT_TRUE(lines.contains("barnabas_log_bytes 31")) << "totals hold every topic";
    }
}

TEST(BrokerMetrics, HaveRowsThatFollowPrometheusHabits) {
    std::set<std::string_view> names;
    for (const auto& row : broker_metric_rows()) {
        SCOPED_TRACE(row.name);
        EXPECT_TRUE(names.insert(row.name).second);
        EXPECT_TRUE(row.name.starts_with("barnabas_"));
        EXPECT_EQ(row.name.ends_with("_total"), row.kind == MetricKind::counter);
        EXPECT_NE(row.name.find(row.unit), std::string_view::npos);
        EXPECT_TRUE(row.help.ends_with('.'));
    }
}

TEST(BrokerMetrics, WriteEveryRowOnceOnThePage) {
    const auto page = broker_metrics_page({}, facts(), {.per_partition = true});
    std::size_t heads = 0;
    for (auto at = page.find("# TYPE "); at != std::string::npos;
         at = page.find("# TYPE ", at + 1)) {
        ++heads;
    }
    EXPECT_EQ(heads, broker_metric_rows().size());
    for (const auto& row : broker_metric_rows()) {
        EXPECT_NE(page.find("# TYPE " + std::string(row.name) + " "), std::string::npos)
            << row.name;
    }
}

TEST(BrokerMetrics, ArePrintedInTheReference) {
    // BARNABAS_REWRITE=1 writes the page anew.
    const std::string path = BARNABAS_TEST_DATA "/../../docs/metrics.md";
    if (std::getenv("BARNABAS_REWRITE")) {
        std::ofstream(path) << broker_metrics_reference();
    }
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    EXPECT_EQ(text.str(), broker_metrics_reference());
}

}  // namespace
}  // namespace barnabas::broker

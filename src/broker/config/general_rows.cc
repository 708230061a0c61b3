// long: table
#include "broker/config/rows.h"

namespace barnabas::broker {
namespace {

using enum ConfigType;
using enum ConfigScope;
using enum ConfigImportance;

constexpr std::string_view because_java = "it names a Java class, which Barnabas cannot load";
constexpr std::string_view because_jmx = "metrics are served over HTTP: see metrics.listeners";
constexpr std::string_view because_jmxr =
    "metrics are served over HTTP, and Java reporters cannot be loaded: see metrics.listeners";
constexpr std::string_view because_threads = "background work shares the blocking pool";
constexpr std::string_view because_telemetry = "clients' telemetry is not collected";
constexpr std::string_view because_purge =
    "waiting requests are removed as they complete: there is no purgatory to purge";
constexpr std::string_view because_one = "a single broker talks to no other";
constexpr std::string_view because_gated = "only finished API versions are offered";
constexpr std::string_view because_start = "Barnabas answers as soon as it has started";

constexpr ConfigRow rows[] = {
    {"alter.config.policy.class.name", class_name, nullptr, any_value(), read_only, low,
     "A Java class that judges changes of configurations.", refused(because_java)},
    {"auto.create.topics.enable", boolean, "true", any_value(), read_only, high,
     "Whether asking for the metadata of a topic that does not exist creates it, if the client "
     "allows it."},
    {"background.threads", int32, "10", at_least(1), cluster_wide, high,
     "How many threads do background work.", no_effect(because_threads)},
    {"broker.id", int32, "-1", any_value(), read_only, high,
     "This broker's number; -1 means that of node.id."},
    {"broker.rack", string, nullptr, any_value(), read_only, medium,
     "The rack that the broker stands in, for the placement of replicas and for clients that read "
     "nearby."},
    {"compression.gzip.level", int32, "-1", gzip_level(), cluster_wide, medium,
     "How hard gzip works where the broker compresses itself."},
    {"compression.lz4.level", int32, "9", between(1, 17), cluster_wide, medium,
     "How hard lz4 works where the broker compresses itself."},
    {"compression.type", string, "producer", one_of("uncompressed zstd lz4 snappy gzip producer"),
     cluster_wide, high,
     "The codec that topics are stored with; producer keeps what the producer chose."},
    {"compression.zstd.level", int32, "3", between(-131072, 22), cluster_wide, medium,
     "How hard zstd works where the broker compresses itself."},
    {"config.providers", list, "", list_of(), cluster_wide, low,
     "Names of Java classes that fetch values from elsewhere.", refused(because_java)},
    {"create.topic.policy.class.name", class_name, nullptr, any_value(), read_only, low,
     "A Java class that judges new topics.", refused(because_java)},
    {"default.replication.factor", int32, "1", any_value(), read_only, medium,
     "How many replicas a topic gets that does not ask for a number."},
    {"delete.records.purgatory.purge.interval.requests", int32, "1", any_value(), read_only, medium,
     "After how many requests finished DeleteRecords requests are removed.",
     no_effect(because_purge)},
    {"delete.topic.enable", boolean, "true", any_value(), read_only, high,
     "Whether topics can be deleted."},
    {"fetch.max.bytes", int32, "57671680", at_least(1024), read_only, medium,
     "The most bytes that one Fetch response carries, whatever the client allows."},
    {"fetch.purgatory.purge.interval.requests", int32, "1000", any_value(), read_only, medium,
     "After how many requests finished Fetch requests are removed.", no_effect(because_purge)},
    {"kafka.metrics.polling.interval.secs", int32, "10", at_least(1), read_only, low,
     "How often Java metrics reporters are called.", no_effect(because_jmx)},
    {"kafka.metrics.reporters", list, "", list_of(), read_only, low,
     "Java classes that report metrics.", no_effect(because_jmxr)},
    {"max.incremental.fetch.session.cache.slots", int32, "1000", at_least(0), read_only, medium,
     "How many incremental fetch sessions are kept."},
    {"max.request.partition.size.limit", int32, "2000", at_least(1), read_only, medium,
     "How many partitions one DescribeTopicPartitions response lists at most."},
    {"message.max.bytes", int32, "1048588", at_least(0), cluster_wide, high,
     "The largest batch of records that is accepted."},
    {"metric.reporters", list, "org.apache.kafka.common.metrics.JmxReporter", list_of(),
     cluster_wide, low, "Java classes that report metrics.", no_effect(because_jmxr)},
    {"metrics.num.samples", int32, "2", at_least(1), read_only, low,
     "How many samples Java metrics are computed from.", no_effect(because_jmx)},
    {"metrics.recording.level", string, "INFO", any_value(), read_only, low,
     "Which Java metrics are recorded.", no_effect(because_jmx)},
    {"metrics.sample.window.ms", int64, "30000", at_least(1), read_only, low,
     "How long a sample of Java metrics lasts.", no_effect(because_jmx)},
    {"node.id", int32, "1", at_least(0), read_only, high, "This broker's number in the cluster."},
    {"num.partitions", int32, "1", at_least(1), read_only, medium,
     "How many partitions a topic gets that does not ask for a number."},
    {"producer.purgatory.purge.interval.requests", int32, "1000", any_value(), read_only, medium,
     "After how many requests finished Produce requests are removed.", no_effect(because_purge)},
    {"request.timeout.ms", int32, "30000", any_value(), read_only, high,
     "How long an administrative request waits for its outcome when it names no time itself.",
     no_effect(because_one)},
    {"server.max.startup.time.ms", int64, "9223372036854775807", at_least(0), read_only, medium,
     "How long starting may take.", no_effect(because_start), internal_only},
    {"share.fetch.purgatory.purge.interval.requests", int32, "1000", any_value(), read_only, medium,
     "After how many requests finished ShareFetch requests are removed.", no_effect(because_purge)},
    {"telemetry.max.bytes", int32, "1048576", at_least(1), read_only, low,
     "The largest telemetry report that is accepted from a client.", no_effect(because_telemetry)},
    {"unstable.api.versions.enable", boolean, "false", any_value(), read_only, high,
     "Whether unfinished versions of APIs are offered.", no_effect(because_gated), internal_only},
    {"unstable.feature.versions.enable", boolean, "false", any_value(), read_only, high,
     "Whether unfinished versions of features are offered.", no_effect(because_gated),
     internal_only},
};

}  // namespace

std::span<const ConfigRow> general_rows() {
    return rows;
}

}  // namespace barnabas::broker

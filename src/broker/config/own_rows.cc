#include "broker/config/rows.h"

namespace barnabas::broker {
namespace {

using enum ConfigType;
using enum ConfigScope;
using enum ConfigImportance;

constexpr ConfigRow rows[] = {
    {"flush.before.ack", string, "single-replica", one_of("never single-replica always"),
     cluster_wide, high,
     "Which records are on the disk before they are acknowledged: none, those of acks=all where a "
     "partition has one replica, or all. A topic may say otherwise."},
    {"log.dir.min.free.bytes", int64, "16777216", at_least(0), read_only, medium,
     "A directory with less free space than this takes no more records until there is room again."},
    {"log.dir.retry.interval.ms", int64, "10000", at_least(0), read_only, medium,
     "How often a log directory that has failed is tried again; 0 means not before a restart."},
    {"log.format", string, "text", one_of("text json"), read_only, low,
     "Whether the broker's own log lines are text or JSON objects."},
    {"log.level", string, "info", one_of_any_case("debug info warn error"), read_only, low,
     "The least important log lines that are written."},
    {"metrics.listeners", list, "127.0.0.1:9404", list_of(), read_only, medium,
     "Where /metrics, /live and /ready are served over HTTP, as host:port; empty means nowhere."},
    {"metrics.per.partition", boolean, "false", any_value(), read_only, low,
     "Whether /metrics has series for each partition, and not for each topic alone."},
    {"shards", int32, "0", between(0, 1024), read_only, medium,
     "How many threads serve clients; 0 means one per core but one, and at least one."},
};

}  // namespace

std::span<const ConfigRow> own_rows() {
    return rows;
}

}  // namespace barnabas::broker

// long: table
#include "broker/config/rows.h"

namespace barnabas::broker {
namespace {

using enum ConfigType;
using enum ConfigScope;
using enum ConfigImportance;

constexpr std::string_view because_one = "a single broker replicates to no other";
constexpr std::string_view because_java = "it names a Java class, which Barnabas cannot load";

constexpr ConfigRow rows[] = {
    {"auto.leader.rebalance.enable", boolean, "true", any_value(), read_only, high,
     "Whether leadership goes back to the preferred replicas by itself.", no_effect(because_one)},
    {"controlled.shutdown.enable", boolean, "true", any_value(), read_only, medium,
     "Whether a broker that stops hands its leaderships over first.", no_effect(because_one)},
    {"leader.imbalance.check.interval.seconds", int64, "300", at_least(1), read_only, high,
     "How often leadership is looked at for imbalance.", no_effect(because_one)},
    {"min.insync.replicas", int32, "1", at_least(1), cluster_wide, high,
     "How many replicas, or all if there are fewer, must have a record before an acks=all producer "
     "is answered."},
    {"num.replica.fetchers", int32, "1", at_least(1), cluster_wide, high,
     "How many fetchers copy from each other broker.", no_effect(because_one)},
    {"replica.fetch.backoff.ms", int32, "1000", at_least(0), read_only, medium,
     "How long a follower waits after a failed fetch.", no_effect(because_one)},
    {"replica.fetch.max.bytes", int32, "1048576", at_least(0), read_only, medium,
     "How many bytes of one partition a follower fetches at once.", no_effect(because_one)},
    {"replica.fetch.min.bytes", int32, "1", any_value(), read_only, high,
     "How many bytes a follower waits for.", no_effect(because_one)},
    {"replica.fetch.response.max.bytes", int32, "10485760", at_least(0), read_only, medium,
     "How many bytes a follower fetches at once.", no_effect(because_one)},
    {"replica.fetch.wait.max.ms", int32, "500", any_value(), read_only, high,
     "How long a follower waits for bytes.", no_effect(because_one)},
    {"replica.high.watermark.checkpoint.interval.ms", int64, "5000", any_value(), read_only, high,
     "How often the high watermarks are written down."},
    {"replica.lag.time.max.ms", int64, "30000", any_value(), read_only, high,
     "After how long of lagging a follower is no longer in sync.", no_effect(because_one)},
    {"replica.selector.class", string, nullptr, any_value(), read_only, medium,
     "A Java class that chooses the replica a consumer reads from.", refused(because_java)},
    {"replica.socket.receive.buffer.bytes", int32, "65536", any_value(), read_only, high,
     "The receive buffer of a follower's socket.", no_effect(because_one)},
    {"replica.socket.timeout.ms", int32, "30000", any_value(), read_only, high,
     "How long a follower waits for an answer.", no_effect(because_one)},
    {"unclean.leader.election.enable", boolean, "false", any_value(), cluster_wide, high,
     "Whether a replica that is not in sync may become leader, at the price of records.",
     no_effect(because_one)},
    {"unclean.leader.election.interval.ms", int64, "300000", at_least(1), read_only, medium,
     "How often partitions without a leader are looked at for an unclean election.",
     no_effect(because_one), internal_only},
};

}  // namespace

std::span<const ConfigRow> replication_rows() {
    return rows;
}

}  // namespace barnabas::broker

// long: table
#include "broker/config/rows.h"

namespace barnabas::broker {
namespace {

using enum ConfigType;
using enum ConfigScope;
using enum ConfigImportance;

constexpr std::string_view because_quota = "quotas are not supported yet";
constexpr std::string_view because_pace = "moves keep to their rate byte by byte, without samples";
constexpr std::string_view because_java = "it names a Java class, which Barnabas cannot load";

constexpr ConfigRow rows[] = {
    {"alter.log.dirs.replication.quota.window.num", int32, "11", at_least(1), read_only, low,
     "How many samples the quota on moves between directories is computed from.",
     no_effect(because_pace)},
    {"alter.log.dirs.replication.quota.window.size.seconds", int32, "1", at_least(1), read_only,
     low, "How long a sample of the quota on moves between directories lasts.",
     no_effect(because_pace)},
    {"client.quota.callback.class", class_name, nullptr, any_value(), read_only, low,
     "A Java class that decides on quotas.", refused(because_java)},
    {"controller.quota.window.num", int32, "11", at_least(1), read_only, low,
     "How many samples the quota on changes of topics is computed from.", no_effect(because_quota)},
    {"controller.quota.window.size.seconds", int32, "1", at_least(1), read_only, low,
     "How long a sample of the quota on changes of topics lasts.", no_effect(because_quota)},
    {"quota.window.num", int32, "11", at_least(1), read_only, low,
     "How many samples clients' quotas are computed from.", no_effect(because_quota)},
    {"quota.window.size.seconds", int32, "1", at_least(1), read_only, low,
     "How long a sample of clients' quotas lasts.", no_effect(because_quota)},
    {"replication.quota.window.num", int32, "11", at_least(1), read_only, low,
     "How many samples the replication quota is computed from.", no_effect(because_quota)},
    {"replication.quota.window.size.seconds", int32, "1", at_least(1), read_only, low,
     "How long a sample of the replication quota lasts.", no_effect(because_quota)},
    {"follower.replication.throttled.rate", int64, "9223372036854775807", at_least(0), cluster_wide,
     medium, "How many bytes a second of throttled partitions this broker's followers may fetch.",
     no_effect(because_quota)},
    {"leader.replication.throttled.rate", int64, "9223372036854775807", at_least(0), cluster_wide,
     medium,
     "How many bytes a second of throttled partitions this broker's leaders may send to followers.",
     no_effect(because_quota)},
    {"replica.alter.log.dirs.io.max.bytes.per.second", int64, "9223372036854775807", at_least(0),
     cluster_wide, medium,
     "How many bytes a second may be moved between this broker's directories."},
};

}  // namespace

std::span<const ConfigRow> quota_rows() {
    return rows;
}

}  // namespace barnabas::broker

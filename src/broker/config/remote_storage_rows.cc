// long: table
#include "broker/config/rows.h"

namespace barnabas::broker {
namespace {

using enum ConfigType;
using enum ConfigScope;
using enum ConfigImportance;

constexpr std::string_view because_remote = "tiered storage is not supported";

constexpr ConfigRow rows[] = {
    {"follower.fetch.last.tiered.offset.enable", boolean, "false", any_value(), cluster_wide,
     medium, "Whether a new follower starts at the last offset in remote storage.",
     no_effect(because_remote)},
    {"remote.fetch.max.wait.ms", int32, "500", at_least(1), cluster_wide, medium,
     "How long a fetch waits for remote storage.", no_effect(because_remote)},
    {"remote.list.offsets.request.timeout.ms", int64, "30000", at_least(1), cluster_wide, medium,
     "How long a lookup of offsets waits for remote storage.", no_effect(because_remote)},
    {"remote.log.index.file.cache.total.size.bytes", int64, "1073741824", at_least(1), cluster_wide,
     low, "How many bytes of indexes from remote storage are kept locally.",
     no_effect(because_remote)},
    {"remote.log.index.file.cache.ttl.ms", int64, "900000", at_least(-1), read_only, low,
     "How long indexes from remote storage are kept locally.", no_effect(because_remote),
     internal_only},
    {"remote.log.manager.copier.thread.pool.size", int32, "10", at_least(1), cluster_wide, medium,
     "How many threads copy to remote storage.", no_effect(because_remote)},
    {"remote.log.manager.copy.max.bytes.per.second", int64, "9223372036854775807", at_least(1),
     cluster_wide, medium, "How many bytes a second are copied to remote storage.",
     no_effect(because_remote)},
    {"remote.log.manager.copy.quota.window.num", int32, "11", at_least(1), read_only, medium,
     "How many samples the quota on copies to remote storage is computed from.",
     no_effect(because_remote)},
    {"remote.log.manager.copy.quota.window.size.seconds", int32, "1", at_least(1), read_only,
     medium, "How long a sample of the quota on copies to remote storage lasts.",
     no_effect(because_remote)},
    {"remote.log.manager.expiration.thread.pool.size", int32, "10", at_least(1), cluster_wide,
     medium, "How many threads delete from remote storage.", no_effect(because_remote)},
    {"remote.log.manager.fetch.max.bytes.per.second", int64, "9223372036854775807", at_least(1),
     cluster_wide, medium, "How many bytes a second are fetched from remote storage.",
     no_effect(because_remote)},
    {"remote.log.manager.fetch.quota.window.num", int32, "11", at_least(1), read_only, medium,
     "How many samples the quota on fetches from remote storage is computed from.",
     no_effect(because_remote)},
    {"remote.log.manager.fetch.quota.window.size.seconds", int32, "1", at_least(1), read_only,
     medium, "How long a sample of the quota on fetches from remote storage lasts.",
     no_effect(because_remote)},
    {"remote.log.manager.follower.thread.pool.size", int32, "2", at_least(1), cluster_wide, medium,
     "How many threads serve the followers of tiered partitions.", no_effect(because_remote)},
    {"remote.log.manager.task.interval.ms", int64, "30000", at_least(1), read_only, low,
     "How often the tasks of remote storage run.", no_effect(because_remote)},
    {"remote.log.manager.task.retry.backoff.max.ms", int64, "30000", at_least(1), read_only, low,
     "The longest pause between attempts of a failed task of remote storage.",
     no_effect(because_remote), internal_only},
    {"remote.log.manager.task.retry.backoff.ms", int64, "500", at_least(1), read_only, low,
     "The first pause between attempts of a failed task of remote storage.",
     no_effect(because_remote), internal_only},
    {"remote.log.manager.task.retry.jitter", float64, "0.2", between(0, 0.5), read_only, low,
     "By how much at random the pauses between attempts differ.", no_effect(because_remote),
     internal_only},
    {"remote.log.manager.thread.pool.size", int32, "2", at_least(1), read_only, medium,
     "How many threads schedule the tasks of remote storage.", no_effect(because_remote)},
    {"remote.log.metadata.custom.metadata.max.bytes", int32, "128", at_least(0), read_only, low,
     "How many bytes a remote storage may keep with a segment.", no_effect(because_remote)},
    {"remote.log.metadata.manager.class.name", string,
     "org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager",
     non_empty(), read_only, medium, "The Java class that keeps the metadata of remote storage.",
     no_effect(because_remote)},
    {"remote.log.metadata.manager.class.path", string, nullptr, any_value(), read_only, medium,
     "Where the Java class for the metadata of remote storage lies.", no_effect(because_remote)},
    {"remote.log.metadata.manager.impl.prefix", string, "rlmm.config.", non_empty(), read_only,
     medium, "How the names begin that the metadata manager of remote storage reads.",
     no_effect(because_remote)},
    {"remote.log.metadata.manager.listener.name", string, nullptr, non_empty(), read_only, medium,
     "The listener that the metadata manager of remote storage connects to.",
     no_effect(because_remote)},
    {"remote.log.reader.max.pending.tasks", int32, "100", at_least(1), read_only, medium,
     "How many reads from remote storage may wait.", no_effect(because_remote)},
    {"remote.log.reader.threads", int32, "10", at_least(1), cluster_wide, medium,
     "How many threads read from remote storage.", no_effect(because_remote)},
    {"remote.log.storage.manager.class.name", string, nullptr, non_empty(), read_only, medium,
     "The Java class that keeps segments in remote storage.", no_effect(because_remote)},
    {"remote.log.storage.manager.class.path", string, nullptr, any_value(), read_only, medium,
     "Where the Java class for remote storage lies.", no_effect(because_remote)},
    {"remote.log.storage.manager.impl.prefix", string, "rsm.config.", non_empty(), read_only,
     medium, "How the names begin that the remote storage reads.", no_effect(because_remote)},
    {"remote.log.storage.system.enable", boolean, "false", any_value(), read_only, medium,
     "Whether segments are copied to remote storage.", refused(because_remote)},
};

}  // namespace

std::span<const ConfigRow> remote_storage_rows() {
    return rows;
}

}  // namespace barnabas::broker

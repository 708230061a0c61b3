// long: table
#include "broker/config/rows.h"

namespace barnabas::broker {
namespace {

using enum ConfigType;
using enum ConfigScope;
using enum ConfigImportance;

constexpr std::string_view because_dirfail = "a failed directory is reported at once";
constexpr std::string_view because_remote = "tiered storage is not supported";

constexpr ConfigRow rows[] = {
    {"cordoned.log.dirs", list, "", list_of(), per_broker, medium,
     "Log directories that get no new partitions; * means all of them."},
    {"errors.deadletterqueue.auto.create.topics.enable", boolean, "false", any_value(),
     cluster_wide, medium,
     "Whether dead letter queues of share groups are created when first needed."},
    {"errors.deadletterqueue.topic.name.prefix", string, "dlq.", any_value(), cluster_wide, medium,
     "How the names of dead letter queues of share groups begin."},
    {"log.cleaner.backoff.ms", int64, "15000", at_least(0), cluster_wide, medium,
     "How long the cleaner rests when there is nothing to clean."},
    {"log.cleaner.dedupe.buffer.size", int64, "134217728", any_value(), cluster_wide, medium,
     "How many bytes the cleaner may use for the keys that it remembers."},
    {"log.cleaner.delete.retention.ms", int64, "86400000", at_least(0), cluster_wide, medium,
     "How long tombstones stay in a compacted topic."},
    {"log.cleaner.enable", boolean, "true", any_value(), read_only, medium,
     "Whether topics with the compact policy are compacted."},
    {"log.cleaner.io.buffer.load.factor", float64, "0.9", any_value(), cluster_wide, medium,
     "How full the cleaner's memory of keys may become."},
    {"log.cleaner.io.buffer.size", int32, "524288", at_least(0), cluster_wide, medium,
     "How many bytes the cleaner reads and writes at once."},
    {"log.cleaner.io.max.bytes.per.second", float64, "1.7976931348623157E308", any_value(),
     cluster_wide, medium, "How many bytes a second the cleaner may read and write."},
    {"log.cleaner.max.compaction.lag.ms", int64, "9223372036854775807", at_least(1), cluster_wide,
     medium, "How long a record may stay uncompacted."},
    {"log.cleaner.min.cleanable.ratio", float64, "0.5", between(0, 1), cluster_wide, medium,
     "How much of a log must be dirty before it is compacted."},
    {"log.cleaner.min.compaction.lag.ms", int64, "0", at_least(0), cluster_wide, medium,
     "How long a record stays uncompacted at least."},
    {"log.cleaner.threads", int32, "1", at_least(0), cluster_wide, medium,
     "How many threads compact."},
    {"log.cleanup.policy", list, "delete", list_of("compact delete"), cluster_wide, medium,
     "What happens to old records: delete, compact, both, or (empty) nothing."},
    {"log.dir", list, "/tmp/kafka-logs", non_empty_list_of(), read_only, high,
     "The directories that logs are kept in; used where log.dirs is not set."},
    {"log.dir.failure.timeout.ms", int64, "30000", at_least(1), read_only, low,
     "How long the broker waits to tell the controller of a failed directory before it ends.",
     no_effect(because_dirfail)},
    {"log.dirs", list, nullptr, non_empty_list_of(), read_only, high,
     "The directories that logs are kept in; a new partition goes to the one with the fewest."},
    {"log.flush.interval.messages", int64, "9223372036854775807", at_least(1), cluster_wide, high,
     "After how many records a log is synced to disk."},
    {"log.flush.interval.ms", int64, nullptr, any_value(), cluster_wide, high,
     "After how long a log is synced to disk.", works,
     synonyms("log.flush.interval.ms", "log.flush.scheduler.interval.ms")},
    {"log.flush.offset.checkpoint.interval.ms", int32, "60000", at_least(0), read_only, high,
     "How often the recovery points are written down at least: they are with the high watermarks, "
     "too (replica.high.watermark.checkpoint.interval.ms). 0: then alone."},
    {"log.flush.scheduler.interval.ms", int64, "9223372036854775807", any_value(), read_only, high,
     "How often logs are looked at that are due to be synced."},
    {"log.flush.start.offset.checkpoint.interval.ms", int32, "60000", at_least(0), read_only, high,
     "How often the log start offsets are written down at least: they are with the high "
     "watermarks, and before DeleteRecords is answered, too. 0: then alone."},
    {"log.index.interval.bytes", int32, "4096", at_least(0), cluster_wide, medium,
     "After how many bytes of records the offset index gets an entry."},
    {"log.index.size.max.bytes", int32, "10485760", at_least(4), cluster_wide, medium,
     "How large an index may become; a full one closes its segment."},
    {"log.initial.task.delay.ms", int64, "30000", at_least(0), read_only, low,
     "How long after start-up logs are looked at for the first time, for segments to delete and "
     "for "
     "records that are due to be synced (log.flush.interval.ms).",
     works, internal_only},
    {"log.local.retention.bytes", int64, "-2", at_least(-2), cluster_wide, medium,
     "How many bytes of a tiered partition stay on local disks.", no_effect(because_remote)},
    {"log.local.retention.ms", int64, "-2", at_least(-2), cluster_wide, medium,
     "How long records of a tiered partition stay on local disks.", no_effect(because_remote)},
    {"log.message.timestamp.after.max.ms", int64, "3600000", at_least(0), cluster_wide, medium,
     "How far in the future a record's timestamp may lie."},
    {"log.message.timestamp.before.max.ms", int64, "9223372036854775807", at_least(0), cluster_wide,
     medium, "How far in the past a record's timestamp may lie."},
    {"log.message.timestamp.type", string, "CreateTime", one_of("CreateTime LogAppendTime"),
     cluster_wide, medium,
     "Whether records keep their producer's timestamp or get the time of their append."},
    {"log.preallocate", boolean, "false", any_value(), cluster_wide, medium,
     "Whether a new segment's file takes room on the disk for log.segment.bytes at once, with its "
     "first record; what it does not use of it goes back when it is closed."},
    {"log.remote.copy.lag.bytes", int64, "-1", at_least(-1), cluster_wide, medium,
     "How many bytes a segment may lag before it is copied to remote storage.",
     no_effect(because_remote)},
    {"log.remote.copy.lag.ms", int64, "0", at_least(-1), cluster_wide, medium,
     "How long a segment may lag before it is copied to remote storage.",
     no_effect(because_remote)},
    {"log.retention.bytes", int64, "-1", any_value(), cluster_wide, high,
     "How many bytes a partition may hold before its oldest segments are deleted; -1 means any "
     "number."},
    {"log.retention.check.interval.ms", int64, "300000", at_least(1), read_only, medium,
     "How often logs are looked at for segments to delete."},
    {"log.retention.hours", int32, "168", any_value(), read_only, high,
     "How many hours records are kept; used where neither log.retention.ms nor "
     "log.retention.minutes is set.",
     works, synonyms("log.retention.ms", "log.retention.minutes", "log.retention.hours")},
    {"log.retention.minutes", int32, nullptr, any_value(), read_only, high,
     "How many minutes records are kept; used where log.retention.ms is not set.", works,
     synonyms("log.retention.ms", "log.retention.minutes", "log.retention.hours")},
    {"log.retention.ms", int64, nullptr, any_value(), cluster_wide, high,
     "How many milliseconds records are kept; -1 means for ever.", works,
     synonyms("log.retention.ms", "log.retention.minutes", "log.retention.hours")},
    {"log.roll.hours", int32, "168", at_least(1), read_only, high,
     "After how many hours a segment is closed; used where log.roll.ms is not set.", works,
     synonyms("log.roll.ms", "log.roll.hours")},
    {"log.roll.jitter.hours", int32, "0", at_least(0), read_only, high,
     "By how many hours at random a segment is closed earlier; used where log.roll.jitter.ms is "
     "not set.",
     works, synonyms("log.roll.jitter.ms", "log.roll.jitter.hours")},
    {"log.roll.jitter.ms", int64, nullptr, any_value(), cluster_wide, high,
     "By how many milliseconds at random a segment is closed earlier.", works,
     synonyms("log.roll.jitter.ms", "log.roll.jitter.hours")},
    {"log.roll.ms", int64, nullptr, any_value(), cluster_wide, high,
     "After how many milliseconds a segment is closed.", works,
     synonyms("log.roll.ms", "log.roll.hours")},
    {"log.segment.bytes", int32, "1073741824", at_least(1048576), cluster_wide, high,
     "The size at which a segment is closed."},
    {"log.segment.delete.delay.ms", int64, "60000", at_least(0), cluster_wide, high,
     "How long a deleted segment's file stays before it is removed."},
    {"max.decompressed.message.bytes", int32, "2147483639", between(1, 2147483639), cluster_wide,
     medium, "The largest size that one batch of records may decompress to."},
    {"num.recovery.threads.per.data.dir", int32, "2", at_least(1), cluster_wide, high,
     "How many threads for each directory open logs at start-up, and close them at the end."},
    {"num.replica.alter.log.dirs.threads", int32, nullptr, any_value(), read_only, high,
     "How many partitions move between directories at once; the default is one for each "
     "directory."},
    {"producer.id.expiration.check.interval.ms", int32, "600000", at_least(1), read_only, low,
     "How often producers are looked for that have been silent for too long.", works,
     internal_only},
    {"producer.id.expiration.ms", int32, "86400000", at_least(1), cluster_wide, low,
     "After how long of silence a producer's sequence numbers are forgotten."},
};

}  // namespace

std::span<const ConfigRow> log_rows() {
    return rows;
}

}  // namespace barnabas::broker

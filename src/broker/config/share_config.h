#pragma once

#include "base/config_definition.h"
#include "base/result.h"
#include "base/time.h"
#include "coordinator/share/config.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace barnabas::broker {

class ClusterImage;
struct Settings;

/// share.auto.offset.reset: where a group begins in a partition that it has no state of.
struct ShareOffsetReset {
    enum class Kind : std::uint8_t { latest, earliest, by_duration };
    Kind kind = Kind::latest;
    std::chrono::milliseconds ago{0};  // by_duration: the first record that is no older

    friend bool operator==(const ShareOffsetReset&, const ShareOffsetReset&) = default;
};

/// How share partitions of one group behave: what is set on the group (the resource `group`), else
/// the broker's, else Kafka's defaults; within the broker's bounds (GroupConfig, ShareGroupConfig).
struct ShareGroupSettings {
    std::chrono::milliseconds record_lock_duration{30'000};  // share.record.lock.duration.ms
    std::int32_t delivery_count_limit = 5;                   // share.delivery.count.limit
    std::int32_t partition_max_record_locks = 2000;          // share.partition.max.record.locks
    ShareOffsetReset auto_offset_reset{};                    // share.auto.offset.reset
    bool read_committed = false;                             // share.isolation.level
    bool renew_acknowledge_enabled = true;                   // share.renew.acknowledge.enable
    std::string dead_letter_topic{};         // errors.deadletterqueue.topic.name; "": none
    bool dead_letter_copies_record = false;  // errors.deadletterqueue.copy.record.enable

    friend bool operator==(const ShareGroupSettings&, const ShareGroupSettings&) = default;
};

/// What a group may set for itself, from the least to the most.
template <class Value>
struct ShareRange {
    Value min;
    Value max;
};

/// Share groups, as the broker's rows have them. May change while the broker runs.
struct SharesConfig {
    /// group.share.max.size and the like: what the coordinator of groups goes by.
    coordinator::ShareGroupConfig coordinator;
    coordinator::ShareGroupTimes times;  // where a group sets none of its own
    ShareGroupSettings defaults;         // the same of the settings that the broker has
    std::int32_t max_sessions = 2000;    // group.share.max.share.sessions
    /// A dead letter queue is made when it is needed and not there
    /// (errors.deadletterqueue.auto.create.topics.enable) ...
    bool dead_letter_topics_auto_create = false;
    /// ... and its name begins so (errors.deadletterqueue.topic.name.prefix).
    std::string dead_letter_prefix = "dlq.";

    ShareRange<std::chrono::milliseconds> heartbeat_interval{5s, 15s};
    ShareRange<std::chrono::milliseconds> session_timeout{45s, 60s};
    ShareRange<std::chrono::milliseconds> assignment_interval{0s, 15s};
    ShareRange<std::chrono::milliseconds> record_lock_duration{15s, 60s};
    ShareRange<std::int32_t> delivery_count_limit{2, 10};
    ShareRange<std::int32_t> partition_max_record_locks{100, 4000};
};

/// From the broker's rows. invalid_config, in one sentence, for values that do not go together: as
/// Kafka's ShareGroupConfig and GroupCoordinatorConfig check them.
[[nodiscard]] Result<SharesConfig> make_shares(const ConfigValues& values);

/// Whether what a group would have, `values` of the definition of groups with the broker's in place
/// of what is not set, is within the bounds (GroupConfig.validate). invalid_config.
[[nodiscard]] Result<void> check_share_values(const ConfigValues& values,
                                              const SharesConfig& bounds);

/// What counts for a group now. Out of the broker's bounds, which may have changed since it was
/// set, counts as the bound. Any thread; cheap enough to be asked for each request.
[[nodiscard]] ShareGroupSettings share_settings_of(const ClusterImage& image,
                                                   const Settings& settings,
                                                   std::string_view group);
/// The same for what members of the group are told and timed by.
[[nodiscard]] coordinator::ShareGroupTimes share_times_of(const ClusterImage& image,
                                                          const Settings& settings,
                                                          std::string_view group);

}  // namespace barnabas::broker

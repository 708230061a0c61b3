#include "broker/config/share_config.h"

#include <fmt/format.h>

#include <string>
#include <vector>

namespace barnabas::broker {
namespace {

using std::chrono::milliseconds;

milliseconds ms(const ConfigValues& values, std::string_view name) {
    return milliseconds(values.integer(name));
}

std::int32_t int32(const ConfigValues& values, std::string_view name) {
    return static_cast<std::int32_t>(values.integer(name));
}

std::int64_t number_of(milliseconds time) {
    return time.count();
}

std::int64_t number_of(std::int32_t count) {
    return count;
}

/// A value that has bounds: "group.share.<rest>" is the broker's, "group.share.min.<rest>" and
/// "group.share.max.<rest>" are the bounds, "share.<rest>" is a group's own.
struct BoundedName {
    std::string_view rest;

    [[nodiscard]] std::string broker() const { return fmt::format("group.share.{}", rest); }
    [[nodiscard]] std::string min() const { return fmt::format("group.share.min.{}", rest); }
    [[nodiscard]] std::string max() const { return fmt::format("group.share.max.{}", rest); }
    [[nodiscard]] std::string group() const { return fmt::format("share.{}", rest); }
};

constexpr BoundedName heartbeat_interval{"heartbeat.interval.ms"};
constexpr BoundedName session_timeout{"session.timeout.ms"};
constexpr BoundedName assignment_interval{"assignment.interval.ms"};
constexpr BoundedName record_lock_duration{"record.lock.duration.ms"};
constexpr BoundedName delivery_count_limit{"delivery.count.limit"};
constexpr BoundedName partition_max_record_locks{"partition.max.record.locks"};

template <class Value>
Result<void> check_within(const std::string& name, Value value, const ShareRange<Value>& range,
                          const BoundedName& bounds) {
    if (value < range.min || value > range.max) {
        return fail(ErrorCode::invalid_config, "{}={}: must be from {} ({}) to {} ({})", name,
                    number_of(value), number_of(range.min), bounds.min(), number_of(range.max),
                    bounds.max());
    }
    return {};
}

/// The bounds, and that the broker's own value is within them.
template <class Value>
Result<void> take_bounded(const ConfigValues& values, const BoundedName& name, Value& value,
                          ShareRange<Value>& range) {
    range.min = Value(int32(values, name.min()));
    range.max = Value(int32(values, name.max()));
    value = Value(int32(values, name.broker()));
    if (range.min > range.max) {
        return fail(ErrorCode::invalid_config, "{}={}: must be at least {}={}", name.max(),
                    number_of(range.max), name.min(), number_of(range.min));
    }
    return check_within(name.broker(), value, range, name);
}

Result<void> check_session(const std::string& session_name, milliseconds session,
                           const std::string& heartbeat_name, milliseconds heartbeat) {
    if (session <= heartbeat) {
        return fail(ErrorCode::invalid_config, "{}={}: must be more than {}={}", session_name,
                    session.count(), heartbeat_name, heartbeat.count());
    }
    return {};
}

Result<void> check_assignors(const std::vector<std::string>& names) {
    constexpr std::string_view java = "org.apache.kafka.coordinator.group.assignor.SimpleAssignor";
    if (names.size() != 1 || (names.front() != "simple" && names.front() != java)) {
        return fail(ErrorCode::invalid_config,
                    "group.share.assignors: must be simple, the only assignor of share groups; "
                    "Java classes cannot be loaded");
    }
    return {};
}

}  // namespace

Result<SharesConfig> make_shares(const ConfigValues& values) {
    SharesConfig shares;
    TRY(take_bounded(values, heartbeat_interval, shares.times.heartbeat_interval,
                     shares.heartbeat_interval));
    TRY(take_bounded(values, session_timeout, shares.times.session_timeout,
                     shares.session_timeout));
    TRY(take_bounded(values, assignment_interval, shares.times.assignment_interval,
                     shares.assignment_interval));
    TRY(check_session(session_timeout.broker(), shares.times.session_timeout,
                      heartbeat_interval.broker(), shares.times.heartbeat_interval));
    TRY(take_bounded(values, record_lock_duration, shares.defaults.record_lock_duration,
                     shares.record_lock_duration));
    TRY(take_bounded(values, delivery_count_limit, shares.defaults.delivery_count_limit,
                     shares.delivery_count_limit));
    TRY(take_bounded(values, partition_max_record_locks, shares.defaults.partition_max_record_locks,
                     shares.partition_max_record_locks));
    TRY(check_assignors(values.list("group.share.assignors")));
    shares.coordinator.max_size = static_cast<std::size_t>(values.integer("group.share.max.size"));
    shares.coordinator.initialize_retry_interval =
        ms(values, "group.share.initialize.retry.interval.ms");
    shares.max_sessions = int32(values, "group.share.max.share.sessions");
    shares.dead_letter_topics_auto_create =
        values.boolean("errors.deadletterqueue.auto.create.topics.enable");
    shares.dead_letter_prefix = values.text("errors.deadletterqueue.topic.name.prefix");
    return shares;
}

Result<void> check_share_values(const ConfigValues& values, const SharesConfig& bounds) {
    const auto time = [&values](const BoundedName& name) { return ms(values, name.group()); };
    const auto check_time = [&time](const BoundedName& name,
                                    const ShareRange<milliseconds>& range) {
        return check_within(name.group(), time(name), range, name);
    };
    const auto check_count = [&values](const BoundedName& name,
                                       const ShareRange<std::int32_t>& range) {
        return check_within(name.group(), int32(values, name.group()), range, name);
    };
    TRY(check_time(heartbeat_interval, bounds.heartbeat_interval));
    TRY(check_time(session_timeout, bounds.session_timeout));
    TRY(check_time(assignment_interval, bounds.assignment_interval));
    TRY(check_session(session_timeout.group(), time(session_timeout), heartbeat_interval.group(),
                      time(heartbeat_interval)));
    TRY(check_time(record_lock_duration, bounds.record_lock_duration));
    TRY(check_count(delivery_count_limit, bounds.delivery_count_limit));
    return check_count(partition_max_record_locks, bounds.partition_max_record_locks);
}

}  // namespace barnabas::broker

#include "base/config_text.h"
#include "broker/cluster_image.h"
#include "broker/config/share_config.h"
#include "broker/settings.h"

#include <algorithm>
#include <optional>
#include <string>

// What counts for one share group: its own values come with the cluster's image, which the tables
// of configurations know nothing of.

namespace barnabas::broker {
namespace {

using std::chrono::milliseconds;

/// The part "<digits><unit>" at the front of `text`, if it is there; seconds may have a fraction.
std::optional<double> take_part(std::string_view& text, char unit) {
    const std::size_t end = text.find(unit);
    if (end == std::string_view::npos ||
        text.substr(0, end).find_first_not_of("0123456789.") != std::string_view::npos) {
        return std::nullopt;
    }
    const auto number = parse_double(text.substr(0, end));
    text.remove_prefix(end + 1);
    return number;
}

/// What Java's Duration.parse makes of a text that is_java_duration().
milliseconds parse_duration(std::string_view text) {
    const std::string lower = to_lower(text);
    std::string_view rest = lower;
    rest.remove_prefix(rest.find('p') + 1);
    constexpr double ms_per_second = 1000;
    double total = take_part(rest, 'd').value_or(0) * 24 * 3600 * ms_per_second;
    if (rest.starts_with('t')) {
        rest.remove_prefix(1);
        total += take_part(rest, 'h').value_or(0) * 3600 * ms_per_second;
        total += take_part(rest, 'm').value_or(0) * 60 * ms_per_second;
        total += take_part(rest, 's').value_or(0) * ms_per_second;
    }
    // Exact up to here, and nobody has records that are older.
    constexpr double most = 9e15;
    return milliseconds(static_cast<std::int64_t>(std::min(total, most)));
}

ShareOffsetReset parse_offset_reset(std::string_view text) {
    constexpr std::string_view by_duration = "by_duration:";
    if (text.starts_with(by_duration)) {
        return {.kind = ShareOffsetReset::Kind::by_duration,
                .ago = parse_duration(text.substr(by_duration.size()))};
    }
    return {.kind = text == "earliest" ? ShareOffsetReset::Kind::earliest
                                       : ShareOffsetReset::Kind::latest};
}

/// What is set on a group. It was judged when it was set: a text that is no number cannot be here.
class OwnValues {
public:
    explicit OwnValues(const ConfigMap& set) : set_(set) {}

    [[nodiscard]] std::optional<std::string_view> text(std::string_view name) const {
        const auto at = set_.find(name);
        return at == set_.end() ? std::nullopt : std::optional(trim(at->second));
    }
    void take(std::string_view name, bool& value) const {
        if (const auto own = text(name)) {
            value = to_lower(*own) == "true";
        }
    }
    template <class Value>
    void take(std::string_view name, Value& value, const ShareRange<Value>& range) const {
        const auto own = text(name);
        const auto count = own ? parse_integer(*own) : std::nullopt;
        if (count) {
            value = std::clamp(Value(static_cast<std::int32_t>(*count)), range.min, range.max);
        }
    }

private:
    const ConfigMap& set_;
};

}  // namespace

ShareGroupSettings share_settings_of(const ClusterImage& image, const Settings& settings,
                                     std::string_view group) {
    const SharesConfig& shares = settings.config.groups.shares;
    ShareGroupSettings result = shares.defaults;
    const auto* set = image.group_config(group);
    if (set == nullptr) {
        return result;
    }
    const OwnValues own(*set);
    own.take("share.record.lock.duration.ms", result.record_lock_duration,
             shares.record_lock_duration);
    own.take("share.delivery.count.limit", result.delivery_count_limit,
             shares.delivery_count_limit);
    own.take("share.partition.max.record.locks", result.partition_max_record_locks,
             shares.partition_max_record_locks);
    own.take("share.renew.acknowledge.enable", result.renew_acknowledge_enabled);
    own.take("errors.deadletterqueue.copy.record.enable", result.dead_letter_copies_record);
    if (const auto reset = own.text("share.auto.offset.reset")) {
        result.auto_offset_reset = parse_offset_reset(*reset);
    }
    if (const auto level = own.text("share.isolation.level")) {
        result.read_committed = *level == "read_committed";
    }
    if (const auto topic = own.text("errors.deadletterqueue.topic.name")) {
        result.dead_letter_topic = *topic;
    }
    return result;
}

coordinator::ShareGroupTimes share_times_of(const ClusterImage& image, const Settings& settings,
                                            std::string_view group) {
    const SharesConfig& shares = settings.config.groups.shares;
    auto times = shares.times;
    if (const auto* set = image.group_config(group)) {
        const OwnValues own(*set);
        own.take("share.heartbeat.interval.ms", times.heartbeat_interval,
                 shares.heartbeat_interval);
        own.take("share.session.timeout.ms", times.session_timeout, shares.session_timeout);
        own.take("share.assignment.interval.ms", times.assignment_interval,
                 shares.assignment_interval);
    }
    return times;
}

}  // namespace barnabas::broker

#include "broker/connection_quota.h"

#include "base/invariant.h"
#include "broker/config/broker_config.h"

#include <utility>

namespace barnabas::broker {
namespace {

constexpr Duration say_full_interval = 60s;

}  // namespace

ConnectionQuota::ConnectionQuota(Limits limits) : limits_(std::move(limits)) {}

std::uint64_t ConnectionQuota::tell(OnRoom on_room) {
    const std::lock_guard lock(mutex_);
    told_.emplace(next_told_, std::move(on_room));
    return next_told_++;
}

void ConnectionQuota::forget(std::uint64_t told) {
    const std::lock_guard lock(mutex_);
    told_.erase(told);
}

/// All of them: only one may get the place, and the others wait on.
void ConnectionQuota::tell_of_room() {
    if (std::exchange(wanted_, false)) {
        for (const auto& [number, on_room] : told_) {
            on_room();
        }
    }
}

void ConnectionQuota::set_limits(Limits limits) {
    const std::lock_guard lock(mutex_);
    limits_ = std::move(limits);
    tell_of_room();
}

std::int64_t ConnectionQuota::total_max() const {
    const std::lock_guard lock(mutex_);
    return limits_.total_max;
}

Result<ConnectionQuota::Verdict> ConnectionQuota::admit(const std::string& ip) {
    const std::lock_guard lock(mutex_);
    const auto override = limits_.per_ip_overrides.find(ip);
    const auto limit =
        override == limits_.per_ip_overrides.end() ? limits_.per_ip_max : override->second;
    const auto mine = by_ip_.find(ip);
    if ((mine == by_ip_.end() ? 0 : mine->second) >= limit) {
        return fail(ErrorCode::invalid_request,
                    "{} connections from {} are open, max.connections.per.ip is {}",
                    mine == by_ip_.end() ? 0 : mine->second, ip, limit);
    }
    if (total_ >= limits_.total_max) {
        wanted_ = true;
        return Verdict::full;
    }
    ++by_ip_[ip];
    ++total_;
    return Verdict::admitted;
}

void ConnectionQuota::release(const std::string& ip) {
    const std::lock_guard lock(mutex_);
    const auto mine = by_ip_.find(ip);
    INVARIANT(mine != by_ip_.end() && total_ > 0, "no connection of {} is counted", ip);
    --total_;
    if (--mine->second == 0) {
        by_ip_.erase(mine);
    }
    tell_of_room();
}

bool ConnectionQuota::may_say_full(Time now) {
    const std::lock_guard lock(mutex_);
    if (said_full_ && now - *said_full_ < say_full_interval) {
        return false;
    }
    said_full_ = now;
    return true;
}

std::int64_t ConnectionQuota::open() const {
    const std::lock_guard lock(mutex_);
    return total_;
}

ConnectionQuota::Limits limits_of(const NetworkConfig& config) {
    ConnectionQuota::Limits limits{.total_max = config.max_connections,
                                   .per_ip_max = config.max_connections_per_ip,
                                   .per_ip_overrides = {}};
    for (const auto& [ip, limit] : config.max_connections_per_ip_overrides) {
        limits.per_ip_overrides[ip] = limit;
    }
    return limits;
}

}  // namespace barnabas::broker

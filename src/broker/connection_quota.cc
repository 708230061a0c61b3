#include "broker/connection_quota.h"

#include "base/invariant.h"
#include "broker/config/broker_config.h"

#include <utility>

namespace barnabas::broker {

ConnectionQuota::ConnectionQuota(Limits limits) : limits_(std::move(limits)) {}

void ConnectionQuota::set_limits(Limits limits) {
    const std::lock_guard lock(mutex_);
    limits_ = std::move(limits);
}

Result<void> ConnectionQuota::admit(const std::string& ip) {
    const std::lock_guard lock(mutex_);
    if (total_ >= limits_.total_max) {
        return fail(ErrorCode::invalid_request, "{} connections are open, max.connections is {}",
                    total_, limits_.total_max);
    }
    const auto override = limits_.per_ip_overrides.find(ip);
    const auto limit =
        override == limits_.per_ip_overrides.end() ? limits_.per_ip_max : override->second;
    const auto mine = by_ip_.find(ip);
    if ((mine == by_ip_.end() ? 0 : mine->second) >= limit) {
        return fail(ErrorCode::invalid_request,
                    "{} connections from {} are open, max.connections.per.ip is {}",
                    mine == by_ip_.end() ? 0 : mine->second, ip, limit);
    }
    ++by_ip_[ip];
    ++total_;
    return {};
}

void ConnectionQuota::release(const std::string& ip) {
    const std::lock_guard lock(mutex_);
    const auto mine = by_ip_.find(ip);
    INVARIANT(mine != by_ip_.end() && total_ > 0, "no connection of {} is counted", ip);
    --total_;
    if (--mine->second == 0) {
        by_ip_.erase(mine);
    }
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

#pragma once

#include "base/result.h"

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace barnabas::broker {

/// Counts the connections of the whole broker against max.connections, max.connections.per.ip and
/// max.connections.per.ip.overrides. Shared by all shards: locked, but only when a connection
/// comes or goes.
class ConnectionQuota {
public:
    struct Limits {
        std::int64_t total_max;
        std::int64_t per_ip_max;
        std::map<std::string, std::int64_t> per_ip_overrides;
    };

    explicit ConnectionQuota(Limits limits);

    /// For the connections to come; those that are open stay.
    void set_limits(Limits limits);

    /// Counts one more from `ip`, or says which limit refuses it and counts nothing.
    Result<void> admit(const std::string& ip);
    /// Undoes an admit().
    void release(const std::string& ip);

    [[nodiscard]] std::int64_t open() const;

private:
    mutable std::mutex mutex_;
    Limits limits_;
    std::int64_t total_ = 0;
    std::map<std::string, std::int64_t> by_ip_;
};

struct NetworkConfig;
[[nodiscard]] ConnectionQuota::Limits limits_of(const NetworkConfig& config);

}  // namespace barnabas::broker

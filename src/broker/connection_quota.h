#pragma once

#include "base/result.h"
#include "base/time.h"

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace barnabas::broker {

/// Counts the connections of the whole broker against max.connections, max.connections.per.ip and
/// max.connections.per.ip.overrides. As in Kafka (ConnectionQuotas) who is one too many of an
/// address is refused, and who is one too many of all waits. Shared by all shards: locked, but only
/// when a connection comes or goes.
class ConnectionQuota {
public:
    struct Limits {
        std::int64_t total_max;
        std::int64_t per_ip_max;
        std::map<std::string, std::int64_t> per_ip_overrides;
    };

    explicit ConnectionQuota(Limits limits);

    /// Called when there may be room again for somebody whom admit() has turned away; by any
    /// thread, under the lock: it is to pass the news on, and may not call back.
    using OnRoom = std::function<void()>;
    /// Until forget(). Answers what to forget it by.
    std::uint64_t tell(OnRoom on_room);
    void forget(std::uint64_t told);

    /// For the connections to come; those that are open stay.
    void set_limits(Limits limits);
    [[nodiscard]] std::int64_t total_max() const;

    enum class Verdict : std::int8_t {
        admitted,
        full,  // max.connections: to be asked again when there is room
    };
    /// Counts one more from `ip`, or nothing. An error says which limit of the address refuses it.
    Result<Verdict> admit(const std::string& ip);
    /// Undoes an admit().
    void release(const std::string& ip);

    /// Whether it is to be said that connections wait: once a minute, whichever shard asks first.
    [[nodiscard]] bool may_say_full(Time now);

    [[nodiscard]] std::int64_t open() const;

private:
    void tell_of_room();

    mutable std::mutex mutex_;
    Limits limits_;
    std::map<std::uint64_t, OnRoom> told_;
    std::uint64_t next_told_ = 0;
    bool wanted_ = false;  // somebody was turned away since the last news
    std::optional<Time> said_full_;
    std::int64_t total_ = 0;
    std::map<std::string, std::int64_t> by_ip_;
};

struct NetworkConfig;
[[nodiscard]] ConnectionQuota::Limits limits_of(const NetworkConfig& config);

}  // namespace barnabas::broker

#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

namespace barnabas::coordinator {

/// What holds for all share groups of a broker: group.share.*, with Kafka's defaults.
struct ShareGroupConfig {
    std::size_t max_size = 200;
    /// After how long the initialisation of a share partition is asked for again that nothing was
    /// heard of.
    std::chrono::milliseconds initialize_retry_interval{30'000};
};

/// What a group may have of its own (share.* of the resource `group`), else the broker's.
struct ShareGroupTimes {
    std::chrono::milliseconds heartbeat_interval{5'000};
    std::chrono::milliseconds session_timeout{45'000};
    std::chrono::milliseconds assignment_interval{1'000};
};

/// Where both come from: a port. Values are in their ranges already.
class ShareSettings {
public:
    ShareSettings() = default;
    ShareSettings(const ShareSettings&) = delete;
    ShareSettings& operator=(const ShareSettings&) = delete;
    virtual ~ShareSettings() = default;

    [[nodiscard]] virtual const ShareGroupConfig& broker() const = 0;
    [[nodiscard]] virtual ShareGroupTimes times_of(std::string_view group) const = 0;
};

}  // namespace barnabas::coordinator

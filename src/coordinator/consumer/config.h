#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace barnabas::coordinator {

/// The assignors that there are, by their names in requests and records.
enum class AssignorKind : std::uint8_t { uniform, range };

[[nodiscard]] constexpr std::string_view assignor_name(AssignorKind kind) {
    return kind == AssignorKind::uniform ? "uniform" : "range";
}

/// group.consumer.migration.policy: which way a group may change between the protocols.
enum class MigrationPolicy : std::uint8_t { disabled, upgrade, downgrade, bidirectional };

/// What holds for all consumer groups of a broker: group.consumer.*, with Kafka's defaults.
struct ConsumerGroupConfig {
    std::size_t max_size = 2147483647;
    /// Not empty; the first is taken when no member asks for one.
    std::vector<AssignorKind> assignors{AssignorKind::uniform, AssignorKind::range};
    MigrationPolicy migration = MigrationPolicy::bidirectional;
    /// group.max.size: a larger group does not become a classic one.
    std::size_t classic_max_size = 2147483647;
    std::chrono::milliseconds regex_refresh_interval{600'000};
};

/// What a group may have of its own (consumer.* of the resource `group`), else the broker's.
struct ConsumerGroupTimes {
    std::chrono::milliseconds heartbeat_interval{5'000};
    std::chrono::milliseconds session_timeout{45'000};
    std::chrono::milliseconds assignment_interval{1'000};
};

/// Where both come from: a port. Values are in their ranges already.
class ConsumerGroupSettings {
public:
    ConsumerGroupSettings() = default;
    ConsumerGroupSettings(const ConsumerGroupSettings&) = delete;
    ConsumerGroupSettings& operator=(const ConsumerGroupSettings&) = delete;
    virtual ~ConsumerGroupSettings() = default;

    [[nodiscard]] virtual const ConsumerGroupConfig& broker() const = 0;
    [[nodiscard]] virtual ConsumerGroupTimes times_of(std::string_view group) const = 0;
};

}  // namespace barnabas::coordinator

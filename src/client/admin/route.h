#pragma once

#include "base/types.h"

#include <compare>
#include <cstdint>
#include <string>

namespace barnabas::client::admin_api {

/// Who has to be asked about something.
struct Route {
    enum class Kind : std::uint8_t { any, controller, broker, group, transaction, leader };

    Kind kind = Kind::any;
    BrokerId broker = no_broker;  ///< broker
    std::string name{};           ///< group, transactional id, topic
    PartitionId partition{};      ///< leader

    friend auto operator<=>(const Route&, const Route&) = default;

    [[nodiscard]] static Route to_any() { return {}; }
    [[nodiscard]] static Route to_controller() { return {.kind = Kind::controller}; }
    [[nodiscard]] static Route to_broker(BrokerId id) {
        return {.kind = Kind::broker, .broker = id};
    }
    [[nodiscard]] static Route to_group(std::string id) {
        return {.kind = Kind::group, .name = std::move(id)};
    }
    [[nodiscard]] static Route to_transaction(std::string id) {
        return {.kind = Kind::transaction, .name = std::move(id)};
    }
    [[nodiscard]] static Route to_leader(const TopicPartition& tp) {
        return {.kind = Kind::leader, .name = tp.topic, .partition = tp.partition};
    }

    /// For messages: "the leader of t-0".
    [[nodiscard]] std::string to_text() const;
};

}  // namespace barnabas::client::admin_api

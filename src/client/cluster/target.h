#pragma once

#include "base/types.h"

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace barnabas::client {

/// Whose coordinator: the numbers of FindCoordinator's key types.
enum class CoordinatorType : std::int8_t { group = 0, transaction = 1, share = 2 };

[[nodiscard]] std::string_view coordinator_type_name(
    CoordinatorType type);  // "group", "transactional id", "share partition"

/// Which of the connections to one broker a request takes. Answers come in the order of requests,
/// so a fetch that waits for records, or a member that waits for its group, would hold up the
/// other's.
enum class Lane : std::uint8_t { main, fetch, group };

/// Which broker a request is for.
class Target {
public:
    enum class Kind : std::uint8_t { any, broker, controller, coordinator };

    /// Whichever answers first: a connected one, else one that can be reached.
    [[nodiscard]] static Target any() { return Target(Kind::any); }
    [[nodiscard]] static Target broker(BrokerId id) {
        Target target(Kind::broker);
        target.broker_ = id;
        return target;
    }
    [[nodiscard]] static Target controller() { return Target(Kind::controller); }
    [[nodiscard]] static Target group_coordinator(std::string group_id) {
        return coordinator(CoordinatorType::group, std::move(group_id));
    }
    [[nodiscard]] static Target transaction_coordinator(std::string transactional_id) {
        return coordinator(CoordinatorType::transaction, std::move(transactional_id));
    }
    /// `key`: "group:topicId:partition".
    [[nodiscard]] static Target share_coordinator(std::string key) {
        return coordinator(CoordinatorType::share, std::move(key));
    }
    [[nodiscard]] static Target coordinator(CoordinatorType type, std::string key) {
        Target target(Kind::coordinator);
        target.type_ = type;
        target.key_ = std::move(key);
        return target;
    }

    [[nodiscard]] Kind kind() const { return kind_; }
    [[nodiscard]] BrokerId broker_id() const { return broker_; }
    [[nodiscard]] CoordinatorType coordinator_type() const { return type_; }
    [[nodiscard]] const std::string& key() const { return key_; }
    /// Groups' coordinators have a connection of their own, as in Kafka's clients.
    [[nodiscard]] Lane lane() const {
        return kind_ == Kind::coordinator && type_ == CoordinatorType::group ? Lane::group
                                                                             : Lane::main;
    }
    /// For sentences: "any broker", "broker 3", "the controller", "the coordinator of group 'g'".
    [[nodiscard]] std::string text() const;

    friend bool operator==(const Target&, const Target&) = default;

private:
    explicit Target(Kind kind) : kind_(kind) {}

    Kind kind_;
    BrokerId broker_ = no_broker;
    CoordinatorType type_ = CoordinatorType::group;
    std::string key_;
};

}  // namespace barnabas::client

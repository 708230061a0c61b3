#pragma once

#include "base/uuid.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::coordinator {

/// The cluster's topics as consumer groups see them: a port. What it says may change between two
/// calls of a coordinator, never within one.
class TopicsView {
public:
    struct Topic {
        Uuid id;
        std::int32_t partitions = 0;
    };

    TopicsView() = default;
    TopicsView(const TopicsView&) = delete;
    TopicsView& operator=(const TopicsView&) = delete;
    virtual ~TopicsView() = default;

    /// Nothing if there is no such topic.
    [[nodiscard]] virtual std::optional<Topic> find(std::string_view name) const = 0;
    [[nodiscard]] virtual std::optional<std::string> name_of(const Uuid& id) const = 0;
    /// The racks of the brokers that hold replicas of the partition, in any order.
    [[nodiscard]] virtual std::vector<std::string> racks_of(std::string_view name,
                                                            std::int32_t partition) const = 0;
    /// Calls it with each topic's name, internal ones too.
    virtual void each_name(const std::function<void(std::string_view)>& visit) const = 0;
    /// Grows with any change of any topic; 0 or more.
    [[nodiscard]] virtual std::int64_t version() const = 0;
};

}  // namespace barnabas::coordinator

#pragma once

#include "base/result.h"
#include "client/assignors/group.h"
#include <barnabas/partition_assignor.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::client {

/// How a consumer would share a group's partitions out, in the order of its preference
/// (partition.assignment.strategy): Kafka's four, by Kafka's class names or by their protocol names
/// (range, roundrobin, sticky, cooperative-sticky), and the user's own, by name().
class AssignorSet {
public:
    struct Strategy {
        std::string name;  ///< of the protocol
        bool cooperative = false;
        std::shared_ptr<PartitionAssignor> custom;  ///< nothing: one of Kafka's
    };

    /// invalid_config: a name that is nobody's, or twice, or no name at all.
    [[nodiscard]] static Result<AssignorSet> make(
        const std::vector<std::string>& names,
        const std::vector<std::shared_ptr<PartitionAssignor>>& custom);

    [[nodiscard]] const std::vector<Strategy>& strategies() const { return strategies_; }
    /// nullptr if it is none of ours.
    [[nodiscard]] const Strategy* find(std::string_view name) const;
    /// Whether members keep what they own while they rebalance: only if all strategies let them
    /// (Kafka takes the strongest protocol that all support).
    [[nodiscard]] bool cooperative() const;

    /// What a member adds to its subscription for this strategy: `self` holds the rest.
    [[nodiscard]] Bytes user_data(const Strategy& strategy,
                                  const PartitionAssignor::Member& self) const;
    /// The leader's work. Errors: of a custom assignor that leaves a member out or gives a
    /// partition twice (invalid_request).
    [[nodiscard]] Result<PartitionAssignor::Assignment> assign(
        const Strategy& strategy, const TopicLayouts& layouts,
        const PartitionAssignor::Members& members) const;

private:
    std::vector<Strategy> strategies_;
};

}  // namespace barnabas::client

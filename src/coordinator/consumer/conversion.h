#pragma once

#include "base/result.h"
#include "base/time.h"
#include "coordinator/classic/classic_group.h"
#include "coordinator/consumer/config.h"
#include "coordinator/consumer/consumer_group.h"
#include "coordinator/consumer/topics_view.h"
#include "coordinator/record.h"

#include <memory>
#include <string_view>

namespace barnabas::coordinator {

// A group changes its protocol while it has members (KIP-848, "Migration"; GroupMetadataManager's
// convertToConsumerGroup and convertToClassicGroup). Either way the records of the one kind are
// tombstones and those of the other are new, in one batch. Nothing is changed here.

/// The consumer group that a classic one becomes, and the records that say so.
struct Upgrade {
    std::unique_ptr<ConsumerGroup> group;
    Records records;
};

/// Each member goes on as a stable one with the generation's assignment, and the generation is the
/// group's epoch. What a member said that it owns when it joined is its own as well, where nobody
/// was assigned it: cooperative members have it while they wait for an assignment, which Kafka does
/// not see. group_id_not_found, as Kafka has it, where the policy forbids it, the members do
/// not use the consumer protocol or cannot be read, or there are too many.
[[nodiscard]] Result<Upgrade> upgrade(const ClassicGroup& group, const TopicsView& topics,
                                      const ConsumerGroupConfig& config);

/// Whether only members of the classic protocol are left without this one, which is not, and the
/// group may become a classic one then. One that nobody is left in may, too.
[[nodiscard]] bool may_downgrade_without(const ConsumerGroup& group, const ConsumerMember& leaving,
                                         const ConsumerGroupConfig& config);
/// The group as a classic one without that member, in the generation of its epoch, with what the
/// members have. (Kafka stores what they were to have: a coordinator that loads it before they have
/// joined again would hand out partitions that others have still.)
/// INVARIANT: may_downgrade_without() it.
[[nodiscard]] Records downgrade_records(const ConsumerGroup& group, const ConsumerMember& leaving,
                                        const TopicsView& topics, Timestamp now);

}  // namespace barnabas::coordinator

#pragma once

#include "base/types.h"
#include "coordinator/consumer/assignment.h"
#include "coordinator/record.h"
#include "coordinator/share/member.h"
#include "coordinator/share/share_partitions.h"

#include <cstdint>
#include <string_view>

namespace barnabas::coordinator {

// The records of share groups from their state (GroupCoordinatorRecordHelpers); all values are
// version 0.

[[nodiscard]] Record share_epoch_record(std::string_view group, std::int32_t epoch,
                                        std::int64_t metadata_hash);
[[nodiscard]] Record share_subscription_record(std::string_view group, const ShareMember& member);
[[nodiscard]] Record share_current_record(std::string_view group, const ShareMember& member);
[[nodiscard]] Record share_target_record(std::string_view group, std::string_view member,
                                         const Assignment& target);
[[nodiscard]] Record share_target_epoch_record(std::string_view group, std::int32_t epoch,
                                               Timestamp computed);
[[nodiscard]] Record share_partitions_record(std::string_view group,
                                             const SharePartitions& partitions);

/// Takes a member away; in Kafka's order: what it has, what it should have, itself.
void add_share_member_tombstones(Records& records, std::string_view group, std::string_view member);
/// Those of the group itself: its target's epoch, its partitions, its own.
void add_share_group_tombstones(Records& records, std::string_view group);

}  // namespace barnabas::coordinator

#pragma once

#include "coordinator/consumer/consumer_group.h"
#include "coordinator/consumer/member.h"
#include "coordinator/record.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace barnabas::coordinator {

// The records of consumer groups from their state (GroupCoordinatorRecordHelpers); all values are
// version 0.

[[nodiscard]] Record group_epoch_record(std::string_view group, std::int32_t epoch,
                                        std::int64_t metadata_hash);
[[nodiscard]] Record subscription_record(std::string_view group, const ConsumerMember& member);
[[nodiscard]] Record current_assignment_record(std::string_view group,
                                               const ConsumerMember& member);
[[nodiscard]] Record target_record(std::string_view group, std::string_view member,
                                   const Assignment& target);
[[nodiscard]] Record target_epoch_record(std::string_view group, std::int32_t epoch,
                                         Timestamp computed);
[[nodiscard]] Record regex_record(std::string_view group, std::string_view regex,
                                  const ResolvedRegex& resolved);
[[nodiscard]] Record regex_tombstone(std::string_view group, std::string_view regex);

/// Takes a member away. The order matters to Kafka when it reads them: what the member has, what it
/// should have, itself.
void add_member_tombstones(Records& records, std::string_view group, std::string_view member);

}  // namespace barnabas::coordinator

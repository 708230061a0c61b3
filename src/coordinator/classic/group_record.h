#pragma once

#include "coordinator/classic/classic_group.h"
#include "coordinator/record.h"
#include "wire/persisted/offset_records.h"

#include <functional>
#include <map>
#include <string>

namespace barnabas::coordinator {

// A classic group and its record. Kafka 4 writes version 3 of GroupMetadataValue
// (GroupCoordinatorRecordHelpers); all versions are read.

/// As it stands, with the assignments that its members have.
[[nodiscard]] Record group_record(const ClassicGroup& group);
/// With these assignments; who is not in them has none.
[[nodiscard]] Record group_record(const ClassicGroup& group,
                                  const std::map<std::string, SharedBytes, std::less<>>& assigned);
/// Of a group that has just been created, whoever waits in it: without generation and members.
[[nodiscard]] Record new_group_record(const ClassicGroup& group);

/// Copies of what the record holds. What no coordinator writes is put up with: of members with one
/// id, or one instance id, the first counts.
[[nodiscard]] ClassicGroup::Stored stored_group(const wire::GroupMetadataValue& value);

}  // namespace barnabas::coordinator

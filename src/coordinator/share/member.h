#pragma once

#include "coordinator/consumer/assignment.h"
#include "wire/persisted/share_group_records.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace barnabas::coordinator {

/// A member of a share group, as records have it (Kafka's ShareGroupMember). It has nothing to give
/// up before others may have it: partitions are shared, so it takes its target at once.
struct ShareMember {
    std::string id;
    std::optional<std::string> rack_id;
    std::string client_id;
    std::string client_host;
    std::vector<std::string> topics;  // subscribed; sorted, without duplicates

    std::int32_t epoch = 0;
    std::int32_t previous_epoch = 0;
    Assignment assigned;

    /// Whether what ShareGroupMemberMetadata stores is the same.
    [[nodiscard]] bool same_subscription(const ShareMember& other) const;
    /// Whether what ShareGroupCurrentMemberAssignment stores is the same.
    [[nodiscard]] bool same_assignment(const ShareMember& other) const;
    void set_topics(std::vector<std::string> names);

    void read(const wire::ShareGroupMemberMetadataValue& value);
    void read(const wire::ShareGroupCurrentMemberAssignmentValue& value);
};

}  // namespace barnabas::coordinator

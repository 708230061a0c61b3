#pragma once

#include "base/uuid.h"
#include "wire/persisted/share_group_records.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::coordinator {

/// Which partitions a share group has a state of, kept by the share coordinators: what
/// ShareGroupStatePartitionMetadata stores of it. A partition is written down as initializing
/// before anybody is asked to make its state, so that no state is forgotten when its group goes;
/// only what is initialized is assigned to members.
/// A partition may be in both: its state is there and is made anew (AlterShareGroupOffsets).
struct SharePartitions {
    struct Topic {
        std::string name;
        std::vector<std::int32_t> partitions;  // sorted, without duplicates, never empty

        friend bool operator==(const Topic&, const Topic&) = default;
    };
    using Topics = std::map<Uuid, Topic>;

    Topics initializing;
    Topics initialized;
    std::map<Uuid, std::string> deleting;  // names: all partitions of these are being deleted

    /// All three from a record. Topics without partitions are left out.
    void read(const wire::ShareGroupStatePartitionMetadataValue& value);
    [[nodiscard]] wire::ShareGroupStatePartitionMetadataValue stored() const;

    friend bool operator==(const SharePartitions&, const SharePartitions&) = default;
};

[[nodiscard]] bool contains(const SharePartitions::Topics& topics, const Uuid& topic,
                            std::int32_t partition);
/// Empty if there are none of the topic.
[[nodiscard]] const std::vector<std::int32_t>& partitions_of(const SharePartitions::Topics& topics,
                                                             const Uuid& topic);
/// The name is the later one's.
void add(SharePartitions::Topics& to, const Uuid& topic, const std::string& name,
         std::int32_t partition);
void add_all(SharePartitions::Topics& to, const SharePartitions::Topics& from);
/// Nothing happens if it is not there.
void erase(SharePartitions::Topics& from, const Uuid& topic, std::int32_t partition);

}  // namespace barnabas::coordinator

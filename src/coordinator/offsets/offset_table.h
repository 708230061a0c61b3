#pragma once

#include "coordinator/offsets/committed_offset.h"
#include "coordinator/offsets/topic_offsets.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace barnabas::coordinator {

/// Where an offset belongs.
struct OffsetPlace {
    std::string_view group;
    std::string_view topic;
    std::int32_t partition = 0;
};

/// Offsets by group, topic and partition. Always: no group and no topic in it is empty.
class OffsetTable {
public:
    using Topics = std::map<std::string, TopicOffsets, std::less<>>;
    using Groups = std::map<std::string, Topics, std::less<>>;

    /// Instead of an earlier one; whether there was none.
    bool put(const OffsetPlace& at, const CommittedOffset& offset);
    /// Whether there was one.
    bool erase(const OffsetPlace& at);

    [[nodiscard]] std::optional<CommittedOffset> find(const OffsetPlace& at) const;
    /// nullptr if the group has none.
    [[nodiscard]] const Topics* find_group(std::string_view group) const;
    [[nodiscard]] const Groups& groups() const { return groups_; }
    [[nodiscard]] std::size_t size() const { return size_; }

    /// visit(const OffsetPlace&, const CommittedOffset&), in the order of groups and topics.
    void for_each(const auto& visit) const {
        for (const auto& [group, topics] : groups_) {
            for (const auto& [topic, partitions] : topics) {
                partitions.for_each([&](std::int32_t partition, const CommittedOffset& offset) {
                    visit(OffsetPlace{.group = group, .topic = topic, .partition = partition},
                          offset);
                });
            }
        }
    }

private:
    Groups groups_;
    std::size_t size_ = 0;
};

}  // namespace barnabas::coordinator

#pragma once

#include "coordinator/consumer/consumer_group.h"
#include "coordinator/consumer/member.h"
#include "coordinator/consumer/topics_view.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::coordinator {

/// A group as it will be when a decision's records are applied: the group that there is, with a
/// member changed or new, a member gone, regular expressions resolved anew. Nothing is copied:
/// it lives as long as a decision.
struct GroupDraft {
    const ConsumerGroup& group;
    const ConsumerMember* changed = nullptr;  // in place of the one with its id, if there is one
    std::string_view gone{};                  // a member's id; empty: none
    /// Resolved anew, or nothing: forgotten.
    std::map<std::string, std::optional<ResolvedRegex>, std::less<>> regexes{};

    /// In the order of their ids.
    void each_member(const std::function<void(const ConsumerMember&)>& visit) const;
    [[nodiscard]] std::size_t member_count() const;
    /// nullptr if it is not resolved.
    [[nodiscard]] const ResolvedRegex* resolved(std::string_view regex) const;
    /// The names of all topics that somebody subscribes to, whether they exist or not.
    [[nodiscard]] std::set<std::string, std::less<>> topics() const;
};

/// What a member subscribes to and exists, by id.
using SubscribedTopics = std::map<Uuid, TopicsView::Topic>;
[[nodiscard]] SubscribedTopics topics_of(const ConsumerMember& member, const GroupDraft& draft,
                                         const TopicsView& topics);

/// Kafka's hash over the topics' ids, names, partitions and racks, which a group's epoch record
/// holds: another hash means that a subscribed topic has changed (ModernGroup.computeMetadataHash).
[[nodiscard]] std::int64_t metadata_hash_of(const std::set<std::string, std::less<>>& names,
                                            const TopicsView& topics);

}  // namespace barnabas::coordinator

#pragma once

#include "coordinator/group_coordinator.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace barnabas::coordinator::testing {

/// What a coordinator has to know of offsets, in the plainest way: what it said it has, until the
/// documentation of offsets.retention.minutes lets it go.
class OffsetsLedger {
public:
    struct Place {
        std::string group;
        std::string topic;
        std::int32_t partition = 0;
        auto operator<=>(const Place&) const = default;
    };
    struct Kept {
        std::int64_t offset = 0;
        std::int32_t leader_epoch = -1;
        Timestamp at{};
        bool operator==(const Kept&) const = default;
    };

    void put(const Place& at, const Kept& kept) { kept_[at] = kept; }
    void forget(const Place& at) { kept_.erase(at); }
    void forget_group(std::string_view group) {
        std::erase_if(kept_, [&](const auto& entry) { return entry.first.group == group; });
    }
    [[nodiscard]] std::size_t size() const { return kept_.size(); }
    [[nodiscard]] bool has_any(std::string_view group) const {
        return std::ranges::any_of(kept_,
                                   [&](const auto& entry) { return entry.first.group == group; });
    }
    /// Nothing is kept of a topic that nobody reads `retention` after its commit; of a group that
    /// has become empty also not before that long after it did.
    void expire(const GroupTable& groups, Timestamp now, std::chrono::milliseconds retention) {
        std::erase_if(kept_, [&](const auto& entry) {
            const Group* const group = groups.find(entry.first.group);
            if (group == nullptr || group->is_subscribed_to(entry.first.topic)) {
                return false;
            }
            Timestamp since = entry.second.at;
            const auto* const classic = groups.find_as<ClassicGroup>(entry.first.group);
            if (classic != nullptr && classic->has_protocol_type()) {
                const bool is_empty = classic->is_in(ClassicGroupState::empty);
                if (!is_empty && !classic->is_in(ClassicGroupState::stable)) {
                    return false;  // a rebalance says nothing of who reads what
                }
                since = is_empty ? std::max(since, classic->since().value_or(since)) : since;
            }
            return now - since >= retention.count();
        });
    }
    /// "t-0=5@3 t-1=7@-1"
    [[nodiscard]] std::string text(std::string_view group) const {
        std::map<std::pair<std::string, std::int32_t>, std::string> lines;
        for (const auto& [at, kept] : kept_) {
            if (at.group == group) {
                lines[{at.topic, at.partition}] = text_of_one(kept.offset, kept.leader_epoch);
            }
        }
        return joined(lines);
    }
    /// The same of what OffsetFetch says.
    [[nodiscard]] static std::string text(const wire::OffsetFetchResponse::Group& reply) {
        std::map<std::pair<std::string, std::int32_t>, std::string> lines;
        for (const auto& topic : reply.topics) {
            for (const auto& one : topic.partitions) {
                lines[{topic.name, one.partition_index}] =
                    text_of_one(one.committed_offset, one.committed_leader_epoch);
            }
        }
        return joined(lines);
    }

private:
    static std::string text_of_one(std::int64_t offset, std::int32_t leader_epoch) {
        return fmt::format("{}@{}", offset, leader_epoch);
    }
    static std::string joined(
        const std::map<std::pair<std::string, std::int32_t>, std::string>& lines) {
        std::string text;
        for (const auto& [at, line] : lines) {
            text += fmt::format("{}{}-{}={}", text.empty() ? "" : " ", at.first, at.second, line);
        }
        return text;
    }

    std::map<Place, Kept> kept_;
};

/// What may be said to a commit of one partition, from what the group is: the rules of Kafka's
/// ClassicGroup and ConsumerGroup (validateOffsetCommit, KIP-1251) once more.
inline ErrorCode expected_of_commit(const ClassicGroup& group, const Committer& from) {
    const bool is_empty = group.is_in(ClassicGroupState::empty);
    if (from.generation_or_epoch < 0 && is_empty) {
        return ErrorCode::none;
    }
    if (from.instance_id) {
        const auto* const holder = group.static_member(*from.instance_id);
        if (holder == nullptr || *holder != from.member_id) {
            return holder == nullptr ? ErrorCode::unknown_member_id : ErrorCode::fenced_instance_id;
        }
    }
    if (group.find_member(from.member_id) == nullptr) {
        return ErrorCode::unknown_member_id;
    }
    if (from.generation_or_epoch != group.generation()) {
        return ErrorCode::illegal_generation;
    }
    return group.is_in(ClassicGroupState::completing_rebalance) ? ErrorCode::rebalance_in_progress
                                                                : ErrorCode::none;
}

inline ErrorCode expected_of_commit(const ConsumerGroup& group, const Committer& from,
                                    const Uuid& topic, std::int32_t partition) {
    if (from.generation_or_epoch < 0 && group.is_empty()) {
        return ErrorCode::none;
    }
    const ConsumerMember* const member = group.member(from.member_id);
    if (member == nullptr) {
        return ErrorCode::unknown_member_id;
    }
    if (!member->classic && from.version < 9) {
        return ErrorCode::unsupported_version;
    }
    const HeldPartition* held = find_held(member->assigned, topic, partition);
    held = held == nullptr ? find_held(member->revoking, topic, partition) : held;
    const bool since_then = held != nullptr && held->epoch <= from.generation_or_epoch;
    if (from.generation_or_epoch == member->epoch ||
        (from.generation_or_epoch < member->epoch && since_then)) {
        return ErrorCode::none;
    }
    return member->classic ? ErrorCode::illegal_generation : ErrorCode::stale_member_epoch;
}

inline ErrorCode expected_of_commit(const GroupTable& groups, const std::string& group,
                                    const Committer& from, const Uuid& topic,
                                    std::int32_t partition) {
    if (const auto* const classic = groups.find_as<ClassicGroup>(group)) {
        return expected_of_commit(*classic, from);
    }
    if (const auto* const consumer = groups.find_as<ConsumerGroup>(group)) {
        return expected_of_commit(*consumer, from, topic, partition);
    }
    if (from.generation_or_epoch < 0) {
        return ErrorCode::none;
    }
    return from.version >= 9 ? ErrorCode::group_id_not_found : ErrorCode::illegal_generation;
}

}  // namespace barnabas::coordinator::testing

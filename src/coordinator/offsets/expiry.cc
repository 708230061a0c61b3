// Which offsets go without anybody asking.
#include "base/invariant.h"
#include "coordinator/offsets/offsets.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <tuple>

namespace barnabas::coordinator {

namespace {

bool has_expired(const CommittedOffset& offset, const Group::Expiry& rule, Duration retention,
                 Timestamp now) {
    if (offset.expires_at != no_timestamp) {
        return now >= offset.expires_at;
    }
    // Kafka counts from the moment alone. Then an offset that somebody sets in a group which has
    // long been empty is gone at the next check.
    const auto since = std::max(offset.committed_at, rule.not_before.value_or(offset.committed_at));
    const auto kept_ms = std::chrono::duration_cast<std::chrono::milliseconds>(retention).count();
    return since <= now - kept_ms;  // a client may have said any timestamp: no sum with it
}

bool may_be_removed(const Group& group) {
    return group.type() != GroupType::share && group.check_delete().has_value();
}

bool is_of(const CommittedOffset& offset, const DeletedTopic& topic) {
    return offset.topic_id.is_zero() || offset.topic_id == topic.id;
}

}  // namespace

ExpiredOffsets Offsets::expire(std::string_view from, Now now) const {
    ExpiredOffsets out;
    const auto& groups = ports_.groups.all();
    std::size_t visits = 0;
    for (auto at = groups.lower_bound(from); at != groups.end(); ++at) {
        if (visits >= expiry_visits_max ||
            out.records.size() + out.drained.size() >= expired_records_max) {
            out.next = at->first;
            return out;
        }
        ++visits;
        if (const auto* const topics = committed_.find_group(at->first)) {
            for (const auto& [name, offsets] : *topics) {
                visits += offsets.size();
            }
        }
        if (!expire_group(*at->second, now.wall, out)) {
            out.next = at->first;
            return out;
        }
    }
    return out;
}

bool Offsets::expire_group(const Group& group, Timestamp now, ExpiredOffsets& out) const {
    const auto* const topics = committed_.find_group(group.id());
    const auto rule = topics == nullptr ? std::nullopt : group.offset_expiry();
    if (topics != nullptr && !rule) {
        return true;
    }
    bool all_expired = true;
    bool all_taken = true;
    const auto expire_topic = [&](const std::string& topic, const TopicOffsets& offsets) {
        offsets.for_each([&](std::int32_t partition, const CommittedOffset& offset) {
            const OffsetPlace at{.group = group.id(), .topic = topic, .partition = partition};
            if (!has_expired(offset, *rule, ports_.config.retention, now) ||
                pending_.contains(at)) {
                all_expired = false;
            } else if (out.records.size() >= expired_records_max) {
                all_taken = false;
            } else {
                out.records.push_back(offset_tombstone(at));
            }
        });
    };
    if (topics != nullptr) {
        for (const auto& [topic, offsets] : *topics) {
            if (group.is_subscribed_to(topic)) {
                all_expired = false;
            } else {
                expire_topic(topic, offsets);
            }
        }
    }
    if (all_expired && all_taken && !pending_.contains(group.id()) && may_be_removed(group)) {
        out.drained.push_back(group.id());
    }
    return all_taken;
}

Records Offsets::remove_topics(std::span<const DeletedTopic> topics,
                               std::size_t records_max) const {
    Records records;
    const auto add_committed = [&](const std::string& group, const std::string& name,
                                   const TopicOffsets& offsets, const DeletedTopic& topic) {
        offsets.for_each([&](std::int32_t partition, const CommittedOffset& offset) {
            if (records.size() < records_max && is_of(offset, topic)) {
                records.push_back(
                    offset_tombstone({.group = group, .topic = name, .partition = partition}));
            }
        });
    };
    for (const auto& [group, by_topic] : committed_.groups()) {
        for (const DeletedTopic& topic : topics) {
            if (const auto at = by_topic.find(topic.name); at != by_topic.end()) {
                add_committed(group, at->first, at->second, topic);
            }
        }
    }
    // A tombstone takes what is committed with it, so it is left out where that is of a topic that
    // lives, or has one already.
    std::set<std::tuple<std::string_view, std::string_view, std::int32_t>> seen;
    for (const auto& [producer, table] : pending_.by_producer()) {
        table.for_each([&](const OffsetPlace& at, const CommittedOffset& offset) {
            const bool gone = std::ranges::any_of(topics, [&](const DeletedTopic& topic) {
                return topic.name == at.topic && is_of(offset, topic);
            });
            if (gone && records.size() < records_max && !committed_.find(at) &&
                seen.emplace(at.group, at.topic, at.partition).second) {
                records.push_back(offset_tombstone(at));
            }
        });
    }
    INVARIANT(records.size() <= records_max, "{} of {} records", records.size(), records_max);
    return records;
}

}  // namespace barnabas::coordinator

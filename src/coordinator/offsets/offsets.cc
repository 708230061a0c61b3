#include "coordinator/offsets/offsets.h"

#include "base/invariant.h"

namespace barnabas::coordinator {

Record offset_tombstone(const OffsetPlace& at) {
    return make_tombstone(wire::OffsetCommitKey{
        .group = std::string(at.group), .topic = std::string(at.topic), .partition = at.partition});
}

void Offsets::add_tombstones(std::string_view group, Records& to) const {
    if (const auto* const topics = committed_.find_group(group)) {
        for (const auto& [topic, offsets] : *topics) {
            offsets.for_each([&](std::int32_t partition, const CommittedOffset&) {
                to.push_back(
                    offset_tombstone({.group = group, .topic = topic, .partition = partition}));
            });
        }
    }
    if (const auto* const topics = pending_.find_group(group)) {
        for (const auto& [topic, partitions] : *topics) {
            for (const auto& [partition, producers] : partitions) {
                const OffsetPlace at{.group = group, .topic = topic, .partition = partition};
                if (!committed_.find(at)) {
                    to.push_back(offset_tombstone(at));
                }
            }
        }
    }
}

void Offsets::apply(const wire::OffsetCommitKey& key, const wire::OffsetCommitValue* value,
                    ProducerId producer, Offset record) {
    const OffsetPlace at{.group = key.group, .topic = key.topic, .partition = key.partition};
    if (value == nullptr) {
        committed_.erase(at);
        pending_.erase(at);
        INVARIANT(!committed_.find(at) && !pending_.contains(at), "{}-{} is still there", at.topic,
                  at.partition);
        return;
    }
    const CommittedOffset offset{.offset = value->offset,
                                 .leader_epoch = value->leader_epoch,
                                 .metadata = value->metadata,
                                 .committed_at = Timestamp{value->commit_timestamp},
                                 .expires_at = Timestamp{value->expire_timestamp},
                                 .topic_id = value->topic_id,
                                 .record = record};
    if (producer == no_producer) {
        committed_.put(at, offset);
    } else {
        pending_.put(producer, at, offset);
    }
}

void Offsets::apply(const wire::LegacyOffsetCommitKey& key,
                    const wire::LegacyOffsetCommitValue* value, ProducerId producer,
                    Offset record) {
    const wire::OffsetCommitKey newer{
        .group = key.group, .topic = key.topic, .partition = key.partition};
    if (value == nullptr) {
        apply(newer, nullptr, producer, record);
        return;
    }
    const wire::OffsetCommitValue newer_value{.offset = value->offset,
                                              .leader_epoch = -1,
                                              .metadata = value->metadata,
                                              .commit_timestamp = value->commit_timestamp,
                                              .expire_timestamp = -1,
                                              .topic_id = {},
                                              .unknown_tags = {}};
    apply(newer, &newer_value, producer, record);
}

void Offsets::end_transaction(ProducerId producer, bool committed) {
    const OffsetTable ended = pending_.take(producer);
    if (!committed) {
        return;
    }
    ended.for_each([this](const OffsetPlace& at, const CommittedOffset& offset) {
        const auto earlier = committed_.find(at);
        if (!earlier || offset.record > earlier->record) {
            committed_.put(at, offset);
        }
    });
}

bool Offsets::has_offsets(std::string_view group) const {
    return committed_.find_group(group) != nullptr || pending_.contains(group);
}

}  // namespace barnabas::coordinator

#include "coordinator/share_state/share_state.h"

#include <algorithm>

namespace barnabas::coordinator {
namespace {

constexpr std::int16_t value_version = 0;

template <class Stored>
DeliveryBatches batches_of(const std::vector<Stored>& stored) {
    DeliveryBatches batches;
    batches.reserve(stored.size());
    for (const auto& one : stored) {
        batches.push_back({.first = Offset{one.first_offset},
                           .last = Offset{one.last_offset},
                           .state = one.delivery_state,
                           .count = one.delivery_count});
    }
    return combine({}, batches, no_offset);  // as it was written, but for what nobody should write
}

template <class Stored>
std::vector<Stored> stored_of(const DeliveryBatches& batches) {
    std::vector<Stored> stored;
    stored.reserve(batches.size());
    for (const auto& batch : batches) {
        auto& one = stored.emplace_back();
        one.first_offset = batch.first.get();
        one.last_offset = batch.last.get();
        one.delivery_state = batch.state;
        one.delivery_count = batch.count;
    }
    return stored;
}

template <class Key>
Key key_of(const ShareStateKey& key) {
    Key stored;
    stored.group_id = key.group;
    stored.topic_id = key.topic;
    stored.partition = key.partition;
    return stored;
}

}  // namespace

void ShareState::apply(const wire::ShareSnapshotValue& value, Offset at,
                       std::int32_t updates_per_snapshot) {
    snapshot_epoch = value.snapshot_epoch;
    state_epoch = value.state_epoch;
    leader_epoch = value.leader_epoch;
    start = Offset{value.start_offset};
    delivery_complete_count = value.delivery_complete_count;
    batches = batches_of(value.state_batches);
    created = Timestamp{value.create_timestamp};
    written = Timestamp{value.write_timestamp};
    leader_epoch_max = std::max(leader_epoch_max, value.leader_epoch);
    state_epoch_max = std::max(state_epoch_max, value.state_epoch);
    if (updates >= updates_per_snapshot) {
        updates = 0;
    }
    snapshot_at = at;
}

void ShareState::apply(const wire::ShareUpdateValue& value, bool is_first) {
    leader_epoch_max = std::max(leader_epoch_max, value.leader_epoch);
    delivery_complete_count = value.delivery_complete_count;
    const auto newer = batches_of(value.state_batches);
    if (is_first) {
        snapshot_epoch = value.snapshot_epoch;
        leader_epoch = value.leader_epoch;
        start = Offset{value.start_offset};
        batches = newer;
    } else {
        if (value.leader_epoch != -1) {
            leader_epoch = value.leader_epoch;
        }
        if (Offset{value.start_offset} != no_offset) {
            start = Offset{value.start_offset};
        }
        batches = combine(batches, newer, start);
    }
    ++updates;
}

std::int32_t next_snapshot_epoch(const ShareState& state) {
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(state.snapshot_epoch) + 1);
}

Record share_snapshot_record(const ShareStateKey& key, const ShareState& state) {
    wire::ShareSnapshotValue value;
    value.snapshot_epoch = state.snapshot_epoch;
    value.state_epoch = state.state_epoch;
    value.leader_epoch = state.leader_epoch;
    value.start_offset = state.start.get();
    value.delivery_complete_count = state.delivery_complete_count;
    value.create_timestamp = state.created.get();
    value.write_timestamp = state.written.get();
    value.state_batches = stored_of<wire::ShareSnapshotValue::StateBatch>(state.batches);
    return make_record(key_of<wire::ShareSnapshotKey>(key), value, value_version);
}

Record share_update_record(const ShareStateKey& key, const ShareState& update) {
    wire::ShareUpdateValue value;
    value.snapshot_epoch = update.snapshot_epoch;
    value.leader_epoch = update.leader_epoch;
    value.start_offset = update.start.get();
    value.delivery_complete_count = update.delivery_complete_count;
    value.state_batches = stored_of<wire::ShareUpdateValue::StateBatch>(update.batches);
    return make_record(key_of<wire::ShareUpdateKey>(key), value, value_version);
}

Record share_state_tombstone(const ShareStateKey& key) {
    return make_tombstone(key_of<wire::ShareSnapshotKey>(key));
}

}  // namespace barnabas::coordinator

// Records of __share_group_state, on replay and live.
#include "base/invariant.h"
#include "coordinator/share_state/share_states.h"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace barnabas::coordinator {

ShareState& ShareStates::state_of(const ShareStateKey& key) {
    const auto [at, is_new] = states_.try_emplace(key);
    if (is_new) {
        ++topics_[key.topic];
    }
    return at->second;
}

void ShareStates::erase(const ShareStateKey& key) {
    if (states_.erase(key) == 0) {
        return;
    }
    const auto topic = topics_.find(key.topic);
    INVARIANT(topic != topics_.end() && topic->second > 0, "a state of topic {} is not counted",
              key.topic);
    if (--topic->second == 0) {
        topics_.erase(topic);
    }
}

void ShareStates::snapshot_moved(Offset from, Offset to) {
    if (from != no_offset) {
        const auto known = snapshots_.find(from);
        INVARIANT(known != snapshots_.end(), "no snapshot is known at {}", from);
        snapshots_.erase(known);
    }
    if (to != no_offset) {
        snapshots_.insert(to);
    }
}

void ShareStates::apply(const ShareStateKey& key, const wire::ShareSnapshotValue* value,
                        Offset at) {
    if (value == nullptr) {
        const auto* const known = find(key);
        if (known != nullptr) {
            snapshot_moved(known->snapshot_at, no_offset);
            erase(key);
        }
        // The tombstone itself is needed until something else is: as ShareCoordinatorOffsetsManager
        // reckons.
        redundant_before_ = snapshots_.empty() ? at : std::min(at, *snapshots_.begin());
        return;
    }
    auto& state = state_of(key);
    snapshot_moved(state.snapshot_at, at);
    state.apply(*value, at, config_.updates_per_snapshot);
    redundant_before_ = *snapshots_.begin();
}

void ShareStates::apply(const ShareStateKey& key, const wire::ShareUpdateValue* value,
                        Offset /*at*/) {
    if (value == nullptr) {
        return;  // Kafka writes none; the snapshot's takes all away
    }
    const bool is_first = find(key) == nullptr;
    state_of(key).apply(*value, is_first);
}

template <class Key, class Value>
Result<void> ShareStates::read(const StoredShareRecord& record, const wire::StoredRecord& key) {
    const auto unreadable = [&record](std::string_view what, const Error& error) {
        return fail(ErrorCode::corrupt_message, "the record at offset {} ({}) cannot be read: {}",
                    record.offset, what, error.message);
    };
    const auto stored_key = wire::decode_stored<Key>(key);
    if (!stored_key) {
        return unreadable(Key::name, stored_key.error());
    }
    const ShareStateKey state{.group = stored_key->group_id,
                              .topic = stored_key->topic_id,
                              .partition = stored_key->partition};
    if (!record.value) {
        apply(state, static_cast<const Value*>(nullptr), record.offset);
        return {};
    }
    const auto stored_value = wire::read_versioned(*record.value, key.id);
    if (!stored_value) {
        return unreadable(Value::name, stored_value.error());
    }
    const auto value = wire::decode_stored<Value>(*stored_value);
    if (!value) {
        return unreadable(Value::name, value.error());
    }
    apply(state, &*value, record.offset);
    return {};
}

Result<void> ShareStates::replay(const StoredShareRecord& record) {
    if (!record.key) {
        return fail(ErrorCode::corrupt_message,
                    "the record at offset {} has no key, which says what it is", record.offset);
    }
    const auto key = wire::read_coordinator_key(*record.key);
    if (!key) {
        return fail(ErrorCode::corrupt_message, "the key of the record at offset {}: {}",
                    record.offset, key.error().message);
    }
    switch (key->id) {
        case wire::ShareSnapshotKey::record_id:
            return read<wire::ShareSnapshotKey, wire::ShareSnapshotValue>(record, *key);
        case wire::ShareUpdateKey::record_id:
            return read<wire::ShareUpdateKey, wire::ShareUpdateValue>(record, *key);
        default:
            // As CoordinatorLoaderImpl: a topic that a newer broker wrote can be served.
            ++passed_over_[key->id];
            return {};
    }
}

void ShareStates::loaded(Now now) {
    cold_due_ = now.steady + config_.cold_interval;
    prune_due_ = now.steady + config_.prune_interval;
    topics_changed();
}

void ShareStates::unloaded() {
    states_.clear();
    topics_.clear();
    snapshots_.clear();
    gone_.clear();
    redundant_before_.reset();
    pruned_.reset();
    cold_from_.reset();
    cold_due_ = never;
    prune_due_ = never;
}

}  // namespace barnabas::coordinator

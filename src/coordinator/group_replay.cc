// Records of __consumer_offsets, each to whom it concerns.
#include "coordinator/group_coordinator.h"
#include "wire/persisted/registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <type_traits>
#include <utility>

namespace barnabas::coordinator {
namespace {

template <class T>
constexpr bool is_committed_offset =
    std::is_same_v<T, wire::OffsetCommitKey> || std::is_same_v<T, wire::LegacyOffsetCommitKey>;

template <class T>
constexpr bool is_of_share_group =
    T::record_id >= wire::ShareGroupMemberMetadataKey::record_id &&
    T::record_id <= wire::ShareGroupStatePartitionMetadataKey::record_id;

std::unexpected<Error> unreadable(const StoredGroupRecord& record, std::string_view what,
                                  const Error& error) {
    return fail(ErrorCode::corrupt_message, "the record at offset {} ({}) cannot be read: {}",
                record.offset, what, error.message);
}

}  // namespace

template <class Key, class Value>
void GroupCoordinator::apply(const Key& key, const Value* value, const StoredGroupRecord& record) {
    if constexpr (is_committed_offset<Key>) {
        offsets_.apply(key, value, record.producer, record.offset);
        // Committed without members, or the group's own record comes behind this one: then it takes
        // the place of the simple group.
        if (value != nullptr && groups_.find(key.group) == nullptr) {
            classic_.make_simple(key.group);
        }
    } else if constexpr (std::is_same_v<Key, wire::GroupMetadataKey>) {
        classic_.apply(key, value);
    } else if constexpr (is_of_share_group<Key>) {
        share_.apply(key, value);
    } else {
        consumer_.apply(key, value);
    }
}

template <class Key, class Value>
Result<void> GroupCoordinator::read(const StoredGroupRecord& record,
                                    const wire::StoredRecord& stored_key) {
    const auto key = wire::decode_stored<Key>(stored_key);
    if (!key) {
        return unreadable(record, Key::name, key.error());
    }
    if (!record.value) {
        apply<Key, Value>(*key, nullptr, record);
        return {};
    }
    const auto stored_value = wire::read_versioned(*record.value, stored_key.id);
    if (!stored_value) {
        return unreadable(record, Value::name, stored_value.error());
    }
    const auto value = wire::decode_stored<Value>(*stored_value);
    if (!value) {
        return unreadable(record, Value::name, value.error());
    }
    apply<Key, Value>(*key, &*value, record);
    return {};
}

Result<void> GroupCoordinator::replay(const StoredGroupRecord& record) {
    if (!record.key) {
        return fail(ErrorCode::corrupt_message,
                    "the record at offset {} has no key, which says what it is", record.offset);
    }
    const auto key = wire::read_coordinator_key(*record.key);
    if (!key) {
        return unreadable(record, "its key", key.error());
    }
    switch (key->id) {
        case wire::LegacyOffsetCommitKey::record_id:
            return read<wire::LegacyOffsetCommitKey, wire::LegacyOffsetCommitValue>(record, *key);
        case wire::OffsetCommitKey::record_id:
            return read<wire::OffsetCommitKey, wire::OffsetCommitValue>(record, *key);
        case wire::GroupMetadataKey::record_id:
            return read<wire::GroupMetadataKey, wire::GroupMetadataValue>(record, *key);
        case wire::ConsumerGroupMetadataKey::record_id:
            return read<wire::ConsumerGroupMetadataKey, wire::ConsumerGroupMetadataValue>(record,
                                                                                          *key);
        case wire::ConsumerGroupPartitionMetadataKey::record_id:
            return read<wire::ConsumerGroupPartitionMetadataKey,
                        wire::ConsumerGroupPartitionMetadataValue>(record, *key);
        case wire::ConsumerGroupMemberMetadataKey::record_id:
            return read<wire::ConsumerGroupMemberMetadataKey,
                        wire::ConsumerGroupMemberMetadataValue>(record, *key);
        case wire::ConsumerGroupTargetAssignmentMetadataKey::record_id:
            return read<wire::ConsumerGroupTargetAssignmentMetadataKey,
                        wire::ConsumerGroupTargetAssignmentMetadataValue>(record, *key);
        case wire::ConsumerGroupTargetAssignmentMemberKey::record_id:
            return read<wire::ConsumerGroupTargetAssignmentMemberKey,
                        wire::ConsumerGroupTargetAssignmentMemberValue>(record, *key);
        case wire::ConsumerGroupCurrentMemberAssignmentKey::record_id:
            return read<wire::ConsumerGroupCurrentMemberAssignmentKey,
                        wire::ConsumerGroupCurrentMemberAssignmentValue>(record, *key);
        case wire::ConsumerGroupRegularExpressionKey::record_id:
            return read<wire::ConsumerGroupRegularExpressionKey,
                        wire::ConsumerGroupRegularExpressionValue>(record, *key);
        default:
            return replay_share(record, *key);
    }
}

Result<void> GroupCoordinator::replay_share(const StoredGroupRecord& record,
                                            const wire::StoredRecord& key) {
    switch (key.id) {
        case wire::ShareGroupMemberMetadataKey::record_id:
            return read<wire::ShareGroupMemberMetadataKey, wire::ShareGroupMemberMetadataValue>(
                record, key);
        case wire::ShareGroupMetadataKey::record_id:
            return read<wire::ShareGroupMetadataKey, wire::ShareGroupMetadataValue>(record, key);
        case wire::ShareGroupTargetAssignmentMetadataKey::record_id:
            return read<wire::ShareGroupTargetAssignmentMetadataKey,
                        wire::ShareGroupTargetAssignmentMetadataValue>(record, key);
        case wire::ShareGroupTargetAssignmentMemberKey::record_id:
            return read<wire::ShareGroupTargetAssignmentMemberKey,
                        wire::ShareGroupTargetAssignmentMemberValue>(record, key);
        case wire::ShareGroupCurrentMemberAssignmentKey::record_id:
            return read<wire::ShareGroupCurrentMemberAssignmentKey,
                        wire::ShareGroupCurrentMemberAssignmentValue>(record, key);
        case wire::ShareGroupStatePartitionMetadataKey::record_id:
            return read<wire::ShareGroupStatePartitionMetadataKey,
                        wire::ShareGroupStatePartitionMetadataValue>(record, key);
        default:
            // As CoordinatorLoaderImpl: a topic that a newer broker wrote can be served.
            ++passed_over_[key.id];
            return {};
    }
}

std::string GroupCoordinator::name_of_kind(std::int16_t kind) {
    const auto* const known = wire::find_record(wire::RecordFamily::group, kind);
    return known != nullptr ? fmt::format("{} ({})", known->name, kind)
                            : fmt::format("kind {}, which only newer brokers know", kind);
}

void GroupCoordinator::end_transaction(ProducerId producer, bool committed) {
    offsets_.end_transaction(producer, committed);
}

void GroupCoordinator::loaded(Now now, Told& out) {
    Decisions decisions;
    classic_.loaded(now, decisions);
    carry_out(std::move(decisions), now, out);
    consumer_.loaded(now);
    share_.loaded(now);
}

void GroupCoordinator::unloaded(Told& out) {
    Decisions decisions;
    classic_.unloaded(decisions);
    std::ranges::move(decisions.answers, std::back_inserter(out.answers));
    std::ranges::move(decisions.events, std::back_inserter(out.events));
}

}  // namespace barnabas::coordinator

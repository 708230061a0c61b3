#pragma once

#include "wire/persisted/family.h"
#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What __transaction_state and __share_group_state say.

namespace barnabas::wire {

struct TransactionLogKey {
    static constexpr RecordFamily family = RecordFamily::transaction;
    static constexpr std::int16_t record_id = 0;
    static constexpr std::string_view name = "TransactionLogKey";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = never_flexible;

    std::string transactional_id;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.transactional_id, "transactionalId");
    }
};

struct TransactionLogValue {
    static constexpr RecordFamily family = RecordFamily::transaction;
    static constexpr std::int16_t record_id = 0;
    static constexpr std::string_view name = "TransactionLogValue";
    static constexpr Versions versions{0, 1};
    static constexpr std::int16_t flexible_since = 1;

    struct TransactionPartition {
        std::string topic;
        std::vector<std::int32_t> partition_ids;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic, "topic");
            v(m.partition_ids, "partitionIds");
            v.unknown(m.unknown_tags);
        }
    };

    std::int64_t producer_id = 0;
    std::int64_t previous_producer_id = -1;
    std::int64_t next_producer_id = -1;
    std::int16_t producer_epoch = 0;
    std::int32_t transaction_timeout_ms = 0;
    std::int8_t transaction_status = 0;
    std::optional<std::vector<TransactionPartition>> transaction_partitions{std::in_place};
    std::int64_t transaction_last_update_timestamp_ms = 0;
    std::int64_t transaction_start_timestamp_ms = 0;
    std::int16_t client_transaction_version = 0;
    std::int16_t next_producer_epoch = -1;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.producer_id, "producerId");
        v(m.previous_producer_id, "previousProducerId").since(1).tag(0);
        v(m.next_producer_id, "nextProducerId").since(1).tag(1);
        v(m.producer_epoch, "producerEpoch");
        v(m.next_producer_epoch, "nextProducerEpoch").since(1).tag(3);
        v(m.transaction_timeout_ms, "transactionTimeoutMs");
        v(m.transaction_status, "transactionStatus");
        v(m.transaction_partitions, "transactionPartitions").nullable();
        v(m.transaction_last_update_timestamp_ms, "transactionLastUpdateTimestampMs");
        v(m.transaction_start_timestamp_ms, "transactionStartTimestampMs");
        v(m.client_transaction_version, "clientTransactionVersion").since(1).tag(2);
        v.unknown(m.unknown_tags);
    }
};

struct ShareSnapshotKey {
    static constexpr RecordFamily family = RecordFamily::share;
    static constexpr std::int16_t record_id = 0;
    static constexpr std::string_view name = "ShareSnapshotKey";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = never_flexible;

    std::string group_id;
    Uuid topic_id;
    std::int32_t partition = 0;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group_id, "groupId");
        v(m.topic_id, "topicId");
        v(m.partition, "partition");
    }
};

struct ShareSnapshotValue {
    static constexpr RecordFamily family = RecordFamily::share;
    static constexpr std::int16_t record_id = 0;
    static constexpr std::string_view name = "ShareSnapshotValue";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct StateBatch {
        std::int64_t first_offset = 0;
        std::int64_t last_offset = 0;
        std::int8_t delivery_state = 0;
        std::int16_t delivery_count = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.first_offset, "firstOffset");
            v(m.last_offset, "lastOffset");
            v(m.delivery_state, "deliveryState");
            v(m.delivery_count, "deliveryCount");
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t snapshot_epoch = 0;
    std::int32_t state_epoch = 0;
    std::int32_t leader_epoch = 0;
    std::int64_t start_offset = 0;
    std::int32_t delivery_complete_count = -1;
    std::int64_t create_timestamp = 0;
    std::int64_t write_timestamp = 0;
    std::vector<StateBatch> state_batches;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.snapshot_epoch, "snapshotEpoch");
        v(m.state_epoch, "stateEpoch");
        v(m.leader_epoch, "leaderEpoch");
        v(m.start_offset, "startOffset");
        v(m.delivery_complete_count, "deliveryCompleteCount").tag(0);
        v(m.create_timestamp, "createTimestamp");
        v(m.write_timestamp, "writeTimestamp");
        v(m.state_batches, "stateBatches");
        v.unknown(m.unknown_tags);
    }
};

struct ShareUpdateKey {
    static constexpr RecordFamily family = RecordFamily::share;
    static constexpr std::int16_t record_id = 1;
    static constexpr std::string_view name = "ShareUpdateKey";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = never_flexible;

    std::string group_id;
    Uuid topic_id;
    std::int32_t partition = 0;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group_id, "groupId");
        v(m.topic_id, "topicId");
        v(m.partition, "partition");
    }
};

struct ShareUpdateValue {
    static constexpr RecordFamily family = RecordFamily::share;
    static constexpr std::int16_t record_id = 1;
    static constexpr std::string_view name = "ShareUpdateValue";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct StateBatch {
        std::int64_t first_offset = 0;
        std::int64_t last_offset = 0;
        std::int8_t delivery_state = 0;
        std::int16_t delivery_count = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.first_offset, "firstOffset");
            v(m.last_offset, "lastOffset");
            v(m.delivery_state, "deliveryState");
            v(m.delivery_count, "deliveryCount");
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t snapshot_epoch = 0;
    std::int32_t leader_epoch = 0;
    std::int64_t start_offset = 0;
    std::int32_t delivery_complete_count = -1;
    std::vector<StateBatch> state_batches;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.snapshot_epoch, "snapshotEpoch");
        v(m.leader_epoch, "leaderEpoch");
        v(m.start_offset, "startOffset");
        v(m.delivery_complete_count, "deliveryCompleteCount").tag(0);
        v(m.state_batches, "stateBatches");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire

#pragma once

#include "wire/persisted/family.h"
#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// What the log of a KRaft cluster's metadata says of features, of producer ids and of itself.

namespace barnabas::wire {

struct FeatureLevelRecord {
    static constexpr RecordFamily family = RecordFamily::metadata;
    static constexpr std::int16_t record_id = 12;
    static constexpr std::string_view name = "FeatureLevelRecord";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::string feature_name;
    std::int16_t feature_level = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.feature_name, "name");
        v(m.feature_level, "featureLevel");
        v.unknown(m.unknown_tags);
    }
};

struct ProducerIdsRecord {
    static constexpr RecordFamily family = RecordFamily::metadata;
    static constexpr std::int16_t record_id = 15;
    static constexpr std::string_view name = "ProducerIdsRecord";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::int32_t broker_id = 0;
    std::int64_t broker_epoch = -1;
    std::int64_t next_producer_id = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.broker_id, "brokerId");
        v(m.broker_epoch, "brokerEpoch");
        v(m.next_producer_id, "nextProducerId");
        v.unknown(m.unknown_tags);
    }
};

struct NoOpRecord {
    static constexpr RecordFamily family = RecordFamily::metadata;
    static constexpr std::int16_t record_id = 20;
    static constexpr std::string_view name = "NoOpRecord";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v.unknown(m.unknown_tags);
    }
};

struct ZkMigrationStateRecord {
    static constexpr RecordFamily family = RecordFamily::metadata;
    static constexpr std::int16_t record_id = 21;
    static constexpr std::string_view name = "ZkMigrationStateRecord";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::int8_t zk_migration_state = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.zk_migration_state, "zkMigrationState");
        v.unknown(m.unknown_tags);
    }
};

struct BeginTransactionRecord {
    static constexpr RecordFamily family = RecordFamily::metadata;
    static constexpr std::int16_t record_id = 23;
    static constexpr std::string_view name = "BeginTransactionRecord";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::optional<std::string> transaction_name;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.transaction_name, "name").nullable().tag(0);
        v.unknown(m.unknown_tags);
    }
};

struct EndTransactionRecord {
    static constexpr RecordFamily family = RecordFamily::metadata;
    static constexpr std::int16_t record_id = 24;
    static constexpr std::string_view name = "EndTransactionRecord";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v.unknown(m.unknown_tags);
    }
};

struct AbortTransactionRecord {
    static constexpr RecordFamily family = RecordFamily::metadata;
    static constexpr std::int16_t record_id = 25;
    static constexpr std::string_view name = "AbortTransactionRecord";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::optional<std::string> reason;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.reason, "reason").nullable().tag(0);
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire

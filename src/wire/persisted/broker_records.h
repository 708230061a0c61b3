#pragma once

#include "wire/persisted/family.h"
#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What the log of a KRaft cluster's metadata says of brokers and controllers.

namespace barnabas::wire {

struct RegisterBrokerRecord {
    static constexpr RecordFamily family = RecordFamily::metadata;
    static constexpr std::int16_t record_id = 0;
    static constexpr std::string_view name = "RegisterBrokerRecord";
    static constexpr Versions versions{0, 4};
    static constexpr std::int16_t flexible_since = 0;

    struct EndPoint {
        std::string name;
        std::string host;
        std::uint16_t port = 0;
        std::int16_t security_protocol = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.name, "name");
            v(m.host, "host");
            v(m.port, "port");
            v(m.security_protocol, "securityProtocol");
            v.unknown(m.unknown_tags);
        }
    };

    struct Feature {
        std::string name;
        std::int16_t min_supported_version = 0;
        std::int16_t max_supported_version = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.name, "name");
            v(m.min_supported_version, "minSupportedVersion");
            v(m.max_supported_version, "maxSupportedVersion");
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t broker_id = 0;
    bool is_migrating_zk_broker = false;
    Uuid incarnation_id;
    std::int64_t broker_epoch = 0;
    std::vector<EndPoint> end_points;
    std::vector<Feature> features;
    std::optional<std::string> rack = "";
    bool fenced = true;
    bool in_controlled_shutdown = false;
    std::vector<Uuid> log_dirs;
    std::optional<std::vector<Uuid>> cordoned_log_dirs{std::in_place};
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.broker_id, "brokerId");
        v(m.is_migrating_zk_broker, "isMigratingZkBroker").since(2);
        v(m.incarnation_id, "incarnationId");
        v(m.broker_epoch, "brokerEpoch");
        v(m.end_points, "endPoints");
        v(m.features, "features");
        v(m.rack, "rack").nullable();
        v(m.fenced, "fenced");
        v(m.in_controlled_shutdown, "inControlledShutdown").since(1);
        v(m.log_dirs, "logDirs").since(3).tag(0);
        v(m.cordoned_log_dirs, "cordonedLogDirs").since(4).nullable().tag(1);
        v.unknown(m.unknown_tags);
    }
};

struct UnregisterBrokerRecord {
    static constexpr RecordFamily family = RecordFamily::metadata;
    static constexpr std::int16_t record_id = 1;
    static constexpr std::string_view name = "UnregisterBrokerRecord";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::int32_t broker_id = 0;
    std::int64_t broker_epoch = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.broker_id, "brokerId");
        v(m.broker_epoch, "brokerEpoch");
        v.unknown(m.unknown_tags);
    }
};

struct FenceBrokerRecord {
    static constexpr RecordFamily family = RecordFamily::metadata;
    static constexpr std::int16_t record_id = 7;
    static constexpr std::string_view name = "FenceBrokerRecord";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::int32_t id = 0;
    std::int64_t epoch = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.id, "id");
        v(m.epoch, "epoch");
        v.unknown(m.unknown_tags);
    }
};

struct UnfenceBrokerRecord {
    static constexpr RecordFamily family = RecordFamily::metadata;
    static constexpr std::int16_t record_id = 8;
    static constexpr std::string_view name = "UnfenceBrokerRecord";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::int32_t id = 0;
    std::int64_t epoch = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.id, "id");
        v(m.epoch, "epoch");
        v.unknown(m.unknown_tags);
    }
};

struct BrokerRegistrationChangeRecord {
    static constexpr RecordFamily family = RecordFamily::metadata;
    static constexpr std::int16_t record_id = 17;
    static constexpr std::string_view name = "BrokerRegistrationChangeRecord";
    static constexpr Versions versions{0, 3};
    static constexpr std::int16_t flexible_since = 0;

    std::int32_t broker_id = 0;
    std::int64_t broker_epoch = 0;
    std::int8_t fenced = 0;
    std::int8_t in_controlled_shutdown = 0;
    std::vector<Uuid> log_dirs;
    std::optional<std::vector<Uuid>> cordoned_log_dirs;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.broker_id, "brokerId");
        v(m.broker_epoch, "brokerEpoch");
        v(m.fenced, "fenced").tag(0);
        v(m.in_controlled_shutdown, "inControlledShutdown").since(1).tag(1);
        v(m.log_dirs, "logDirs").since(2).tag(2);
        v(m.cordoned_log_dirs, "cordonedLogDirs").since(3).nullable().tag(3);
        v.unknown(m.unknown_tags);
    }
};

struct RegisterControllerRecord {
    static constexpr RecordFamily family = RecordFamily::metadata;
    static constexpr std::int16_t record_id = 27;
    static constexpr std::string_view name = "RegisterControllerRecord";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct EndPoint {
        std::string name;
        std::string host;
        std::uint16_t port = 0;
        std::int16_t security_protocol = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.name, "name");
            v(m.host, "host");
            v(m.port, "port");
            v(m.security_protocol, "securityProtocol");
            v.unknown(m.unknown_tags);
        }
    };

    struct Feature {
        std::string name;
        std::int16_t min_supported_version = 0;
        std::int16_t max_supported_version = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.name, "name");
            v(m.min_supported_version, "minSupportedVersion");
            v(m.max_supported_version, "maxSupportedVersion");
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t controller_id = 0;
    Uuid incarnation_id;
    bool zk_migration_ready = false;
    std::vector<EndPoint> end_points;
    std::vector<Feature> features;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.controller_id, "controllerId");
        v(m.incarnation_id, "incarnationId");
        v(m.zk_migration_ready, "zkMigrationReady");
        v(m.end_points, "endPoints");
        v(m.features, "features");
        v.unknown(m.unknown_tags);
    }
};

struct UnregisterControllerRecord {
    static constexpr RecordFamily family = RecordFamily::metadata;
    static constexpr std::int16_t record_id = 29;
    static constexpr std::string_view name = "UnregisterControllerRecord";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::int32_t controller_id = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.controller_id, "controllerId");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire

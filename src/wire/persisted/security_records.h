#pragma once

#include "wire/persisted/family.h"
#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What the log of a KRaft cluster's metadata says of access, credentials and quotas.

namespace barnabas::wire {

struct AccessControlEntryRecord {
    static constexpr RecordFamily family = RecordFamily::metadata;
    static constexpr std::int16_t record_id = 18;
    static constexpr std::string_view name = "AccessControlEntryRecord";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    Uuid id;
    std::int8_t resource_type = 0;
    std::string resource_name;
    std::int8_t pattern_type = 0;
    std::string principal;
    std::string host;
    std::int8_t operation = 0;
    std::int8_t permission_type = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.id, "id");
        v(m.resource_type, "resourceType");
        v(m.resource_name, "resourceName");
        v(m.pattern_type, "patternType");
        v(m.principal, "principal");
        v(m.host, "host");
        v(m.operation, "operation");
        v(m.permission_type, "permissionType");
        v.unknown(m.unknown_tags);
    }
};

struct RemoveAccessControlEntryRecord {
    static constexpr RecordFamily family = RecordFamily::metadata;
    static constexpr std::int16_t record_id = 19;
    static constexpr std::string_view name = "RemoveAccessControlEntryRecord";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    Uuid id;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.id, "id");
        v.unknown(m.unknown_tags);
    }
};

struct DelegationTokenRecord {
    static constexpr RecordFamily family = RecordFamily::metadata;
    static constexpr std::int16_t record_id = 10;
    static constexpr std::string_view name = "DelegationTokenRecord";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::string owner;
    std::string requester;
    std::vector<std::string> renewers;
    std::int64_t issue_timestamp = 0;
    std::int64_t max_timestamp = 0;
    std::int64_t expiration_timestamp = 0;
    std::string token_id;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.owner, "owner");
        v(m.requester, "requester");
        v(m.renewers, "renewers");
        v(m.issue_timestamp, "issueTimestamp");
        v(m.max_timestamp, "maxTimestamp");
        v(m.expiration_timestamp, "expirationTimestamp");
        v(m.token_id, "tokenId");
        v.unknown(m.unknown_tags);
    }
};

struct RemoveDelegationTokenRecord {
    static constexpr RecordFamily family = RecordFamily::metadata;
    static constexpr std::int16_t record_id = 26;
    static constexpr std::string_view name = "RemoveDelegationTokenRecord";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::string token_id;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.token_id, "tokenId");
        v.unknown(m.unknown_tags);
    }
};

struct UserScramCredentialRecord {
    static constexpr RecordFamily family = RecordFamily::metadata;
    static constexpr std::int16_t record_id = 11;
    static constexpr std::string_view name = "UserScramCredentialRecord";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::string user_name;
    std::int8_t mechanism = 0;
    ByteView salt;
    ByteView stored_key;
    ByteView server_key;
    std::int32_t iterations = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.user_name, "name");
        v(m.mechanism, "mechanism");
        v(m.salt, "salt");
        v(m.stored_key, "storedKey");
        v(m.server_key, "serverKey");
        v(m.iterations, "iterations");
        v.unknown(m.unknown_tags);
    }
};

struct RemoveUserScramCredentialRecord {
    static constexpr RecordFamily family = RecordFamily::metadata;
    static constexpr std::int16_t record_id = 22;
    static constexpr std::string_view name = "RemoveUserScramCredentialRecord";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::string user_name;
    std::int8_t mechanism = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.user_name, "name");
        v(m.mechanism, "mechanism");
        v.unknown(m.unknown_tags);
    }
};

struct ClientQuotaRecord {
    static constexpr RecordFamily family = RecordFamily::metadata;
    static constexpr std::int16_t record_id = 14;
    static constexpr std::string_view name = "ClientQuotaRecord";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct Entity {
        std::string entity_type;
        std::optional<std::string> entity_name = "";
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.entity_type, "entityType");
            v(m.entity_name, "entityName").nullable();
            v.unknown(m.unknown_tags);
        }
    };

    std::vector<Entity> entity;
    std::string key;
    double value = 0;
    bool remove = false;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.entity, "entity");
        v(m.key, "key");
        v(m.value, "value");
        v(m.remove, "remove");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire

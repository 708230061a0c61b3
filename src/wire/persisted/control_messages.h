#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// The values of control records; their keys are in wire/records/control_record.h. But for
// EndTxnMarker their version is their own first field, and the body stands alone.

namespace barnabas::wire {

struct EndTxnMarker {
    static constexpr std::string_view name = "EndTxnMarker";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = never_flexible;

    std::int32_t coordinator_epoch = 0;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.coordinator_epoch, "coordinatorEpoch");
    }
};

struct LeaderChangeMessage {
    static constexpr std::string_view name = "LeaderChangeMessage";
    static constexpr Versions versions{0, 1};
    static constexpr std::int16_t flexible_since = 0;

    struct Voter {
        std::int32_t voter_id = 0;
        Uuid voter_directory_id;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.voter_id, "voterId");
            v(m.voter_directory_id, "voterDirectoryId").since(1);
            v.unknown(m.unknown_tags);
        }
    };

    std::int16_t version = 0;
    std::int32_t leader_id = 0;
    std::vector<Voter> voters;
    std::vector<Voter> granting_voters;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.version, "version");
        v(m.leader_id, "leaderId");
        v(m.voters, "voters");
        v(m.granting_voters, "grantingVoters");
        v.unknown(m.unknown_tags);
    }
};

struct SnapshotHeaderRecord {
    static constexpr std::string_view name = "SnapshotHeaderRecord";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::int16_t version = 0;
    std::int64_t last_contained_log_timestamp = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.version, "version");
        v(m.last_contained_log_timestamp, "lastContainedLogTimestamp");
        v.unknown(m.unknown_tags);
    }
};

struct SnapshotFooterRecord {
    static constexpr std::string_view name = "SnapshotFooterRecord";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::int16_t version = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.version, "version");
        v.unknown(m.unknown_tags);
    }
};

struct KRaftVersionRecord {
    static constexpr std::string_view name = "KRaftVersionRecord";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::int16_t version = 0;
    std::int16_t k_raft_version = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.version, "version");
        v(m.k_raft_version, "kRaftVersion");
        v.unknown(m.unknown_tags);
    }
};

struct VotersRecord {
    static constexpr std::string_view name = "VotersRecord";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct Voter {
        struct Endpoint {
            std::string name;
            std::string host;
            std::uint16_t port = 0;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.name, "name");
                v(m.host, "host");
                v(m.port, "port");
                v.unknown(m.unknown_tags);
            }
        };

        struct KRaftVersionFeature {
            std::int16_t min_supported_version = 0;
            std::int16_t max_supported_version = 0;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.min_supported_version, "minSupportedVersion");
                v(m.max_supported_version, "maxSupportedVersion");
                v.unknown(m.unknown_tags);
            }
        };

        std::int32_t voter_id = 0;
        Uuid voter_directory_id;
        std::vector<Endpoint> endpoints;
        KRaftVersionFeature k_raft_version_feature;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.voter_id, "voterId");
            v(m.voter_directory_id, "voterDirectoryId");
            v(m.endpoints, "endpoints");
            v(m.k_raft_version_feature, "kRaftVersionFeature");
            v.unknown(m.unknown_tags);
        }
    };

    std::int16_t version = 0;
    std::vector<Voter> voters;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.version, "version");
        v(m.voters, "voters");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire

#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct UpdateRaftVoterResponse;

struct UpdateRaftVoterRequest {
    using Response = UpdateRaftVoterResponse;
    static constexpr std::int16_t api_key = 82;
    static constexpr std::string_view name = "UpdateRaftVoterRequest";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct Listener {
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

    struct KraftVersionFeature {
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

    std::optional<std::string> cluster_id = "";
    std::int32_t current_leader_epoch = 0;
    std::int32_t voter_id = 0;
    Uuid voter_directory_id;
    std::vector<Listener> listeners;
    KraftVersionFeature kraft_version_feature;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.cluster_id, "clusterId").nullable();
        v(m.current_leader_epoch, "currentLeaderEpoch");
        v(m.voter_id, "voterId");
        v(m.voter_directory_id, "voterDirectoryId");
        v(m.listeners, "listeners");
        v(m.kraft_version_feature, "kRaftVersionFeature");
        v.unknown(m.unknown_tags);
    }
};

struct UpdateRaftVoterResponse {
    static constexpr std::int16_t api_key = 82;
    static constexpr std::string_view name = "UpdateRaftVoterResponse";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct CurrentLeader {
        std::int32_t leader_id = -1;
        std::int32_t leader_epoch = -1;
        std::string host;
        std::int32_t port = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.leader_id, "leaderId");
            v(m.leader_epoch, "leaderEpoch");
            v(m.host, "host");
            v(m.port, "port");
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    CurrentLeader current_leader;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.error_code, "errorCode");
        v(m.current_leader, "currentLeader").tag(0);
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire

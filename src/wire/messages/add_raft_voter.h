#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct AddRaftVoterResponse;

struct AddRaftVoterRequest {
    using Response = AddRaftVoterResponse;
    static constexpr std::int16_t api_key = 80;
    static constexpr std::string_view name = "AddRaftVoterRequest";
    static constexpr Versions versions{0, 1};
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

    std::optional<std::string> cluster_id = "";
    std::int32_t timeout_ms = 0;
    std::int32_t voter_id = 0;
    Uuid voter_directory_id;
    std::vector<Listener> listeners;
    bool ack_when_committed = true;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.cluster_id, "clusterId").nullable();
        v(m.timeout_ms, "timeoutMs");
        v(m.voter_id, "voterId");
        v(m.voter_directory_id, "voterDirectoryId");
        v(m.listeners, "listeners");
        v(m.ack_when_committed, "ackWhenCommitted").since(1);
        v.unknown(m.unknown_tags);
    }
};

struct AddRaftVoterResponse {
    static constexpr std::int16_t api_key = 80;
    static constexpr std::string_view name = "AddRaftVoterResponse";
    static constexpr Versions versions{0, 1};
    static constexpr std::int16_t flexible_since = 0;

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.error_code, "errorCode");
        v(m.error_message, "errorMessage").nullable();
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire

#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace barnabas::wire {

struct RemoveRaftVoterResponse;

struct RemoveRaftVoterRequest {
    using Response = RemoveRaftVoterResponse;
    static constexpr std::int16_t api_key = 81;
    static constexpr std::string_view name = "RemoveRaftVoterRequest";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::optional<std::string> cluster_id = "";
    std::int32_t voter_id = 0;
    Uuid voter_directory_id;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.cluster_id, "clusterId").nullable();
        v(m.voter_id, "voterId");
        v(m.voter_directory_id, "voterDirectoryId");
        v.unknown(m.unknown_tags);
    }
};

struct RemoveRaftVoterResponse {
    static constexpr std::int16_t api_key = 81;
    static constexpr std::string_view name = "RemoveRaftVoterResponse";
    static constexpr Versions versions{0, 0};
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

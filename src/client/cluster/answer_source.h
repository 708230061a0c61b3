#pragma once

#include "base/time.h"
#include "client/cluster/cluster.h"

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace barnabas::client {

/// Where an error code comes from that an answer carries, for the end of a sentence about it:
/// "OffsetCommit v9 to broker 1 (kafka-1:9092)".
[[nodiscard]] std::string source_text(std::string_view broker, std::int16_t api_key,
                                      std::int16_t version);

/// The same with how long it took: "..., answered after 3 ms". Not for errors that wait to be told
/// and are told once: they would all differ.
[[nodiscard]] std::string timed_source_text(std::string_view broker, std::int16_t api_key,
                                            std::int16_t version, Duration took);

template <class Response>
[[nodiscard]] std::string source_of(const Cluster& cluster, const Answer<Response>& answer) {
    return source_text(cluster.name_of(answer.broker), Response::api_key, answer.version);
}

template <class Response>
[[nodiscard]] std::string timed_source_of(const Cluster& cluster, const Answer<Response>& answer) {
    return timed_source_text(cluster.name_of(answer.broker), Response::api_key, answer.version,
                             answer.round_trip);
}

}  // namespace barnabas::client

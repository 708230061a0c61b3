#pragma once

#include "base/result.h"
#include <barnabas/admin/cluster.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::cli {

/// What to say to a stranger: a Kafka client's first request (ApiVersions, version 0, which every
/// broker since 0.10 answers), and the first message of TLS 1.2.
[[nodiscard]] std::string kafka_greeting();
[[nodiscard]] std::string tls_greeting();
/// What a client asks next: which brokers there are, and where (Metadata, version 1).
[[nodiscard]] std::string brokers_question();

/// How many bytes an answer shall have that begins like this: an answer of Kafka's says so, of
/// others the beginning is enough.
[[nodiscard]] std::size_t answer_size(std::string_view begin);

/// What a broker tells clients of itself and its fellows. invalid_request: it is no such answer.
[[nodiscard]] Result<std::vector<admin::Node>> brokers_of(std::string_view answer);

enum class Protocol : std::int8_t {
    kafka,
    tls,
    http,
    ssh,
    amqp,
    redis,
    postgres,
    mysql,
    unknown,
    silence,
};

/// Whether the answer to kafka_greeting() is of a controller alone: it speaks Kafka's protocol,
/// with brokers, and does not have the first request that clients need (Metadata).
[[nodiscard]] bool is_of_controller(std::string_view answer);

/// What the first bytes of an answer are of.
[[nodiscard]] Protocol protocol_of(std::string_view answer);

/// "Kafka's", "HTTP".
[[nodiscard]] std::string_view protocol_name(Protocol protocol);

}  // namespace barnabas::cli

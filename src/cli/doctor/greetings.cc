#include "cli/doctor/greetings.h"

#include "base/bytes.h"
#include "wire/codec.h"
#include "wire/messages/metadata.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace barnabas::cli {
namespace {

/// By it the answer to the greeting is known again.
constexpr std::uint32_t greeting_id = 0x42524e41;
constexpr std::size_t answer_max = 1 << 20;

void append_number(std::string& bytes, std::uint32_t number, int size) {
    for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) {
        bytes += static_cast<char>(number >> shift & 0xff);
    }
}

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
    std::uint32_t number = 0;
    for (std::size_t i = at; i < at + 4; ++i) {
        number = number << 8 | static_cast<unsigned char>(bytes[i]);
    }
    return number;
}

/// `bytes` behind their length.
std::string sized(std::string_view bytes, int size) {
    std::string out;
    append_number(out, static_cast<std::uint32_t>(bytes.size()), size);
    return out += bytes;
}

constexpr std::int16_t brokers_version = 1;

/// With a header of version 1.
std::string kafka_request(std::uint32_t api_key, std::uint32_t version, std::string_view body) {
    std::string request;
    append_number(request, api_key, 2);
    append_number(request, version, 2);
    append_number(request, greeting_id, 4);
    request += sized("barnabas-doctor", 2);
    request += body;
    return sized(request, 4);
}

bool is_kafka(std::string_view answer) {
    constexpr std::size_t header = 8;
    return answer.size() >= header && number_at(answer, 4) == greeting_id &&
           number_at(answer, 0) >= 4 && number_at(answer, 0) <= answer_max;
}

/// A record of a handshake (0x16) or an alert (0x15) of SSL 3 to TLS 1.3.
bool is_tls(std::string_view answer) {
    return answer.size() >= 3 && (answer[0] == 0x15 || answer[0] == 0x16) && answer[1] == 3 &&
           static_cast<unsigned char>(answer[2]) <= 4;
}

/// The length of its packet in three bytes, the packet's number 0, and protocol 10 or an error.
bool is_mysql(std::string_view answer) {
    return answer.size() >= 5 && answer[3] == 0 && answer[2] == 0 &&
           (answer[4] == 0x0a || static_cast<unsigned char>(answer[4]) == 0xff);
}

constexpr std::array<std::pair<std::string_view, Protocol>, 7> beginnings{{
    {"HTTP/", Protocol::http},
    {"<html", Protocol::http},
    {"<!DOCTYPE", Protocol::http},
    {"SSH-", Protocol::ssh},
    {"AMQP", Protocol::amqp},
    {"-ERR", Protocol::redis},
    {"EFATAL", Protocol::postgres},
}};

}  // namespace

std::string kafka_greeting() {
    constexpr std::uint32_t api_versions = 18;
    return kafka_request(api_versions, 0, "");
}

std::string brokers_question() {
    // No topics; version 1 is the first that can ask for none, and every broker has it.
    return kafka_request(wire::MetadataRequest::api_key, brokers_version, std::string(4, '\0'));
}

std::size_t answer_size(std::string_view begin) {
    constexpr std::size_t enough = 16;
    return is_kafka(begin) ? 4 + number_at(begin, 0) : enough;
}

Result<std::vector<admin::Node>> brokers_of(std::string_view answer) {
    constexpr std::size_t header = 8;
    if (!is_kafka(answer) || answer.size() < answer_size(answer)) {
        return fail(ErrorCode::invalid_request, "no whole answer of {} bytes", answer.size());
    }
    TRY_ASSIGN(const auto told, wire::decode<wire::MetadataResponse>(
                                    as_bytes(answer.substr(header)), brokers_version));
    std::vector<admin::Node> brokers;
    for (const auto& broker : told.brokers) {
        brokers.push_back(
            {.id = BrokerId(broker.node_id), .host = broker.host, .port = broker.port});
    }
    return brokers;
}

bool is_of_controller(std::string_view answer) {
    constexpr std::size_t count_at = 4 + 4 + 2;  // size, the question's number, error
    constexpr std::size_t apis_at = count_at + 4;
    constexpr std::size_t api_size = 6;  // its key, the lowest version, the highest
    if (!is_kafka(answer) || answer.size() < std::max(apis_at, answer_size(answer))) {
        return false;
    }
    const auto count = number_at(answer, count_at);
    for (std::size_t i = 0, at = apis_at; i < count; ++i, at += api_size) {
        if (at + api_size > answer.size() ||
            number_at(answer, at) >> 16 == wire::MetadataRequest::api_key) {
            return false;
        }
    }
    return count > 0;
}

std::string tls_greeting() {
    std::string hello("\x03\x03", 2);
    hello.append(32, 'b');  // random bytes, by name
    hello += '\0';          // no session
    hello += sized(std::string_view("\xc0\x2f\xc0\x30\xc0\x2b\xc0\x2c\x00\x9c\x00\x2f", 12), 2);
    hello += std::string_view("\x01\x00", 2);  // no compression
    const std::string_view groups("\x00\x0a\x00\x06\x00\x04\x00\x1d\x00\x17", 10);
    const std::string_view signatures(
        "\x00\x0d\x00\x0c\x00\x0a\x04\x03\x08\x04\x04\x01\x05\x01\x06\x01", 16);
    hello += sized(std::string(groups) + std::string(signatures), 2);
    const auto message = '\x01' + sized(hello, 3);
    return std::string("\x16\x03\x01", 3) + sized(message, 2);
}

Protocol protocol_of(std::string_view answer) {
    if (answer.empty()) {
        return Protocol::silence;
    }
    if (is_kafka(answer)) {
        return Protocol::kafka;
    }
    if (is_tls(answer)) {
        return Protocol::tls;
    }
    for (const auto& [begin, protocol] : beginnings) {
        if (answer.starts_with(begin)) {
            return protocol;
        }
    }
    return is_mysql(answer) ? Protocol::mysql : Protocol::unknown;
}

std::string_view protocol_name(Protocol protocol) {
    switch (protocol) {
        case Protocol::kafka:
            return "Kafka's";
        case Protocol::tls:
            return "TLS";
        case Protocol::http:
            return "HTTP";
        case Protocol::ssh:
            return "SSH";
        case Protocol::amqp:
            return "AMQP";
        case Protocol::redis:
            return "Redis'";
        case Protocol::postgres:
            return "PostgreSQL's";
        case Protocol::mysql:
            return "MySQL's";
        case Protocol::unknown:
            return "one that nobody here knows";
        case Protocol::silence:
            break;
    }
    return "none";
}

}  // namespace barnabas::cli

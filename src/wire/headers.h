#pragma once

#include "base/result.h"
#include "wire/output.h"
#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace barnabas::wire {

/// What stands before every request. Version 0 (ControlledShutdown v0 alone) has no client id;
/// version 2 adds tagged fields and keeps the client id's int16 length.
struct RequestHeader {
    static constexpr std::string_view name = "RequestHeader";
    static constexpr Versions versions{0, 2};
    static constexpr std::int16_t flexible_since = 2;

    std::int16_t request_api_key = 0;
    std::int16_t request_api_version = 0;
    std::int32_t correlation_id = 0;
    std::optional<std::string> client_id = "";
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.request_api_key, "requestApiKey");
        v(m.request_api_version, "requestApiVersion");
        v(m.correlation_id, "correlationId");
        v(m.client_id, "clientId").since(1).nullable().classic_length();
        v.unknown(m.unknown_tags);
    }
};

/// What stands before every response.
struct ResponseHeader {
    static constexpr std::string_view name = "ResponseHeader";
    static constexpr Versions versions{0, 1};
    static constexpr std::int16_t flexible_since = 1;

    std::int32_t correlation_id = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.correlation_id, "correlationId");
        v.unknown(m.unknown_tags);
    }
};

/// Which header stands before a message. An ApiVersions response always has version 0, so that a
/// client of any age can read it. Versions that the API does not have are judged like its latest.
/// INVARIANT: the API exists.
[[nodiscard]] std::int16_t request_header_version(std::int16_t api_key, std::int16_t version);
[[nodiscard]] std::int16_t response_header_version(std::int16_t api_key, std::int16_t version);

struct ReadHeader {
    RequestHeader header;
    std::size_t size = 0;  ///< how many bytes of the frame it took
};

/// Takes the header off a request frame (without the frame's size). The error names an unknown API
/// key, or what of the header is missing.
[[nodiscard]] Result<ReadHeader> read_request_header(ByteView frame);

/// Begins a request frame: room for its size, then the header. The body is encoded behind it.
void begin_request(Output& output, const RequestHeader& header);

struct ReadResponseHeader {
    std::int32_t correlation_id = 0;
    std::size_t size = 0;  ///< how many bytes of the frame it took
};

/// Takes the header off a response frame (without the frame's size) to a request of that version.
[[nodiscard]] Result<ReadResponseHeader> read_response_header(ByteView frame, std::int16_t api_key,
                                                              std::int16_t version);

/// Begins a response frame: room for its size, then the header. The body is encoded behind it.
void begin_response(Output& output, std::int16_t api_key, std::int16_t version,
                    std::int32_t correlation_id);
/// Sets the frame's size, gaps included.
void finish_frame(Output& output);

}  // namespace barnabas::wire

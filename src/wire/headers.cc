#include "wire/headers.h"

#include "base/endian.h"
#include "base/invariant.h"
#include "wire/api.h"
#include "wire/codec.h"
#include "wire/describe.h"

namespace barnabas::wire {
namespace {

constexpr std::int16_t api_versions_key = 18;
constexpr std::int16_t controlled_shutdown_key = 7;
constexpr std::size_t size_prefix = 4;

const ApiInfo& api_of(std::int16_t key) {
    const ApiInfo* api = find_api(key);
    INVARIANT(api != nullptr, "no API {}", key);
    return *api;
}

}  // namespace

template const StructSchema& schema_of<RequestHeader>();
template const StructSchema& schema_of<ResponseHeader>();

std::int16_t request_header_version(std::int16_t api_key, std::int16_t version) {
    if (api_key == controlled_shutdown_key && version == 0) {
        return 0;
    }
    return version >= api_of(api_key).request.flexible_since ? 2 : 1;
}

std::int16_t response_header_version(std::int16_t api_key, std::int16_t version) {
    if (api_key == api_versions_key) {
        return 0;
    }
    return version >= api_of(api_key).response.flexible_since ? 1 : 0;
}

Result<ReadHeader> read_request_header(ByteView frame) {
    constexpr std::size_t fixed = 8;  // key, version, correlation id
    if (frame.size() < fixed) {
        return fail(ErrorCode::invalid_request, "a request of {} bytes; its header has {} or more",
                    frame.size(), fixed);
    }
    const auto key = load_big_endian<std::int16_t>(frame.data());
    const auto version = load_big_endian<std::int16_t>(frame.data() + 2);
    if (find_api(key) == nullptr) {
        return fail(ErrorCode::invalid_request, "API key {} does not exist", key);
    }
    ReadHeader read;
    const Layout layout = layout_of<RequestHeader>(request_header_version(key, version));
    TRY_ASSIGN(read.size, decode_struct(schema_of<RequestHeader>(), layout, frame, &read.header));
    return read;
}

void begin_request(Output& output, const RequestHeader& header) {
    INVARIANT(output.bytes.empty(), "{} bytes before a frame", output.bytes.size());
    output.bytes.grow(size_prefix);
    const auto header_version =
        request_header_version(header.request_api_key, header.request_api_version);
    encode_struct(schema_of<RequestHeader>(), layout_of<RequestHeader>(header_version), &header,
                  output);
}

Result<ReadResponseHeader> read_response_header(ByteView frame, std::int16_t api_key,
                                                std::int16_t version) {
    ResponseHeader header;
    const Layout layout = layout_of<ResponseHeader>(response_header_version(api_key, version));
    TRY_ASSIGN(const std::size_t size,
               decode_struct(schema_of<ResponseHeader>(), layout, frame, &header));
    return ReadResponseHeader{.correlation_id = header.correlation_id, .size = size};
}

void begin_response(Output& output, std::int16_t api_key, std::int16_t version,
                    std::int32_t correlation_id) {
    INVARIANT(output.bytes.empty(), "{} bytes before a frame", output.bytes.size());
    output.bytes.grow(size_prefix);
    const auto header_version = response_header_version(api_key, version);
    store_big_endian(output.bytes.grow(4), correlation_id);
    if (header_version > 0) {
        *output.bytes.grow(1) = std::byte{0};  // no tagged fields
    }
}

void finish_frame(Output& output) {
    store_big_endian(output.bytes.data(),
                     static_cast<std::int32_t>(output.total_size() - size_prefix));
}

}  // namespace barnabas::wire

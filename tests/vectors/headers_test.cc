#include "wire/headers.h"

#include "base/endian.h"
#include "message_lines.h"
#include "support/vectors.h"
#include "wire/api.h"

#include <gtest/gtest.h>

namespace barnabas::testing {
namespace {

constexpr std::size_t size_prefix = 4;

std::int16_t int16_of(const boost::json::object& line, std::string_view member) {
    return static_cast<std::int16_t>(line.at(member).as_int64());
}

Described header_of(wire::Direction direction, std::int16_t version) {
    return direction == wire::Direction::request ? described<wire::RequestHeader>(version)
                                                 : described<wire::ResponseHeader>(version);
}

void expect_headers(std::string_view file) {
    for (const auto& line : vector_lines(file)) {
        SCOPED_TRACE(boost::json::serialize(line));
        const auto direction = line.at("header").as_string() == "RequestHeader"
                                   ? wire::Direction::request
                                   : wire::Direction::response;
        const auto header = header_of(direction, int16_of(line, "version"));
        EXPECT_EQ(header.layout.flexible, line.at("flexible").as_bool());
        expect_both_ways(header, line.at("json").as_object(),
                         bytes_of_hex(line.at("hex").as_string()));
    }
}

/// What a broker makes of a request frame, and the beginning that it gives to a response.
void expect_as_a_broker_sees_it(const boost::json::object& line, wire::Direction direction,
                                ByteView frame, std::size_t header_size) {
    const auto key = int16_of(line, "key");
    const auto version = int16_of(line, "version");
    const auto& header = line.at("header").as_object();
    const auto correlation_id = static_cast<std::int32_t>(header.at("correlationId").as_int64());
    if (direction == wire::Direction::request) {
        const auto read = wire::read_request_header(frame.subspan(size_prefix));
        ASSERT_TRUE(read) << read.error().message;
        EXPECT_EQ(read->size, header_size);
        EXPECT_EQ(read->header.request_api_key, key);
        EXPECT_EQ(read->header.request_api_version, version);
        EXPECT_EQ(read->header.correlation_id, correlation_id);
    } else if (!header.contains(wire::unknown_tags_member)) {
        wire::Output output;
        wire::begin_response(output, key, version, correlation_id);
        ASSERT_EQ(output.bytes.size(), size_prefix + header_size);
        output.bytes.append(frame.subspan(size_prefix + header_size));
        wire::finish_frame(output);
        EXPECT_EQ(hex_of_bytes(output.bytes.view()), hex_of_bytes(frame));
    }
}

void expect_frames(std::string_view file) {
    for (const auto& line : vector_lines(file)) {
        SCOPED_TRACE(boost::json::serialize(line));
        const auto direction = line.at("type").as_string() == "request" ? wire::Direction::request
                                                                        : wire::Direction::response;
        const auto key = int16_of(line, "key");
        const auto version = int16_of(line, "version");
        const auto* api = wire::find_api(key);
        ASSERT_NE(api, nullptr);
        const auto header_version = direction == wire::Direction::request
                                        ? wire::request_header_version(key, version)
                                        : wire::response_header_version(key, version);
        ASSERT_EQ(header_version, int16_of(line, "header_version"));

        const auto bytes = bytes_of_hex(line.at("hex").as_string());
        const ByteView frame{bytes};
        ASSERT_EQ(load_big_endian<std::int32_t>(frame.data()),
                  static_cast<std::int32_t>(frame.size() - size_prefix));
        const auto header = header_of(direction, header_version);
        const auto object = header.make();
        const auto taken = wire::decode_struct(*header.schema, header.layout,
                                               frame.subspan(size_prefix), object.get());
        ASSERT_TRUE(taken) << taken.error().message;
        expect_both_ways(header, line.at("header").as_object(), frame.subspan(size_prefix, *taken));
        expect_both_ways(described_message(api->message(direction), version),
                         line.at("body").as_object(), frame.subspan(size_prefix + *taken));
        expect_as_a_broker_sees_it(line, direction, frame, *taken);
    }
}

TEST(VectorsOfHeaders, BothWays) {
    expect_headers("headers");
}

TEST(VectorsOfHeaders, ThoseThatOnlyKafka3HasBothWays) {
    expect_headers("headers-legacy");
}

TEST(VectorsOfFrames, BothWays) {
    expect_frames("frames");
}

TEST(VectorsOfFrames, ThoseThatOnlyKafka3HasBothWays) {
    expect_frames("frames-legacy");
}

}  // namespace
}  // namespace barnabas::testing

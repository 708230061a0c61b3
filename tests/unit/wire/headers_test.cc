#include "wire/headers.h"

#include "base/endian.h"
#include "wire/api.h"
#include "wire/writer.h"

#include <gtest/gtest.h>

namespace barnabas::wire {
namespace {

constexpr std::int16_t produce = 0;
constexpr std::int16_t controlled_shutdown = 7;
constexpr std::int16_t sasl_handshake = 17;
constexpr std::int16_t api_versions = 18;

TEST(Headers, HaveTheVersionThatTheMessageAsksFor) {
    struct Row {
        std::int16_t key, version, request, response;
    };
    const Row rows[] = {
        {.key = produce, .version = 8, .request = 1, .response = 0},
        {.key = produce, .version = 9, .request = 2, .response = 1},
        {.key = controlled_shutdown, .version = 0, .request = 0, .response = 0},
        {.key = controlled_shutdown, .version = 1, .request = 1, .response = 0},
        {.key = controlled_shutdown, .version = 3, .request = 2, .response = 1},
        {.key = sasl_handshake, .version = 1, .request = 1, .response = 0},
        {.key = api_versions, .version = 2, .request = 1, .response = 0},
        {.key = api_versions, .version = 3, .request = 2, .response = 0},
        {.key = api_versions, .version = 99, .request = 2, .response = 0},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(request_header_version(row.key, row.version), row.request) << row.key;
        EXPECT_EQ(response_header_version(row.key, row.version), row.response) << row.key;
    }
}

ByteBuffer frame(std::int16_t key, std::int16_t version) {
    ByteBuffer bytes;
    Writer writer(bytes);
    writer.integer(key);
    writer.integer(version);
    writer.integer<std::int32_t>(42);
    return bytes;
}

TEST(RequestHeader, IsReadWithoutAClientIdFromTheOldestRequest) {
    const auto bytes = frame(controlled_shutdown, 0);
    const auto read = read_request_header(bytes.view());
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->size, 8U);
    EXPECT_EQ(read->header.correlation_id, 42);
}

TEST(RequestHeader, KeepsTheShortClientIdLengthInItsFlexibleVersion) {
    auto bytes = frame(produce, 9);
    Writer writer(bytes);
    writer.integer<std::int16_t>(2);
    writer.bytes(as_bytes("me"));
    writer.unsigned_varint(0);
    const auto read = read_request_header(bytes.view());
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->size, bytes.size());
    EXPECT_EQ(read->header.client_id, "me");
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_FALSE(read_request_header(bytes.view().first(size))) << size;
    }
}

TEST(RequestHeader, NamesAnUnknownApi) {
    const auto read = read_request_header(frame(-1, 0).view());
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().message, "API key -1 does not exist");
    EXPECT_FALSE(read_request_header(frame(999, 0).view()));
}

TEST(ResponseFrame, CountsItsGaps) {
    Output output;
    begin_response(output, produce, 9, 42);
    EXPECT_EQ(output.bytes.size(), 9U);
    output.gaps.push_back({.position = output.bytes.size(), .size = 1'000, .source = 0});
    finish_frame(output);
    EXPECT_EQ(load_big_endian<std::int32_t>(output.bytes.data()), 1'005);
    EXPECT_EQ(load_big_endian<std::int32_t>(output.bytes.data() + 4), 42);
}

}  // namespace
}  // namespace barnabas::wire

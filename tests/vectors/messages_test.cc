#include "message_lines.h"
#include "support/vectors.h"
#include "wire/api.h"

#include <gtest/gtest.h>

namespace barnabas::testing {
namespace {

std::int16_t int16_of(const boost::json::object& line, std::string_view member) {
    return static_cast<std::int16_t>(line.at(member).as_int64());
}

Described message_of(const boost::json::object& line) {
    const auto* api = wire::find_api(int16_of(line, "key"));
    if (api == nullptr) {
        ADD_FAILURE() << "no API " << line.at("key");
        return {};
    }
    EXPECT_EQ(api->name, line.at("api").as_string());
    const auto direction = line.at("type").as_string() == "request" ? wire::Direction::request
                                                                    : wire::Direction::response;
    return described_message(api->message(direction), int16_of(line, "version"));
}

std::string name_of(const boost::json::object& line) {
    return fmt::format("{} {} v{}", std::string_view{line.at("api").as_string()},
                       std::string_view{line.at("type").as_string()},
                       line.at("version").as_int64());
}

void expect_bodies(std::string_view file) {
    for (const auto& line : vector_lines(file)) {
        SCOPED_TRACE(name_of(line));
        const auto message = message_of(line);
        EXPECT_EQ(message.layout.flexible, line.at("flexible").as_bool());
        expect_both_ways(message, line.at("json").as_object(),
                         bytes_of_hex(line.at("hex").as_string()));
    }
}

TEST(VectorsOfMessages, RequestsBothWays) {
    expect_bodies("rpc-requests");
}

TEST(VectorsOfMessages, ResponsesBothWays) {
    expect_bodies("rpc-responses");
}

TEST(VectorsOfMessages, ThoseThatOnlyKafka3HasBothWays) {
    expect_bodies("rpc-legacy");
}

TEST(VectorsOfMessages, MalformedOnesAreRefusedAsKafkaRefusesThem) {
    for (const auto& line : vector_lines("rpc-malformed")) {
        SCOPED_TRACE(fmt::format("{}, {}: {}", name_of(line),
                                 std::string_view{line.at("change").as_string()},
                                 std::string_view{line.at("hex").as_string()}));
        const auto message = message_of(line);
        const auto bytes = bytes_of_hex(line.at("hex").as_string());
        const auto decoded = message.make();
        const auto taken =
            wire::decode_struct(*message.schema, message.layout, bytes, decoded.get());
        ASSERT_EQ(taken.has_value(), line.at("verdict") == "ok")
            << (taken ? "" : taken.error().message);
        if (taken) {
            EXPECT_EQ(bytes.size() - *taken, static_cast<std::size_t>(line.at("left").as_int64()));
            expect_json(message, decoded.get(), line.at("json").as_object());
        }
    }
}

/// Whatever the byte after which it ends, a body is refused, and with a sentence.
void expect_truncations_refused(std::string_view file) {
    for (const auto& line : vector_lines(file)) {
        SCOPED_TRACE(name_of(line));
        const auto message = message_of(line);
        const auto bytes = bytes_of_hex(line.at("hex").as_string());
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            const auto decoded = message.make();
            const auto taken = wire::decode_struct(*message.schema, message.layout,
                                                   ByteView{bytes}.first(size), decoded.get());
            ASSERT_FALSE(taken.has_value()) << size << " of " << bytes.size();
            ASSERT_FALSE(taken.error().message.empty());
        }
    }
}

TEST(VectorsOfMessages, RequestsAreRefusedTruncatedAtEveryByte) {
    expect_truncations_refused("rpc-requests");
}

TEST(VectorsOfMessages, ResponsesAreRefusedTruncatedAtEveryByte) {
    expect_truncations_refused("rpc-responses");
}

TEST(VectorsOfMessages, ThoseThatOnlyKafka3HasAreRefusedTruncatedAtEveryByte) {
    expect_truncations_refused("rpc-legacy");
}

}  // namespace
}  // namespace barnabas::testing

#include "base/checksum.h"
#include "base/hashing.h"
#include "base/topic_name.h"
#include "base/uuid.h"
#include "support/vectors.h"
#include "wire/varint.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <optional>

namespace barnabas::testing {
namespace {

std::string text_of(const boost::json::value& value) {
    return std::string{value.as_string()};
}

/// The number at the front of `bytes`, and where it ends.
struct Number {
    std::int64_t value = 0;
    const std::byte* end = nullptr;
};

Number read_number(std::string_view type, ByteView bytes) {
    const std::byte* const p = bytes.data();
    const std::byte* const end = p + bytes.size();
    if (type == "varlong") {
        std::int64_t value = 0;
        const auto* stop = wire::read_varlong(p, end, value);
        return {value, stop};
    }
    if (type == "unsigned_varint") {
        std::uint32_t value = 0;
        const auto* stop = wire::read_unsigned_varint(p, end, value);
        return {value, stop};
    }
    std::int32_t value = 0;
    const auto* stop = wire::read_varint(p, end, value);
    return {value, stop};
}

void expect_number(std::string_view type, const boost::json::object& line, ByteView bytes) {
    const auto number = read_number(type, bytes);
    ASSERT_EQ(number.end, bytes.data() + bytes.size()) << type << line.at("hex");
    EXPECT_EQ(number.value, line.at("value").as_int64()) << type << line.at("hex");
    std::array<std::byte, wire::varlong_size_max> written{};
    const std::byte* const end =
        type == "unsigned_varint"
            ? wire::write_base128(written.data(), static_cast<std::uint64_t>(number.value))
            : wire::write_varlong(written.data(), number.value);
    const auto size = static_cast<std::size_t>(end - written.data());
    EXPECT_EQ(hex_of_bytes(ByteView{written}.first(size)), line.at("hex").as_string());
    if (type != "unsigned_varint") {
        EXPECT_EQ(wire::varlong_size(number.value), size);
    }
}

void expect_verdict(std::string_view type, const boost::json::object& line, ByteView bytes) {
    const auto number = read_number(type, bytes);
    EXPECT_EQ(number.end != nullptr, line.at("verdict") == "ok") << type << line.at("hex");
    if (number.end && line.at("verdict") == "ok") {
        EXPECT_EQ(number.value, line.at("value").as_int64()) << type << line.at("hex");
        EXPECT_EQ(bytes.data() + bytes.size() - number.end, line.at("left").as_int64());
    }
}

TEST(VectorsOfPrimitives, AreReadAndWritten) {
    constexpr std::string_view odd = "decode ";
    for (const auto& line : vector_lines("primitives")) {
        const auto type = text_of(line.at("type"));
        const auto bytes = bytes_of_hex(line.at("hex").as_string());
        if (type == "checksum") {
            EXPECT_EQ(crc32(bytes), line.at("crc32").as_int64());
            EXPECT_EQ(crc32c(bytes), line.at("crc32c").as_int64());
        } else if (type == "uuid") {
            const auto id = Uuid::parse(line.at("value").as_string());
            ASSERT_TRUE(id) << line.at("value");
            EXPECT_EQ(hex_of_bytes(std::as_bytes(std::span{id->bytes})),
                      line.at("hex").as_string());
            EXPECT_EQ(id->to_string(), line.at("value").as_string());
        } else if (type.starts_with(odd)) {
            expect_verdict(std::string_view{type}.substr(odd.size()), line, bytes);
        } else {
            expect_number(type, line, bytes);
        }
    }
}

TEST(VectorsOfThePartitioner, GiveHashAndPartition) {
    for (const auto& line : vector_lines("partitioner")) {
        const auto key = bytes_of_hex(line.at("key_hex").as_string());
        const auto partitions = static_cast<std::int32_t>(line.at("partitions").as_int64());
        const auto hash = murmur2(key);
        EXPECT_EQ(hash, line.at("murmur2").as_int64());
        EXPECT_EQ(hash & std::numeric_limits<std::int32_t>::max(), line.at("positive").as_int64());
        EXPECT_EQ(partition_for_key(key, partitions).get(), line.at("partition").as_int64());
    }
}

TEST(VectorsOfCoordinatorPartitions, GiveHashAndPartition) {
    for (const auto& line : vector_lines("coordinator-partition")) {
        const auto id = text_of(line.at("id"));
        const auto partitions = static_cast<std::int32_t>(line.at("partitions").as_int64());
        EXPECT_EQ(java_string_hash(id), line.at("string_hash").as_int64()) << id;
        EXPECT_EQ(coordinator_partition_for(id, partitions).get(), line.at("partition").as_int64())
            << id;
    }
}

TEST(VectorsOfTopicNames, AreJudgedAlike) {
    for (const auto& line : vector_lines("topic-names")) {
        const auto name = text_of(line.at("name"));
        if (const auto* other = line.if_contains("other")) {
            EXPECT_EQ(topics_collide(name, text_of(*other)), line.at("collides").as_bool());
            continue;
        }
        EXPECT_EQ(check_topic_name(name).has_value(), line.at("valid").as_bool()) << name;
        EXPECT_EQ(is_internal_topic(name), line.at("internal").as_bool()) << name;
        EXPECT_EQ(has_collision_chars(name), line.at("has_collision_chars").as_bool()) << name;
        EXPECT_EQ(collision_form(name), line.at("collision_form").as_string());
    }
}

}  // namespace
}  // namespace barnabas::testing

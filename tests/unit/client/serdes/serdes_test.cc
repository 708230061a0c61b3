#include <barnabas/serdes.h>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace barnabas {
namespace {

template <class T>
Bytes written(const T& value) {
    Bytes out;
    EXPECT_TRUE(standard_serde<T>()->serialize({.topic = "t"}, value, out));
    return out;
}

template <class T>
void expect_bytes(const T& value, std::initializer_list<int> bytes) {
    Bytes wanted;
    for (const int byte : bytes) {
        wanted.push_back(static_cast<std::byte>(byte));
    }
    EXPECT_EQ(written(value), wanted);
    const auto read = standard_serde<T>()->deserialize({.topic = "t"}, wanted);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, value);
}

/// What Kafka's serializers of these types write.
TEST(Serdes, WriteKafkasBytes) {
    expect_bytes<std::string>("h\xC3\xA9", {'h', 0xC3, 0xA9});
    expect_bytes<Bytes>({std::byte{0}, std::byte{255}}, {0, 255});
    expect_bytes<std::int16_t>(-2, {0xFF, 0xFE});
    expect_bytes<std::int32_t>(0x01020304, {1, 2, 3, 4});
    expect_bytes<std::int64_t>(-1, {255, 255, 255, 255, 255, 255, 255, 255});
    expect_bytes<float>(1.5F, {0x3F, 0xC0, 0, 0});
    expect_bytes<double>(-2.0, {0xC0, 0, 0, 0, 0, 0, 0, 0});
    expect_bytes<bool>(true, {1});
    Uuid id;
    for (std::size_t i = 0; i < id.bytes.size(); ++i) {
        id.bytes[i] = static_cast<std::uint8_t>(i * 16 + 1);
    }
    EXPECT_EQ(as_text(ByteView(written(id))), "01112131-4151-6171-8191-a1b1c1d1e1f1");
    EXPECT_EQ(standard_serde<Uuid>()
                  ->deserialize({}, as_bytes("01112131-4151-6171-8191-A1B1C1D1E1F1"))
                  .value(),
              id);
}

TEST(Serdes, RefuseBytesThatAreNoSuchValue) {
    const Bytes three(3);
    EXPECT_EQ(standard_serde<std::int16_t>()->deserialize({}, three).error().code,
              ErrorCode::invalid_record);
    EXPECT_FALSE(standard_serde<std::int32_t>()->deserialize({}, three));
    EXPECT_FALSE(standard_serde<std::int64_t>()->deserialize({}, three));
    EXPECT_FALSE(standard_serde<float>()->deserialize({}, three));
    EXPECT_FALSE(standard_serde<double>()->deserialize({}, three));
    EXPECT_FALSE(standard_serde<bool>()->deserialize({}, three));
    const Bytes two{std::byte{2}};
    EXPECT_FALSE(standard_serde<bool>()->deserialize({}, two));
    for (const auto* text :
         {"", "01112131-4151-6171-8191-a1b1c1d1e1f", "01112131x4151-6171-8191-a1b1c1d1e1f1",
          "0111213g-4151-6171-8191-a1b1c1d1e1f1"}) {
        EXPECT_FALSE(standard_serde<Uuid>()->deserialize({}, as_bytes(text))) << text;
    }
}

}  // namespace
}  // namespace barnabas
